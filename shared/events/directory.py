"""What the directory says: schools, people, posts, pairings and access."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from shared.events.codec import Event
from shared.events.schemas import SHOWN, many, text
from shared.vocabulary import MembershipKind, SchoolStage

BELONGINGS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolOpened(Event):
    """A school exists from a day on. Said when the county office opens it."""

    TYPE: ClassVar[str] = "directory.school.opened.v1"
    SUBJECT: ClassVar[str] = "school_id"

    school_id: UUID
    name: Annotated[str, text(most=64), SHOWN]
    stage: SchoolStage
    township: Annotated[str, text(most=32)]
    opened_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherJoined(Event):
    """A teacher belongs to a school from a day on."""

    TYPE: ClassVar[str] = "directory.teacher.joined.v1"
    SUBJECT: ClassVar[str] = "teacher_id"

    teacher_id: UUID
    school_id: UUID
    name: Annotated[str, text(most=64), SHOWN]
    subject: Annotated[str, text(most=32)]
    joined_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolChanged(Event):
    """What a school is now known to be: renamed, moved, closed. Of several the highest version holds."""

    TYPE: ClassVar[str] = "directory.school.changed.v1"
    SUBJECT: ClassVar[str] = "school_id"

    school_id: UUID
    version: int
    name: Annotated[str, text(most=64), SHOWN]
    stage: SchoolStage
    township: Annotated[str, text(most=32)]
    closed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That a teacher belongs to a school from a day on, until before another."""

    school_id: UUID
    kind: MembershipKind
    subject: Annotated[str, text(most=32)]
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherChanged(Event):
    """Who a teacher is and where she belongs, the whole of it: transferred, left, renamed, corrected.

    Of several the highest version holds, and any of them before what was said when she joined.
    """

    TYPE: ClassVar[str] = "directory.teacher.changed.v1"
    SUBJECT: ClassVar[str] = "teacher_id"

    teacher_id: UUID
    school_id: UUID | None
    """Her latest home school."""
    version: int
    name: Annotated[str, text(most=64), SHOWN]
    belongs: Annotated[tuple[Belonging, ...], many(most=BELONGINGS_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMerged(Event):
    """One entry of the register is the same person as another (人员合并): asked for, the other answers."""

    TYPE: ClassVar[str] = "directory.person.merged.v1"
    SUBJECT: ClassVar[str] = "person_id"

    merge_id: UUID
    alias_id: UUID
    """The entry that is used no more; what was noted under it stays noted under it."""
    person_id: UUID
    school_id: UUID | None
    """The latest home school of the entry that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonUnmerged(Event):
    """A merge was a mistake: both entries stand by themselves again."""

    TYPE: ClassVar[str] = "directory.person.unmerged.v1"
    SUBJECT: ClassVar[str] = "person_id"

    merge_id: UUID
    alias_id: UUID
    person_id: UUID
    school_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """Somebody who has left is known by a pseudonym from now on (注销), in whatever is kept of her."""

    TYPE: ClassVar[str] = "directory.person.erased.v1"
    SUBJECT: ClassVar[str] = "person_id"

    person_id: UUID
    pseudonym: Annotated[str, text(most=64)]
    school_id: UUID | None
    """Her last home school."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingStarted(Event):
    """A mentor (师父) takes an apprentice (徒弟) from a day on (师徒结对)."""

    TYPE: ClassVar[str] = "directory.pairing.started.v1"
    SUBJECT: ClassVar[str] = "pairing_id"

    pairing_id: UUID
    school_id: UUID
    mentor_id: UUID
    apprentice_id: UUID
    started_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingEnded(Event):
    """A pairing ends: `ended_on` is the first day on which it no longer holds."""

    TYPE: ClassVar[str] = "directory.pairing.ended.v1"
    SUBJECT: ClassVar[str] = "pairing_id"

    pairing_id: UUID
    school_id: UUID
    ended_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRevoked(Event):
    """Tokens of a person issued before a moment are void: account disabled, or signed out everywhere."""

    TYPE: ClassVar[str] = "directory.access.revoked.v1"
    SUBJECT: ClassVar[str] = "person_id"

    person_id: UUID
    school_id: UUID | None
    issued_before: datetime
