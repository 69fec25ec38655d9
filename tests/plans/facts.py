"""Facts the tests of plans tell: a plan as far as it has come, and what activities says of its items."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.events.activities import (
    AttendanceConfirmed,
    Attendee,
    SessionAnnounced,
    SessionCancelled,
)
from shared.vocabulary import SessionRole
from tests.signed_in import CHEN, SCHOOL, WU, ZHAO, Door, said_in

Reach = Callable[..., str]
"""Brings a plan as far as its name says; gives its path."""

NOBODY = UUID(int=0xFF)
FIRST, SECOND = UUID(int=0xA1), UUID(int=0xA2)
"""Two activities."""


def item(**changed: object) -> dict[str, object]:
    """A lecture in October."""
    return {"form": "topic_lecture", "topic": "如何观察一节课", "due_on": "2026-10-31", **changed}


def draft(**changed: object) -> dict[str, object]:
    """A plan of two items for the school year 2026."""
    items = [item(), item(form="noon_salon", topic="读书沙龙", due_on="2027-03-31")]
    return {"school_year": 2026, "title": "语文组2026学年研训计划", "items": items, **changed}


def drafted(door: Door, **changed: object) -> str:
    """The path of a plan Wu drafted."""
    return f"/plans/{said_in(door.as_(WU).post('/plans', draft(**changed)))['plan_id']}"


def submitted(door: Door, **changed: object) -> str:
    """The path of a plan that waits for review."""
    path = drafted(door, **changed)
    said_in(door.as_(WU).post(f"{path}/submit"))
    return path


def approved(door: Door, **changed: object) -> str:
    """The path of a plan Zhao approved."""
    path = submitted(door, **changed)
    said_in(door.as_(ZHAO).post(f"{path}/approve"))
    return path


def shown(door: Door, path: str) -> Any:
    """A plan as Chen sees it."""
    return said_in(door.as_(CHEN).get(path))


def first_item(door: Door, path: str) -> UUID:
    """The first item of a plan."""
    return UUID(shown(door, path)["items"][0]["item_id"])


# --- what activities says ---


def announced(
    item_id: UUID | None, *, activity_id: UUID = FIRST, school_id: UUID = SCHOOL
) -> SessionAnnounced:
    """A session was announced."""
    return SessionAnnounced(
        activity_id=activity_id,
        school_id=school_id,
        form="topic_lecture",
        starts_at=datetime(2026, 10, 20, 7, 0, tzinfo=UTC),
        plan_item_id=item_id,
    )


def cancelled(
    item_id: UUID | None, *, activity_id: UUID = FIRST, school_id: UUID = SCHOOL
) -> SessionCancelled:
    """A session was called off."""
    return SessionCancelled(activity_id=activity_id, school_id=school_id, plan_item_id=item_id)


def attended(
    item_id: UUID | None, *, activity_id: UUID = FIRST, school_id: UUID = SCHOOL
) -> AttendanceConfirmed:
    """Chen's attendance of a session was confirmed."""
    chen = Attendee(teacher_id=CHEN.person_id, minutes=90, role=SessionRole.PARTICIPANT, round_no=1)
    return AttendanceConfirmed(
        activity_id=activity_id,
        school_id=school_id,
        form="topic_lecture",
        held_on=date(2026, 10, 20),
        plan_item_id=item_id,
        attendees=(chen,),
    )
