"""What the import of any kind of file has in common: its terms, its plan, its rejected rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory.domain.imports import Line, Trouble
from services.directory.queries.registers import KnownSchools
from shared.auth import Actor
from shared.sheets import Row, Sheet
from shared.vocabulary import ImportExtent, ImportVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who imports, how much the file says it is, and from which day on it holds."""

    actor: Actor
    extent: ImportExtent
    effective_on: date
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a file would change, line by line, and the function that does it under a batch's id."""

    lines: Sequence[Line]
    carry_out: Callable[[Session, UUID], None]


Planner = Callable[[Session, Sheet, Terms], Planned]


def rejected(sheet: Sheet, *, key: str) -> list[Line]:
    """A line for each row that could not even be read."""
    troubles: dict[int, list[Trouble]] = {}
    for fault in sheet.faults:
        trouble = Trouble(column=fault.heading, code=fault.code, text=fault.text)
        troubles.setdefault(fault.row, []).append(trouble)
    return [
        Line(
            verdict=ImportVerdict.REJECTED,
            key=row.texts.get(key, ""),
            name=row.texts.get("name", ""),
            place=row.texts.get("school", ""),
            row=row.number,
            troubles=tuple(troubles.get(row.number, ())),
        )
        for row in sheet.rejected
    ]


class Unresolved(Exception):
    """A cell names something that is not there, or more than one."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


def school_called(text: str, schools: KnownSchools, *, column: str = "学校") -> UUID:
    """The one school that goes by this text; Unresolved when none does, or several."""
    found = schools.called(text)
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise Unresolved(
            Trouble(
                column=column, code="school_unknown", text=f"没有叫“{text}”的学校，请核对名称或填学校代码"
            )
        )
    names = "、".join(sorted(schools.names[school_id] for school_id in found))
    raise Unresolved(
        Trouble(
            column=column,
            code="school_ambiguous",
            text=f"叫“{text}”的学校不止一所（{names}），请填全称或代码",
        )
    )


def given(row: Row, columns: Mapping[str, str]) -> dict[str, object]:
    """What a row says, by our names for its columns. An empty cell says nothing: it never erases."""
    return {ours: row[code] for code, ours in columns.items() if row[code] not in (None, ())}
