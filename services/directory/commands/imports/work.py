"""What the import of any kind of file has in common: its terms, its plan, how each row is judged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory.domain.imports import Line, Trouble, differences
from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from services.directory.queries.registers import KnownSchools
from shared.auth import Actor
from shared.sheets import Layout, Row, Sheet
from shared.values import Refused, county_day
from shared.vocabulary import ImportExtent, ImportVerdict, Role

Act = TypeVar("Act")
"""What carrying out a row of some kind takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who imports, how much the file says it is, and from which day on it holds."""

    actor: Actor
    extent: ImportExtent
    effective_on: date
    now: datetime
    file_name: str
    unspoken_roles: frozenset[Role] = frozenset()
    """Posts for which the file has no word, and says nothing of."""

    @property
    def today(self) -> date:
        """The county's day."""
        return county_day(self.now)

    @property
    def lasting(self) -> Period:
        """From the day on which the file holds."""
        return Period(starts_on=self.effective_on, ends_on=None)

    def check_day(self, day: date) -> None:
        """Refuse a day no register would hold."""
        check_day(day, today=self.today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a file would change, line by line, and the function that does it under a batch's id."""

    lines: Sequence[Line]
    carry_out: Callable[[Session, UUID, "Tell"], None]


Tell = Callable[[int, int], None]
"""Hears how much is done, of how much."""
Planner = Callable[[Session, Sheet, Terms], Planned]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[Act]):
    """What a row comes to that can be taken."""

    name: str
    place: str = ""
    before: Mapping[str, Any] | None
    """How that stands of which it speaks, by the columns of the sheet; None when it is not there yet."""
    after: Mapping[str, Any]
    act: Act


def judged(
    sheet: Sheet, layout: Layout, *, key: str, judge: Callable[[Row], Finding[Act]]
) -> tuple[list[Line], list[Act]]:
    """A line for each row, and what is to be done for those that are new or change something.

    What the domain refuses of a row rejects it with the domain's own words: a file does nothing that a form
    may not.
    """
    headings = {column.code: column.heading for column in layout.columns}
    lines, to_do = rejected(sheet, key=key), []
    for row in sheet.rows:
        try:
            with about(headings[key]):
                finding = judge(row)
        except Unresolved as unresolved:
            lines.append(_rejection(row, unresolved.trouble, key=key))
            continue
        changed = differences(finding.before, finding.after, headings=headings) if finding.before else ()
        known = ImportVerdict.CHANGED if changed else ImportVerdict.UNCHANGED
        verdict = ImportVerdict.NEW if finding.before is None else known
        if verdict is not ImportVerdict.UNCHANGED:
            to_do.append(finding.act)
        lines.append(
            Line(
                verdict=verdict,
                key=row[key],
                name=finding.name,
                place=finding.place,
                row=row.number,
                differences=changed,
            )
        )
    lines.sort(key=lambda line: line.row or 0)
    return lines, to_do


def _rejection(row: Row, trouble: Trouble, *, key: str) -> Line:
    return Line(
        verdict=ImportVerdict.REJECTED,
        key=row[key],
        name=row.texts.get("name", ""),
        place=row.texts.get("school", ""),
        row=row.number,
        troubles=(trouble,),
    )


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


@contextmanager
def about(column: str) -> Iterator[None]:
    """What is refused within is said of that column, unless it names one itself."""
    try:
        yield
    except Refused as refused:
        raise Unresolved(Trouble(column=column, code=refused.code, text=refused.text)) from refused


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
