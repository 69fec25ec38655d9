"""PR20: whoever is disabled is out everywhere within a second, however much waits in a service's queue."""

import signal
import time

import pytest

from deploy.servers.program import send
from shared.client import Problem
from tests.cast import CHEN, ZHAO
from tests.faults.county import FaultCounty
from tests.person import Person

BACKLOG = 3_000
SECONDS_MAX = 1.0
GIVEN_UP_SECONDS = 30.0


def is_out(somebody: Person) -> bool:
    try:
        somebody.get("credits", "/me/statement")
    except Problem as problem:
        return problem.code == "token_revoked"
    return False


def seconds_until_out(somebody: Person) -> float:
    began = time.monotonic()
    while not is_out(somebody):
        assert time.monotonic() - began < GIVEN_UP_SECONDS, "still in"
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.mark.trials(10, smoke=2)
def test_a_disabled_account_is_out_within_a_second_behind_a_backlog(county: FaultCounty, trials: int) -> None:
    """ATK12."""
    for _ in range(trials):
        _try(county)


def _try(county: FaultCounty) -> None:
    chen, zhao = county.as_person(CHEN), county.as_person(ZHAO)
    with county.admin.listening() as heard:
        county.confirm(1)
        county.settle()
    told = next(letter for letter in heard if letter.routing_key == "activities.attendance.confirmed.v1")
    workers = [process.pid for process in county.workers.started["credits"] if process.pid]
    send(workers, signal.SIGSTOP)
    county.admin.publish([told] * BACKLOG)
    send(workers, signal.SIGCONT)

    zhao.post("directory", f"/people/{chen.id}/disable-account")

    seconds = seconds_until_out(chen)
    behind = county.admin.waiting_in("credits")
    zhao.post("directory", f"/people/{chen.id}/enable-account")
    county.county.tokens.pop(CHEN.username)
    assert behind > 0, "no backlog was left, so nothing was shown"
    assert seconds < SECONDS_MAX
    county.whole_again()
