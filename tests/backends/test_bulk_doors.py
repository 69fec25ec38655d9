"""Bulk doors on PostgreSQL, as the service's own role: the same answers, the walls, two at once."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from services.activities.commands.sessions import announce
from services.activities.domain import Announcement
from services.activities.models import CheckIn
from services.activities.service import SERVICE
from shared import db
from shared.auth import Actor
from shared.inserts import insert_new
from tests.activities.conftest import NOW
from tests.activities.facts import announced, checks, crowd, everybody_is_known, past, row
from tests.activities.test_check_in_many import *  # noqa: F403  the very same tests through another door
from tests.activities.test_past_sessions import *  # noqa: F403  the very same tests through another door
from tests.fixtures_databases import Databases
from tests.signed_in import CHEN, HU, OTHER_SCHOOL, SCHOOL, WU, ZHAO, Door, opened_at


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The service on a Wednesday afternoon in October, at two."""
    with opened_at(databases("activities").app_url, SERVICE, now=NOW) as door:
        everybody_is_known(door)
        yield door


def at_once(door: Door, path: str, bodies: Mapping[Actor, object]) -> list[TestResponse]:
    """What each gets who sends their own at the same moment."""
    ready = Barrier(len(bodies))

    def send(person: Actor) -> TestResponse:
        ready.wait()
        return door.as_(person).post(path, bodies[person])

    with ThreadPoolExecutor(len(bodies)) as all_of_them:
        return list(all_of_them.map(send, bodies))


def test_two_who_send_the_same_people_in_another_order_both_come_through(door: Door) -> None:
    path, everybody = announced(door), crowd(door, 500)
    door.later(minutes=45)
    forth = [(path, teacher_id) for teacher_id in everybody]

    answers = at_once(door, "/check-ins", {WU: checks(*forth), ZHAO: checks(*reversed(forth))})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert sum(answer.json["entered"] for answer in answers if answer.json) == 500
    assert len(door.rows("check_ins")) == 500


def test_two_who_enter_overlapping_sessions_at_once_are_not_both_believed(door: Door) -> None:
    first = {"sessions": [past(topic="甲", attendees=[row(CHEN.person_id)])]}
    second = {"sessions": [past(starts_at="2026-10-09T15:30:00+08:00", attendees=[row(CHEN.person_id)])]}

    answers = at_once(door, "/past-sessions", {WU: first, ZHAO: second})

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert len(door.rows("attendance")) == 1


def test_behind_a_forgotten_condition_no_session_of_another_school_is_entered(door: Door) -> None:
    """PR18."""
    said = Announcement(
        form="topic_lecture",
        topic="观课",
        starts_at=NOW - timedelta(days=5),
        length_minutes=90,
        place="录播教室",
        speaker_id=None,
        host_id=None,
        plan_item_id=None,
    )

    with (
        pytest.raises(DBAPIError, match="row-level security"),
        db.transaction(door.engine, scope=WU.scope(writes=True)) as session,
    ):
        announce(session, said, school_id=OTHER_SCHOOL, actor=WU, now=NOW)

    with db.transaction(door.engine, scope=WU.scope(writes=True)) as session:
        announce(session, said, school_id=SCHOOL, actor=WU, now=NOW)
    assert len(door.rows("activity_sessions")) == 1


def test_behind_a_forgotten_condition_nobody_is_entered_in_another_schools_session(door: Door) -> None:
    """PR18."""
    row_of: dict[str, Any] = {
        "activity_id": UUID(announced(door).removeprefix("/sessions/")),
        "teacher_id": HU.person_id,
        "entered_by": HU.person_id,
        "entered_at": NOW,
    }

    with (
        pytest.raises(DBAPIError, match="row-level security"),
        db.transaction(door.engine, scope=HU.scope(writes=True)) as session,
    ):
        insert_new(session, CheckIn, [row_of])

    assert door.rows("check_ins") == []
