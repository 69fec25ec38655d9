"""PR20: whoever is disabled is out everywhere within a second, however much waits in a service's queue."""

import signal
import time

import pytest

from deploy.servers.program import send
from tests.cast import CHEN
from tests.faults.accounts import close_account, is_out, open_account
from tests.faults.county import FaultCounty
from tests.person import Person

BACKLOG = 6_000
SECONDS_MAX = 1.0
QUIET_TIMES_MAX = 3
GIVEN_UP_SECONDS = 30.0


def seconds_until_out(somebody: Person) -> float:
    began = time.monotonic()
    while not is_out(somebody, "credits"):
        assert time.monotonic() - began < GIVEN_UP_SECONDS, "still in"
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.mark.trials(10, smoke=1)
def test_a_disabled_account_is_out_within_a_second_behind_a_backlog(county: FaultCounty, trials: int) -> None:
    """ATK12: on a machine so busy that nothing takes less than a second, as fast as without a backlog."""
    for _ in range(trials):
        county.settle()
        quiet = seconds_to_disable(county)
        fill_queue_of_credits(county)

        seconds = seconds_to_disable(county)

        assert county.admin.waiting_in("credits") > 0, "no backlog was left, so nothing was shown"
        assert seconds < max(SECONDS_MAX, quiet * QUIET_TIMES_MAX)
        county.whole_again()


def seconds_to_disable(county: FaultCounty) -> float:
    """How long after her account was closed Chen is out; it is opened again."""
    assert not is_out(county.as_person(CHEN), "credits")
    seconds = seconds_until_out(close_account(county, CHEN))
    open_account(county, CHEN)
    return seconds


def fill_queue_of_credits(county: FaultCounty) -> None:
    """Thousands of deliveries of what it has handled, put there while it stood still."""
    county.as_person(CHEN)  # signed in beforehand: a password takes time
    with county.admin.listening() as heard:
        county.confirm(1)
        county.settle()
    told = next(letter for letter in heard if letter.routing_key == "activities.attendance.confirmed.v1")
    workers = [process.pid for process in county.workers.started["credits"] if process.pid]
    send(workers, signal.SIGSTOP)
    county.admin.publish([told] * BACKLOG)
    send(workers, signal.SIGCONT)
