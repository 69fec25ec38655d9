"""A OneRoster bundle on its way into the register: its schools, then its teachers, as one file."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.imports.oneroster import OUR_ROLES, Bundle, read_bundle
from services.directory.commands.imports.schools import plan_schools
from services.directory.commands.imports.teachers import plan_teachers
from services.directory.commands.imports.work import Planned, Tell, Terms
from services.directory.domain.imports import Line, Trouble
from services.directory.domain.layouts import SCHOOLS, TEACHERS
from shared.sheets import Column, Fault, Kind, Layout, Record, Row, Sheet, Value, shown_name
from shared.sheets.values import understand
from shared.vocabulary import ImportVerdict, Role

TITLE = "OneRoster"
NEEDED = ("code", "township", "school", "staff_number", "name")
"""Without these a row is about nothing."""


def plan_bundle(session: Session, content: bytes, terms: Terms) -> tuple[Sheet, Planned]:
    """What a bundle would change.

    Its teachers belong to its schools, of which some are not there before it is carried out.
    """
    bundle = read_bundle(content)
    terms = replace(
        terms, unspoken_roles=frozenset(role for role in Role if role.value not in OUR_ROLES.values())
    )
    schools = _sheet(SCHOOLS, bundle.schools, rows=bundle.school_rows, file="orgs.csv")
    teachers = _sheet(TEACHERS, bundle.teachers, rows=bundle.teacher_rows, file="users.csv")
    known = plan_schools(session, schools, terms).lines
    opened = {line.key: line.name for line in known if line.verdict is ImportVerdict.NEW}
    around = queries.known_schools(session, actor=terms.actor, on=terms.effective_on).with_new(opened)
    people = plan_teachers(session, teachers, terms, schools=around).lines
    lines = [*map(_fault, bundle.faults), *known, *people]

    def carry_out(at: Session, batch: UUID, tell: Tell) -> None:
        plan_schools(at, schools, terms).carry_out(at, batch, _silent)
        plan_teachers(at, teachers, terms).carry_out(at, batch, tell)

    return _whole(bundle, content, terms), Planned(lines=lines, carry_out=carry_out)


def _silent(done: int, total: int) -> None:
    del done, total


def _whole(bundle: Bundle, content: bytes, terms: Terms) -> Sheet:
    return Sheet(
        name=TITLE,
        file_name=shown_name(terms.file_name),
        digest=hashlib.sha256(content).hexdigest(),
        columns=(),
        rows=(),
        rejected=(),
        faults=bundle.faults,
        warnings=bundle.warnings,
        faults_unlisted=0,
    )


def _fault(fault: Fault) -> Line:
    """What is wrong with one of the files themselves."""
    trouble = Trouble(column=fault.heading or fault.sheet, code=fault.code, text=fault.text)
    return Line(verdict=ImportVerdict.REJECTED, key="", name=fault.sheet, row=fault.row, troubles=(trouble,))


# --- records as rows --------------------------------------------------------------------------------------


def _sheet(layout: Layout, records: Sequence[Record], *, rows: Sequence[int], file: str) -> Sheet:
    """The records of a bundle as a sheet of ours; of what another system does not say, no row speaks."""
    places = {column.code: at for at, column in enumerate(layout.columns)}
    faults: list[Fault] = []
    kept: list[Row] = []
    rejected: list[Row] = []
    for record, number in zip(records, rows, strict=True):
        row, wrong = _row(layout, record, number=number, file=file, places=places)
        faults += wrong
        (rejected if wrong else kept).append(row)
    return Sheet(
        name=file,
        file_name=file,
        digest="",
        columns=tuple(places),
        rows=kept,
        rejected=rejected,
        faults=faults,
        warnings=(),
        faults_unlisted=0,
    )


def _row(
    layout: Layout, record: Record, *, number: int, file: str, places: Mapping[str, int]
) -> tuple[Row, list[Fault]]:
    values: list[Value] = []
    texts: list[str] = []
    wrong: list[Fault] = []
    for column in layout.columns:
        text = _text(record.get(column.code), column)
        spoken = bool(text) or column.code in NEEDED
        reading = understand(text, column, from_1904=False) if spoken else None
        if reading and reading.complaint and reading.complaint.is_fault:
            said = reading.complaint
            wrong.append(Fault(file, number, "", column.heading, said.code, said.text))
        values.append(reading.value if reading else None)
        texts.append(text)
    return Row(number, tuple(values), tuple(texts), places), wrong


def _text(value: Value, column: Column) -> str:
    """As a cell would have it; a word that is none of a list's own is left to be complained of."""
    if value is None:
        return ""
    parts = value if isinstance(value, tuple) else (value,)
    labels = {choice.value: choice.label for choice in column.choices} if column.kind is Kind.CHOICE else {}
    return "、".join(labels.get(str(part), str(part)) for part in parts)
