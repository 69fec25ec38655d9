"""What credits says: hours appended to the ledger and hours reversed."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from shared.events.codec import Event
from shared.events.schemas import many, text
from shared.vocabulary import HourCategory

ENTRIES_PER_EVENT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AccruedEntry:
    """One entry of the ledger, in hundredths of a credit hour (学时)."""

    entry_id: UUID
    teacher_id: UUID
    round_no: int
    hours_hundredths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursAccrued(Event):
    """Hours of one activity were appended to the ledger (入账)."""

    TYPE: ClassVar[str] = "credits.hours.accrued.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    form: Annotated[str, text(most=64)]
    held_on: date
    category: HourCategory
    entries: Annotated[tuple[AccruedEntry, ...], many(most=ENTRIES_PER_EVENT_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursReversed(Event):
    """Hours of one activity were reversed (冲销); `hours_hundredths` says how much, as a positive number."""

    TYPE: ClassVar[str] = "credits.hours.reversed.v1"
    SUBJECT: ClassVar[str] = "activity_id"

    activity_id: UUID
    school_id: UUID
    form: Annotated[str, text(most=64)]
    held_on: date
    category: HourCategory
    entries: Annotated[tuple[AccruedEntry, ...], many(most=ENTRIES_PER_EVENT_MAX)]
