"""What activities says: sessions announced, held and cancelled; attendance confirmed and revoked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from shared.events.codec import Event
from shared.events.schemas import many, text
from shared.vocabulary import SessionRole

ATTENDEES_PER_EVENT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnnounced(Event):
    """A session is announced with its fixed points (三定)."""

    TYPE: ClassVar[str] = "activities.session.announced.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    form: Annotated[str, text(most=64)]
    starts_at: datetime
    plan_item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHeld(Event):
    """A session took place."""

    TYPE: ClassVar[str] = "activities.session.held.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    held_on: date
    plan_item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled(Event):
    """A session will not take place."""

    TYPE: ClassVar[str] = "activities.session.cancelled.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    plan_item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One person's confirmed presence. `round_no` counts how often it was confirmed anew (1, 2 ...)."""

    teacher_id: UUID
    minutes: int
    role: SessionRole
    round_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceConfirmed(Event):
    """Attendance is confirmed after the checks (三查). A larger session leaves as several of these."""

    TYPE: ClassVar[str] = "activities.attendance.confirmed.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    form: Annotated[str, text(most=64)]
    held_on: date
    plan_item_id: UUID | None
    attendees: Annotated[tuple[Attendee, ...], many(most=ATTENDEES_PER_EVENT_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedAttendee:
    """Whose confirmation is taken back, and which one of hers."""

    teacher_id: UUID
    round_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRevoked(Event):
    """Confirmed attendance is taken back; what it earned must be reversed (冲销)."""

    TYPE: ClassVar[str] = "activities.attendance.revoked.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    attendees: Annotated[tuple[RevokedAttendee, ...], many(most=ATTENDEES_PER_EVENT_MAX)]
