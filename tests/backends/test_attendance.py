"""What is promised of attendance holds on PostgreSQL too, as the service's own role, and for two at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from services.activities import commands
from services.activities.service import SERVICE
from shared import db
from shared.auth import Actor
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from tests.activities.conftest import NOW
from tests.activities.facts import announced, attendees, confirmed, everybody_is_known, recorded, row
from tests.activities.test_confirm_attendance import *  # noqa: F403  the very same tests through another door
from tests.fixtures_databases import Databases
from tests.signed_in import CHEN, LIN, WU, ZHAO, Door, opened_at


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The service on a Wednesday afternoon in October, at two."""
    with opened_at(databases("activities").app_url, SERVICE, now=NOW) as door:
        everybody_is_known(door)
        yield door


def at_once(door: Door, path: str, body: object) -> list[int]:
    """The statuses that Wu and Zhao get who send the same at the same moment."""
    ready = Barrier(2)

    def send(person: Actor) -> int:
        ready.wait()
        return door.as_(person).post(path, body).status_code

    with ThreadPoolExecutor(2) as both:
        return sorted(both.map(send, [WU, ZHAO]))


def test_two_who_confirm_at_once_confirm_once(door: Door) -> None:
    path = recorded(door)

    assert at_once(door, f"{path}/attendance", attendees()) == [201, 409]

    assert len(door.rows("attendance")) == 2
    assert len([event for event in door.said() if isinstance(event, AttendanceConfirmed)]) == 1


def test_overlapping_sessions_confirmed_at_once_pay_one_of_them(door: Door) -> None:
    paths = [recorded(door), recorded(door, starts_at="2026-10-14T15:30:00+08:00")]
    ready = Barrier(2)

    def send(path: str) -> int:
        ready.wait()
        return door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id))).status_code

    with ThreadPoolExecutor(2) as both:
        statuses = sorted(both.map(send, paths))

    assert statuses == [201, 422]
    assert len(door.rows("attendance")) == 1


def test_two_who_revoke_at_once_revoke_once(door: Door) -> None:
    path = confirmed(door)
    body = {"teacher_ids": [str(CHEN.person_id)], "reason": "经核实当日请假"}

    assert at_once(door, f"{path}/attendance/revocations", body) == [201, 409]

    assert len([event for event in door.said() if isinstance(event, AttendanceRevoked)]) == 1


def test_a_check_in_does_not_wait_for_another_that_is_not_committed_yet(door: Door) -> None:
    path = announced(door)
    activity_id = UUID(path.rsplit("/", 1)[-1])
    door.later(minutes=45)
    now = door.now

    with db.transaction(door.engine) as slow:
        commands.check_in(slow, actor=LIN, activity_id=activity_id, teacher_id=LIN.person_id, now=now)
        with ThreadPoolExecutor(1) as beside:
            quick = beside.submit(door.as_(CHEN).post, f"{path}/check-ins", {})
            assert quick.result(timeout=5).status_code == 200

    assert len(door.rows("check_ins")) == 2


def test_two_who_hold_at_once_hold_once(door: Door) -> None:
    path = announced(door)
    door.later(hours=2)

    assert at_once(door, f"{path}/hold", None) == [200, 409]
