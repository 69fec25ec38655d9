"""F2 and F3: relay and consumer are killed at every named place; nothing is lost and nothing doubled.

No place lies within a COMMIT; the two beside it stand for it. One that is under way when its sender dies has
happened or it has not, so it leaves behind what `before_numbers_commit` or `numbered`, `before_mark_commits`
or the next `selected`, `before_commit` or `committed` leave. That the database keeps to it, F8 shows.
"""

import pytest

from tests.faults.county import FaultCounty
from tests.faults.workers import Plan, wait_for_death

RELAY_PLACES = (
    "relay.before_select",
    "relay.selected",
    "relay.before_numbers_commit",
    "relay.numbered",
    "relay.sent",
    "relay.confirmed",
    "relay.before_mark_commits",
)
WORKER_PLACES = (
    "worker.before_begin",
    "worker.claimed",
    "worker.handled",
    "worker.before_commit",
    "worker.committed",
    "worker.settled",
)


@pytest.mark.trials(20, smoke=2)
@pytest.mark.parametrize("place", RELAY_PLACES)
def test_f2_a_relay_killed_at_any_place_loses_and_doubles_nothing(
    county: FaultCounty, place: str, trials: int
) -> None:
    for trial in range(trials):
        relay = county.workers.restart("activities", Plan(die_at=place, visit=1 + trial % 2))
        county.confirm(1)
        county.until(lambda: county.unpublished("activities") == 0 or not relay.is_alive())  # noqa: B023  asked at once
        county.confirm(2)  # another batch, so that every place is reached twice
        wait_for_death(relay)
        county.whole_again()


@pytest.mark.trials(20, smoke=2)
@pytest.mark.parametrize("place", WORKER_PLACES)
@pytest.mark.parametrize("service", ["credits", "notify"])
def test_f3_a_consumer_killed_at_any_place_loses_and_doubles_nothing(
    county: FaultCounty, service: str, place: str, trials: int
) -> None:
    for _ in range(trials):
        consumer = county.workers.restart(service, Plan(die_at=place))
        county.confirm(3)
        wait_for_death(consumer)
        county.whole_again()


@pytest.mark.trials(20)
def test_f3_a_consumer_killed_while_it_tries_again_has_its_attempt_counted(
    county: FaultCounty, trials: int
) -> None:
    for _ in range(trials):
        first = county.workers.restart("credits", Plan(die_at="worker.before_commit"))
        county.confirm(1)
        wait_for_death(first)
        second = county.workers.restart("credits", Plan(die_at="worker.attempt_counted"))
        wait_for_death(second)
        county.whole_again()
