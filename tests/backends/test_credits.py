"""What is promised of the ledger holds on PostgreSQL too, as the service's own role, and for two at once."""
# ruff: noqa: F403  the very same tests, with another door

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from services.credits.service import SERVICE
from shared.events.codec import Event
from shared.events.credits import HoursAccrued, HoursReversed
from tests import signed_in
from tests.credits.facts import (
    NOW,
    RULES,
    attendee,
    balances,
    confirmed,
    everybody_is_known,
    ledger,
    publish,
    revoked,
)
from tests.credits.test_board import *
from tests.credits.test_entry import *
from tests.credits.test_handlers import *
from tests.credits.test_publish_rule_pack import *
from tests.credits.test_statement import *
from tests.fixtures_databases import Databases
from tests.signed_in import Door, opened_at

TRIALS = 5


@pytest.fixture
def empty(databases: Databases) -> Iterator[Door]:
    """The service before anybody published rules."""
    with opened_at(databases("credits").app_url, SERVICE, now=NOW) as door:
        yield door


@pytest.fixture
def door(empty: Door) -> Door:
    """The service with the county's rules in force and the schools and teachers known."""
    publish(empty)
    everybody_is_known(empty)
    return empty


def at_once(door: Door, *events: Event) -> None:
    """Each in a transaction of its own, all at the same moment."""
    ready = Barrier(len(events))

    def hear(event: Event) -> None:
        ready.wait()
        door.hear(event)

    with ThreadPoolExecutor(len(events)) as workers:
        for done in [workers.submit(hear, event) for event in events]:
            done.result()


def test_two_workers_with_one_event_pay_once(door: Door) -> None:
    everybody = confirmed(*(attendee(UUID(int=0x1000 + n)) for n in range(100)))

    at_once(door, everybody, everybody)

    assert len(ledger(door)) == 100
    assert set(balances(door).values()) == {200}
    assert sum(len(event.entries) for event in door.said() if isinstance(event, HoursAccrued)) == 100


def test_a_confirmation_and_its_revocation_at_once_leave_nothing_earned(door: Door) -> None:
    for trial in range(TRIALS):
        activity = UUID(int=0xAA00 + trial)
        at_once(door, confirmed(activity_id=activity), revoked(activity_id=activity))

    assert [hours for *_, hours in ledger(door)] == [200, -200] * TRIALS
    assert set(balances(door).values()) == {0}
    assert len([event for event in door.said() if isinstance(event, HoursReversed)]) == TRIALS


def test_two_workers_with_the_same_teachers_lose_no_hour(door: Door) -> None:
    teachers = [UUID(int=0x1000 + n) for n in range(50)]
    there, back = (
        confirmed(*(attendee(one) for one in order), activity_id=UUID(int=0xAB00 + number))
        for number, order in enumerate((teachers, teachers[::-1]))
    )

    at_once(door, there, back)

    assert set(balances(door).values()) == {400}


def test_rules_and_hours_at_once_never_pay_by_rules_that_are_gone(door: Door) -> None:
    ready = Barrier(2)

    def send(valid_from: str) -> int:
        ready.wait()
        return door.as_(signed_in.QIAN).post("/rule-packs", {**RULES, "valid_from": valid_from}).status_code

    with ThreadPoolExecutor(1) as office:
        answer = office.submit(send, "2026-09-10")
        ready.wait()
        door.hear(confirmed())
        status = answer.result()

    rule = door.as_(signed_in.CHEN).get("/me/statement").get_json()
    (entry,) = rule["entries"]
    paid_by = door.as_(signed_in.CHEN).get(f"/entries/{entry['id']}").get_json()["rule_pack"]["valid_from"]
    assert (status, paid_by) in {(201, "2026-09-10"), (409, "2026-09-01")}
