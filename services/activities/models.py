"""Tables of activities: sessions with what happened at them, attendance, and copies of others' data."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata, short, term
from shared.tenancy import OPEN, Walls, of_person, of_school, through
from shared.trail import Telling
from shared.vocabulary import MembershipKind, SessionRole, SessionState


class Base(ServiceBase):
    """The tables of this service."""

    __abstract__ = True
    metadata = new_metadata()


class ActivitySession(Base):
    """A session (研训活动) with its fixed points (三定)."""

    __tablename__ = "activity_sessions"
    __table_args__ = (
        CheckConstraint("length_minutes BETWEEN 1 AND 1440", name="length_minutes"),
        CheckConstraint("place IS NOT NULL OR speaker_id IS NOT NULL", name="fixed_points"),
        CheckConstraint("(state = 'held') = (held_at IS NOT NULL)", name="held_at_when_held"),
        CheckConstraint("(held_at IS NULL) = (held_on IS NULL)", name="held_on_when_held"),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at_when_cancelled"
        ),
        Index(None, "school_id", "starts_at", "activity_id"),
        Index(None, "starts_at", "activity_id"),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID]
    form: Mapped[str] = mapped_column(short(64))
    topic: Mapped[str] = mapped_column(short(200))
    starts_at: Mapped[datetime]
    length_minutes: Mapped[int]
    place: Mapped[str | None] = mapped_column(short(100))
    speaker_id: Mapped[UUID | None]
    host_id: Mapped[UUID | None]
    plan_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("known_plan_items.item_id"))
    state: Mapped[SessionState] = mapped_column(term(SessionState))
    announced_by: Mapped[UUID]
    announced_at: Mapped[datetime]
    held_on: Mapped[date | None]
    held_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


class CheckIn(Base):
    """Somebody checked in (签到), herself or through her group leader."""

    __tablename__ = "check_ins"

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity_sessions.activity_id"), primary_key=True)
    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]


class SessionRecord(Base):
    """What was done in a session and what came of it (活动记录)."""

    __tablename__ = "session_records"

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity_sessions.activity_id"), primary_key=True)
    content: Mapped[str]
    result: Mapped[str | None]
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime]


class Attendance(Base):
    """Confirmed presence (出勤): append-only. What was taken back and confirmed anew is another round."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("round_no >= 1", name="round_no"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
    )

    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activity_sessions.activity_id"), primary_key=True)
    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    round_no: Mapped[int] = mapped_column(primary_key=True)
    minutes: Mapped[int]
    role: Mapped[SessionRole] = mapped_column(term(SessionRole))
    confirmed_by: Mapped[UUID]
    confirmed_at: Mapped[datetime]


class AttendanceRevocation(Base):
    """One round of confirmed presence taken back (撤销), with the reason: append-only."""

    __tablename__ = "attendance_revocations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["activity_id", "teacher_id", "round_no"],
            ["attendance.activity_id", "attendance.teacher_id", "attendance.round_no"],
        ),
    )

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    round_no: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(short(500))
    revoked_by: Mapped[UUID]
    revoked_at: Mapped[datetime]


class KnownSchool(Base):
    """A school, as the directory told of it."""

    __tablename__ = "known_schools"

    school_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    version: Mapped[int] = mapped_column(default=0)
    """Of what was told; 0 is what was told when it opened."""
    closed_on: Mapped[date | None]


class KnownTeacher(Base):
    """A teacher's name, as the directory told of it."""

    __tablename__ = "known_teachers"

    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    version: Mapped[int] = mapped_column(default=0)
    """Of what was told of her and where she belongs; 0 is what was told when she joined."""


class KnownBelonging(Base):
    """That a teacher belongs to a school from a day on, until before another; all of hers come together."""

    __tablename__ = "known_belongings"
    __table_args__ = (Index(None, "school_id", "teacher_id"),)

    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[MembershipKind] = mapped_column(term(MembershipKind), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date | None]


class KnownPlanItem(Base):
    """An item of an approved plan; sessions may be announced against it."""

    __tablename__ = "known_plan_items"

    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID]


_OF_SESSION = through("activity_id", "activity_sessions", "activity_id")

WALLS: Walls = {
    "activity_sessions": of_school("school_id"),
    "check_ins": _OF_SESSION,
    "session_records": _OF_SESSION,
    "attendance": _OF_SESSION,
    "attendance_revocations": _OF_SESSION,
    "known_schools": OPEN,
    "known_teachers": through("teacher_id", "known_belongings", "teacher_id"),
    "known_belongings": of_school("school_id") | of_person("teacher_id"),
    "known_plan_items": of_school("school_id"),
}
"""Whose the rows of each table are."""

TELLING = Telling(
    told={
        "activity_sessions": ("form", "topic", "place"),
        "known_schools": ("name",),
    },
    hidden={
        "attendance_revocations": ("reason",),
        "known_teachers": ("name",),
        "session_records": ("content", "result"),
    },
)
"""What of these tables the audit log may repeat; free text stays in its own row."""
