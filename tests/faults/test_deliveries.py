"""F16, F17, F18, F28: events come twice, in any order or not at all, or two do the work of one.

For PR3, PR6 and PR11: one effect an attendance and one notice a mentor, whatever comes when. Who relays a
service's events also sweeps for what it misses and does its morning duties: two workers are two relays,
two sweepers and two schedulers.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from deploy import cast
from deploy.loops import utc_now
from deploy.registry import DOMAIN
from services.credits.models import LedgerEntry
from services.directory.models import Pairing
from shared.db import transaction
from shared.events.codec import Envelope
from shared.events.directory import PairingEnded
from shared.kernel_tables import outbox, received_events
from shared.values import county_day
from shared.vocabulary import PairingState
from tests.faults.accounts import close_account, open_account
from tests.faults.admin import Letter, events
from tests.faults.county import FaultCounty
from tests.faults.plenty import crowd, meet_often
from tests.faults.workers import Plan
from tests.quiet import in_flight

EVENTS = 20
PAIRINGS = 3
COPIES_MAX = 10
WINDOW_MAX = 1_000
REPAIRED_SECONDS_MAX = 120.0
LONG_SECONDS = 900.0
"""Ten thousand events and their copies take a while on a busy machine."""


def published(county: FaultCounty, say: Callable[[], object]) -> list[Letter]:
    """What travelled while something was said and all came of it."""
    with county.admin.listening() as heard:
        say()
        county.settle(seconds=LONG_SECONDS)
    return events(heard)


def repeated(letters: list[Letter], chance: Random) -> list[Letter]:
    """Each of them once to nine times more, in any order."""
    copies = [letter for letter in letters for _ in range(chance.randrange(1, COPIES_MAX))]
    chance.shuffle(copies)
    return copies


def deliver(county: FaultCounty, letters: Iterable[Letter]) -> None:
    """Publish them; returns when each was taken: what is said last comes after them in every queue."""
    county.admin.publish(letters)
    county.confirm(1)
    county.settle(seconds=LONG_SECONDS)


@pytest.mark.trials(10)
def test_f16_events_delivered_two_to_ten_times_count_once(
    county: FaultCounty, chance: Random, trials: int, plenty: int
) -> None:
    people = crowd(county)
    for _ in range(trials):
        letters = published(county, lambda: meet_often(county, people, events=plenty))
        deliver(county, repeated(letters, chance))
        county.whole_again()


@pytest.mark.trials(50)
def test_f16_an_event_that_comes_again_after_its_claim_was_purged_counts_once(
    county: FaultCounty, trials: int
) -> None:
    for _ in range(trials):
        letters = published(county, lambda: county.confirm(EVENTS))
        claimed = received_events.c.event_id.in_([Envelope.decode(letter.body).id for letter in letters])
        for engine in county.engines.values():
            with engine.begin() as connection:
                connection.execute(delete(received_events).where(claimed))
        deliver(county, letters)
        county.whole_again()


@pytest.mark.trials(10)
def test_f17_events_in_any_order_end_in_the_same_ledger(
    county: FaultCounty, chance: Random, trials: int, plenty: int
) -> None:
    people = crowd(county)
    for _ in range(trials):
        window = chance.randint(1, WINDOW_MAX)
        for service in ("plans", "credits", "notify"):
            county.workers.kill9(service)
        said = meet_often(county, people, events=plenty)
        waiting = drained(county, "credits", at_least=said)
        county.admin.drain("plans")  # the same once more
        county.admin.publish(reordered(waiting, chance, window=window))
        for service in ("plans", "credits"):
            county.workers.start(service)
        county.until(lambda: nothing_moves_but_to(county, "notify"), seconds=LONG_SECONDS)
        county.admin.publish(reordered(county.admin.drain("notify"), chance, window=window))
        county.whole_again(seconds=LONG_SECONDS)


def nothing_moves_but_to(county: FaultCounty, service: str) -> bool:
    """Whether all there is to do is that service's."""
    return all(part.startswith(f"{service} ") for part in in_flight(county.engines))


def reordered(letters: Sequence[Letter], chance: Random, *, window: int) -> list[Letter]:
    """Each overtakes only such as came at most so many places before it."""
    places = sorted(range(len(letters)), key=lambda place: place + chance.uniform(0, window))
    return [letters[place] for place in places]


@pytest.mark.trials(50)
def test_f17_a_revocation_that_comes_before_its_confirmation_takes_it_back(
    county: FaultCounty, trials: int
) -> None:
    for _ in range(trials):
        county.workers.kill9("credits")
        [(activity, teacher)] = county.confirm(1)
        county.as_person(cast.WU).revoke(activity, [teacher])
        waiting = events(drained(county, "credits", at_least=2))
        county.admin.publish(sorted(waiting, key=lambda letter: letter.routing_key, reverse=True))
        county.whole_again()
        assert sum_of_entries(county, activity, teacher) == 0


def sum_of_entries(county: FaultCounty, activity: str, teacher: str) -> int:
    """What the ledger says about one attendance."""
    asked = select(func.sum(LedgerEntry.hours_hundredths)).where(
        LedgerEntry.activity_id == UUID(activity), LedgerEntry.teacher_id == UUID(teacher)
    )
    with transaction(county.engines["credits"], write=False) as session:
        return int(session.execute(asked).scalar_one())


def drained(county: FaultCounty, service: str, *, at_least: int) -> list[Letter]:
    """Everything on its way to a service whose worker is dead, once so many events are there."""
    county.until(lambda: county.unpublished("activities") == 0, seconds=LONG_SECONDS)
    waiting = county.admin.drain(service)
    assert len(events(waiting)) >= at_least
    return waiting


@pytest.mark.trials(20, smoke=3)
@pytest.mark.parametrize("percent", [1, 10])
def test_f18_dropped_deliveries_show_as_gaps_and_are_sent_again(
    county: FaultCounty, chance: Random, percent: int, trials: int, *, in_full: bool
) -> None:
    """In full, once with every wait as long as a county's."""
    people = crowd(county)
    for trial in range(trials):
        plan = Plan(hurry=trial > 0 or not in_full)
        for deployed in DOMAIN:
            county.workers.restart(deployed.name, plan)
        county.workers.kill9("credits")
        said = meet_often(county, people, events=100 // percent * 2)
        waiting = events(drained(county, "credits", at_least=said))
        last = waiting.pop()  # nothing after it could show that it is missing
        dropped = chance.sample(waiting, said * percent // 100 - 1)
        assert last not in dropped
        county.admin.publish(letter for letter in waiting if letter not in dropped)
        county.workers.start("credits", plan)
        county.whole_again(seconds=REPAIRED_SECONDS_MAX)


@pytest.mark.trials(100, smoke=3)
@pytest.mark.parametrize("service", ["activities", "credits"])
def test_f28_two_workers_of_one_service_do_the_work_of_one(
    county: FaultCounty, chance: Random, service: str, trials: int
) -> None:
    for _ in range(trials):
        first = county.workers.restart(service)
        county.workers.start(service)
        county.confirm(chance.randrange(5, EVENTS))
        first.kill()
        first.join()
        county.confirm(5)
        county.whole_again()


@pytest.mark.trials(100, smoke=3)
def test_f28_two_schedulers_write_down_the_end_of_a_term_once(county: FaultCounty, trials: int) -> None:
    """Both begin with the morning's duty; whoever takes over from the other has a morning of its own."""
    for _ in range(trials):
        ran_out = pairings_that_ran_out(county)
        first = county.workers.restart("directory")
        county.workers.start("directory")
        county.until(lambda: states(county, ran_out) == {PairingState.EXPIRED})  # noqa: B023  asked at once
        first.kill()
        first.join()
        close_account(county, cast.CHEN)  # whoever relays it has been through its morning
        open_account(county, cast.CHEN)
        county.whole_again()
        assert ends_said(county, ran_out) == dict.fromkeys(map(str, ran_out), 1)


def pairings_that_ran_out(county: FaultCounty) -> list[UUID]:
    """Of newcomers, from yesterday until today; that they are over is not written down yet."""
    today = county_day(utc_now())
    yesterday = today - timedelta(days=1)
    mentors, apprentices = (
        newcomers(county, PAIRINGS, since=yesterday),
        newcomers(county, PAIRINGS, since=yesterday),
    )
    paired = []
    for mentor, apprentice in zip(mentors, apprentices, strict=True):
        body = {"mentor_id": mentor, "apprentice_id": apprentice, "started_on": yesterday.isoformat()}
        paired.append(UUID(county.as_person(cast.ZHAO).post("directory", "/pairings", body)["pairing_id"]))
    with transaction(county.engines["directory"]) as session:  # no door takes a term as short as that
        session.execute(update(Pairing).where(Pairing.id.in_(paired)).values(term_ends_on=today))
    return paired


def newcomers(county: FaultCounty, count: int, *, since: date) -> list[str]:
    """So many more teachers, whom nobody mentors and who mentor nobody."""
    school = county.county.school_ids[cast.QINGSHI.name]
    teacher = {"name": "新教师", "subject": "数学", "joined_on": since.isoformat()}
    added = county.as_person(cast.QIAN).post(
        "directory", f"/schools/{school}/teachers", {"teachers": [teacher] * count}
    )
    return [str(one["person_id"]) for one in added["teachers"]]


def states(county: FaultCounty, pairings: Collection[UUID]) -> set[PairingState]:
    """What was last decided of them."""
    with transaction(county.engines["directory"], write=False) as session:
        return set(session.scalars(select(Pairing.state).where(Pairing.id.in_(pairings))))


def ends_said(county: FaultCounty, pairings: Collection[UUID]) -> dict[str, int]:
    """How often the end of each was said."""
    asked = select(outbox.c.subject).where(
        outbox.c.type == PairingEnded.TYPE, outbox.c.subject.in_([str(pairing) for pairing in pairings])
    )
    with county.engines["directory"].connect() as connection:
        return Counter(connection.execute(asked).scalars())
