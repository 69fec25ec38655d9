"""Facts the tests of notify tell: hours of Chen, and her pairing with Lin."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from shared.events.codec import Event
from shared.events.credits import AccruedEntry, HoursAccrued, HoursReversed
from shared.events.directory import PairingEnded, PairingStarted, TeacherJoined
from shared.vocabulary import HourCategory
from tests import signed_in
from tests.signed_in import SCHOOL, Door

Hours = TypeVar("Hours", HoursAccrued, HoursReversed)

NOW = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
HELD_ON = date(2026, 9, 10)
CHEN = signed_in.CHEN.person_id
LIN = signed_in.LIN.person_id
WU = signed_in.WU.person_id
ACTIVITY = UUID(int=0xA1)
PAIRING = UUID(int=0xD1)


def hours(
    cls: type[Hours],
    *entries: AccruedEntry,
    held_on: date = HELD_ON,
    activity_id: UUID = ACTIVITY,
) -> Hours:
    """Hours accrued or reversed, Chen's two unless said otherwise; each is an entry of its own."""
    said = [
        replace(
            one, entry_id=UUID(int=activity_id.int << 32 | one.entry_id.int << 1 | (cls is HoursReversed))
        )
        for one in entries or (entry(),)
    ]
    return cls(
        activity_id=activity_id,
        school_id=SCHOOL,
        form="same_topic_different_designs",
        held_on=held_on,
        category=HourCategory.SCHOOL_BASED,
        entries=tuple(said),
    )


def entry(teacher_id: UUID = CHEN, *, round_no: int = 1, hundredths: int = 200) -> AccruedEntry:
    """One teacher's hours."""
    return AccruedEntry(
        entry_id=UUID(int=teacher_id.int << 8 | round_no),
        teacher_id=teacher_id,
        round_no=round_no,
        hours_hundredths=hundredths,
    )


def paired(
    pairing_id: UUID = PAIRING,
    *,
    mentor_id: UUID = LIN,
    apprentice_id: UUID = CHEN,
    started_on: date = date(2026, 9, 1),
) -> PairingStarted:
    """A mentor takes an apprentice, Lin takes Chen unless said otherwise."""
    return PairingStarted(
        pairing_id=pairing_id,
        school_id=SCHOOL,
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
    )


def parted(ended_on: date, *, pairing_id: UUID = PAIRING) -> PairingEnded:
    """A pairing ends."""
    return PairingEnded(pairing_id=pairing_id, school_id=SCHOOL, ended_on=ended_on)


def joined(person_id: UUID = CHEN, name: str = "陈老师") -> TeacherJoined:
    """A teacher with her name."""
    return TeacherJoined(
        teacher_id=person_id, school_id=SCHOOL, name=name, subject="语文", joined_on=date(2026, 9, 1)
    )


def hear(door: Door, *events: Event) -> None:
    """Handle each in a transaction of its own, as the worker would alone."""
    for event in events:
        door.hear(event)


def told(door: Door) -> list[tuple[UUID, str, UUID, int]]:
    """(recipient, kind, about, hundredths) of every notice, sorted."""
    columns = list(door.service.metadata.tables["notices"].columns.keys())
    rows = [dict(zip(columns, row, strict=True)) for row in door.rows("notices")]
    return sorted(
        (row["recipient_id"], str(row["kind"].value), row["about_id"], row["hours_hundredths"])
        for row in rows
    )


def kept(door: Door) -> list[list[tuple[Any, ...]]]:
    """Every row of every table of notify."""
    return [door.rows(table) for table in door.service.metadata.tables]
