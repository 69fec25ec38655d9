"""What is promised of notices holds on PostgreSQL too, as the service's own role, and for two at once."""
# ruff: noqa: F403  the very same tests, with another door

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest

from services.notify.service import SERVICE
from shared.events.codec import Event
from shared.events.credits import HoursAccrued
from tests.fixtures_databases import Databases
from tests.notify.facts import NOW, entry, hours, paired, parted, told
from tests.notify.test_handlers import *
from tests.notify.test_inbox import *
from tests.signed_in import Door, opened_at

TRIALS = 5


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The service before anything happened."""
    with opened_at(databases("notify").app_url, SERVICE, now=NOW) as door:
        yield door


def at_once(door: Door, *events: Event) -> None:
    """Each in a transaction of its own, all at the same moment."""
    ready = Barrier(len(events))

    def hear(event: Event) -> None:
        ready.wait()
        door.hear(event)

    with ThreadPoolExecutor(len(events)) as workers:
        for done in [workers.submit(hear, event) for event in events]:
            done.result()


def test_two_workers_with_one_event_tell_once(door: Door) -> None:
    everybody = hours(HoursAccrued, *(entry(UUID(int=0x1000 + n)) for n in range(100)))

    at_once(door, everybody, everybody)

    assert len(told(door)) == 100


def test_hours_and_a_pairing_at_once_do_not_miss_each_other(door: Door) -> None:
    for trial in range(TRIALS):
        apprentice = UUID(int=0x1000 + trial)
        at_once(
            door,
            hours(HoursAccrued, entry(apprentice)),
            paired(UUID(int=0x2000 + trial), apprentice_id=apprentice),
        )

    assert len([kind for _, kind, *_ in told(door) if kind == "apprentice_accrued"]) == TRIALS


def test_hours_and_an_end_at_once_tell_no_mentor_of_the_past(door: Door) -> None:
    for trial in range(TRIALS):
        apprentice, pairing = UUID(int=0x1000 + trial), UUID(int=0x2000 + trial)
        door.hear(paired(pairing, apprentice_id=apprentice))
        at_once(
            door,
            hours(HoursAccrued, entry(apprentice), held_on=date(2026, 9, 10)),
            parted(date(2026, 9, 10), pairing_id=pairing),
        )

    assert {kind for _, kind, *_ in told(door)} == {"hours_accrued"}
