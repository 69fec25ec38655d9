"""What a roster of teachers says, row by row, beside what the register says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.directory.commands.imports.work import Terms, given
from services.directory.domain.imports import Line
from services.directory.queries.registers import KnownGroup, KnownSchools
from shared.sheets import Row
from shared.vocabulary import Role, Sex, TitleGrade

RECORD = ("name", "sex", "born_in", "serves_since", "title", "phone")
PLACE = ("subject", "second_subjects")
GROUPS = ("group", "planning_group")


COLUMNS = {
    "name": "name",
    "sex": "sex",
    "birth_year": "born_in",
    "subject": "subject",
    "second_subjects": "second_subjects",
    "title": "title",
    "work_year": "serves_since",
    "joined_on": "joined_on",
    "roles": "roles",
    "group": "group",
    "planning_group": "planning_group",
    "phone": "phone",
}
CLOSED: Mapping[str, Mapping[str, Any]] = {
    "sex": {sex.value: sex for sex in Sex},
    "title": {title.value: title for title in TitleGrade},
}
ROLES = {role.value: role for role in Role}
PLACES = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a row wants somebody to be."""

    row: Row
    staff_no: str
    school_id: UUID

    @property
    def says(self) -> Mapping[str, Any]:
        """By our names, only what the row speaks of; made anew each time, for a file may have 50,000 rows."""
        return _typed(given(self.row, COLUMNS))


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
    may_give: frozenset[Role]
    """The posts that whoever imports may give."""
    schools: KnownSchools
    groups: Mapping[tuple[UUID, str], KnownGroup]
    lines: list[Line] = field(default_factory=list)
    to_do: list[tuple[Wanted, Standing | None]] = field(default_factory=list)

    def school_name(self, school_id: UUID | None) -> str:
        """What a school is called; one out of reach is not named."""
        return self.schools.names.get(school_id, "其他学校") if school_id else ""


def _typed(says: Mapping[str, Any]) -> dict[str, Any]:
    """Codes become members of their lists, several become one text or a set."""
    typed = dict(says)
    for name in typed.keys() & CLOSED.keys():
        typed[name] = CLOSED[name][typed[name]]
    if "second_subjects" in typed:
        typed["second_subjects"] = "、".join(typed["second_subjects"])
    if "roles" in typed:
        typed["roles"] = ordered({ROLES[role] for role in typed["roles"]} | {Role.TEACHER})
    return typed


def ordered(roles: Iterable[Role]) -> tuple[Role, ...]:
    """In the order of the vocabulary."""
    return tuple(sorted(roles, key=PLACES.__getitem__))
