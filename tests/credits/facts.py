"""Facts the tests of credits tell: an activity, who attended it, and the rules it is judged by."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shared.events.activities import AttendanceConfirmed, AttendanceRevoked, Attendee, RevokedAttendee
from shared.events.codec import Event
from shared.events.directory import SchoolOpened, TeacherJoined
from shared.vocabulary import SchoolStage, SessionRole
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, Door

NOW = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
HELD_ON = date(2026, 9, 10)
ACTIVITY = UUID(int=0xA1)
OTHER_ACTIVITY = UUID(int=0xA2)

RULES: Mapping[str, Any] = {
    "name": "教师培训学时管理办法",
    "source": "县教发2026年12号",
    "valid_from": "2026-09-01",
    "required_hours_hundredths": 7200,
    "required_school_based_hours_hundredths": 2400,
    "minutes_per_hour": 45,
    "session_hundredths_max": 800,
    "default_category": "school_based",
    "role_weights": {"participant": 100, "speaker": 200, "host": 150},
    "forms": {
        "same_topic_different_designs": {"category": "school_based", "label": "同课异构"},
        "county_forum": {"category": "cross_school", "label": "论坛"},
    },
    "year_caps": {"cross_school": 600},
}


def publish(door: Door, **changes: Any) -> None:
    """Let the county's rules begin."""
    answer = door.as_(QIAN).post("/rule-packs", {**RULES, **changes})
    assert answer.status_code == 201, answer.text


def everybody_is_known(door: Door) -> None:
    """What the directory said before the story begins."""
    said: list[Event] = [opened(SCHOOL, "青石镇中心小学"), opened(OTHER_SCHOOL, "县实验小学")]
    said += [joined(one.person_id, one.name, one.school_id) for one in (LIN, CHEN, WU, HU)]
    for event in said:
        door.hear(event)


def opened(school_id: UUID, name: str) -> SchoolOpened:
    """A school exists."""
    return SchoolOpened(
        school_id=school_id,
        name=name,
        stage=SchoolStage.PRIMARY,
        township="青石镇",
        opened_on=date(1998, 9, 1),
    )


def joined(teacher_id: UUID, name: str, school_id: UUID | None = SCHOOL) -> TeacherJoined:
    """A teacher belongs to a school."""
    assert school_id is not None
    return TeacherJoined(
        teacher_id=teacher_id, school_id=school_id, name=name, subject="语文", joined_on=date(2026, 9, 1)
    )


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
    teacher_id: UUID = CHEN.person_id,
    *,
    minutes: int = 90,
    role: SessionRole = SessionRole.PARTICIPANT,
    round_no: int = 1,
) -> Attendee:
    """One person's presence."""
    return Attendee(teacher_id=teacher_id, minutes=minutes, role=role, round_no=round_no)


def revoked(
    teacher_id: UUID = CHEN.person_id, *, round_no: int = 1, activity_id: UUID = ACTIVITY
) -> AttendanceRevoked:
    """One person's confirmation taken back."""
    return AttendanceRevoked(
        activity_id=activity_id,
        school_id=SCHOOL,
        attendees=(RevokedAttendee(teacher_id=teacher_id, round_no=round_no),),
    )


def hear(door: Door, *events: Event) -> None:
    """Handle each in a transaction of its own, as the worker would alone."""
    for event in events:
        door.hear(event)


def ledger(door: Door) -> list[tuple[UUID, UUID, int, str, int]]:
    """(teacher, activity, round, kind, hundredths) of every entry, sorted."""
    names = list(door.service.metadata.tables["ledger_entries"].columns.keys())
    hours = names.index("hours_hundredths")
    return sorted(
        (row[0], row[1], row[2], str(row[3].value), row[hours]) for row in door.rows("ledger_entries")
    )


def balances(door: Door) -> dict[tuple[UUID, int, str], int]:
    """What was earned by (teacher, school year, category)."""
    return {
        (teacher, year, str(category.value)): earned
        for teacher, year, category, earned in door.rows("balances")
    }
