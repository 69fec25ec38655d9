"""What a roster of teachers says, row by row, beside what the register says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.directory.commands.imports.work import Terms
from services.directory.domain.imports import Line
from services.directory.queries.registers import KnownGroup, KnownSchools
from shared.sheets import Row

RECORD = ("name", "sex", "born_in", "serves_since", "title", "phone")
PLACE = ("subject", "second_subjects")
GROUPS = ("group", "planning_group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a row wants somebody to be."""

    row: Row
    staff_no: str
    school_id: UUID
    says: Mapping[str, Any]
    """By our names, only what the row speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is on the day the import holds from."""

    person_id: UUID
    school_id: UUID | None
    is_in: Mapping[str, Any]
    is_new: bool
    """Entered once and undone: the entry is there, and nothing is known of it."""
    numbers: bool
    """Whether the file gives her the staff number she did not have."""


@dataclass(slots=True, kw_only=True)
class Roster:
    """A file on its way into the register."""

    terms: Terms
    schools: KnownSchools
    groups: Mapping[tuple[UUID, str], KnownGroup]
    lines: list[Line] = field(default_factory=list)
    to_do: list[tuple[Wanted, Standing | None]] = field(default_factory=list)

    def school_name(self, school_id: UUID | None) -> str:
        """What a school is called; one out of reach is not named."""
        return self.schools.names.get(school_id, "其他学校") if school_id else ""
