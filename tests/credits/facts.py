"""Facts the tests of credits tell: an activity, who attended it, and the rules it is judged by."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from services.credits import commands, handlers
from services.credits.models import Balance, LedgerEntry
from shared import db
from shared.auth import Actor
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked, Attendee, RevokedAttendee
from shared.events.codec import Event, data_of, schema_for
from shared.kernel_tables import outbox
from shared.vocabulary import HourCategory, Role, SessionRole

NOW = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
HELD_ON = date(2026, 9, 10)
YEAR = 2026

SCHOOL = UUID(int=0x51)
OTHER_SCHOOL = UUID(int=0x52)
CHEN = UUID(int=0xC1)
LIN = UUID(int=0xC2)
HU = UUID(int=0xC3)
ACTIVITY = UUID(int=0xA1)
OTHER_ACTIVITY = UUID(int=0xA2)

QIAN = Actor(person_id=UUID(int=0xC9), name="钱科长", school_id=None, roles=frozenset({Role.COUNTY_OFFICER}))

RULES: Mapping[str, Any] = {
    "name": "教师培训学时管理办法",
    "source": "县教发2026年12号",
    "valid_from": date(2026, 9, 1),
    "required_hours_hundredths": 7200,
    "required_school_based_hours_hundredths": 2400,
    "minutes_per_hour": 45,
    "session_hundredths_max": 800,
    "default_category": HourCategory.SCHOOL_BASED,
    "role_weights": {"participant": 100, "speaker": 200, "host": 150},
    "forms": {
        "same_topic_different_designs": {"category": "school_based", "label": "同课异构"},
        "county_forum": {"category": "cross_school", "label": "教学论坛"},
    },
    "year_caps": {"cross_school": 600},
}


def confirmed(
    *attendees: Attendee,
    activity_id: UUID = ACTIVITY,
    form: str = "same_topic_different_designs",
    held_on: date = HELD_ON,
) -> AttendanceConfirmed:
    """Attendance of an activity, Chen's ninety minutes unless said otherwise."""
    return AttendanceConfirmed(
        activity_id=activity_id,
        school_id=SCHOOL,
        form=form,
        held_on=held_on,
        plan_item_id=None,
        attendees=attendees or (attendee(),),
    )


def attendee(
    teacher_id: UUID = CHEN,
    *,
    minutes: int = 90,
    role: SessionRole = SessionRole.PARTICIPANT,
    round_no: int = 1,
) -> Attendee:
    """One person's presence."""
    return Attendee(teacher_id=teacher_id, minutes=minutes, role=role, round_no=round_no)


def revoked(teacher_id: UUID = CHEN, *, round_no: int = 1, activity_id: UUID = ACTIVITY) -> AttendanceRevoked:
    """One person's confirmation taken back."""
    return AttendanceRevoked(
        activity_id=activity_id,
        school_id=SCHOOL,
        attendees=(RevokedAttendee(teacher_id=teacher_id, round_no=round_no),),
    )


def publish(engine: Engine, **changes: Any) -> None:
    """Let the county's rules begin."""
    with db.transaction(engine) as session:
        commands.publish_rule_pack(session, actor=QIAN, pack={**RULES, **changes}, now=NOW)


def hear(engine: Engine, *events: Event, now: datetime = NOW) -> None:
    """Handle each in a transaction of its own, as the worker would alone."""
    for event in events:
        with db.transaction(engine) as session:
            handlers.HANDLERS[type(event)](session, event, now=now)


def from_a_newer_producer(event: Event) -> Event:
    """The same event read from a wire that carries a field nobody here knows."""
    cls: type = type(event)
    loaded: Event = schema_for(cls).load({**data_of(event), "added_later": [1]})
    return loaded


def ledger(engine: Engine) -> list[tuple[UUID, UUID, int, str, int]]:
    """(teacher, activity, round, kind, hundredths) of every entry, in key order."""
    key = (LedgerEntry.teacher_id, LedgerEntry.activity_id, LedgerEntry.round_no, LedgerEntry.kind)
    with db.transaction(engine, write=False) as session:
        found = session.execute(select(*key, LedgerEntry.hours_hundredths).order_by(*key))
        return [(teacher, activity, no, str(kind), hours) for teacher, activity, no, kind, hours in found]


def balances(engine: Engine) -> dict[tuple[UUID, int, str], int]:
    """What was earned by (teacher, school year, category)."""
    with db.transaction(engine, write=False) as session:
        return {
            (row.teacher_id, row.school_year, str(row.category)): row.earned_hundredths
            for row in session.scalars(select(Balance))
        }


def said(engine: Engine) -> list[tuple[str, str]]:
    """(type, data) of every event in the outbox, in the order they were said."""
    with engine.connect() as connection:
        found = connection.execute(select(outbox.c.type, outbox.c.data).order_by(outbox.c.position))
        return [(kind, data) for kind, data in found]
