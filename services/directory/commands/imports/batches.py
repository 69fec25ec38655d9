"""A file's way: previewed and kept, carried out as it was previewed, undone."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.imports.schools import plan_schools
from services.directory.commands.imports.teachers import plan_teachers
from services.directory.commands.imports.work import Planned, Planner, Terms
from services.directory.commands.people import say_teachers
from services.directory.commands.schools import say_schools
from services.directory.domain.acts import MAY, Act
from services.directory.domain.imports import Line, check_clean, counted
from services.directory.domain.layouts import LAYOUTS
from services.directory.domain.periods import Period
from services.directory.models import (
    Absence,
    Dated,
    GroupMembership,
    GroupRecord,
    ImportBatch,
    Liaison,
    Membership,
    Person,
    PersonRecord,
    Post,
    SchoolRecord,
    value_columns,
)
from shared import sheets, tenancy
from shared.auth import Actor
from shared.values import Refused, new_id
from shared.vocabulary import ImportExtent, ImportKind, ImportState, ImportVerdict

PLANNERS: Mapping[ImportKind, Planner] = {
    ImportKind.SCHOOLS: plan_schools,
    ImportKind.TEACHERS: plan_teachers,
}
DATED: Sequence[type[Dated]] = (
    SchoolRecord,
    PersonRecord,
    Membership,
    Post,
    GroupRecord,
    GroupMembership,
    Absence,
    Liaison,
)
OF_PEOPLE = (PersonRecord, Membership)
"""What the other services are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as it was sent, and what its sender says of it."""

    kind: ImportKind
    file_name: str
    content: bytes
    extent: ImportExtent
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would change, and the batch under which it can be carried out."""

    batch: ImportBatch
    lines: Sequence[Line]
    sheet: sheets.Sheet
    sent_before: ImportBatch | None
    """The import of the very same file that stands."""


def preview_import(session: Session, *, actor: Actor, sent: Sent, now: datetime) -> Preview:
    """What a file would change. Nothing of the register is touched; the file is kept to be carried out."""
    _check_may(actor, sent.kind)
    terms = Terms(actor=actor, extent=sent.extent, effective_on=sent.effective_on, now=now)
    sheet, planned = _planned(session, sent, terms)
    batch = ImportBatch(
        id=new_id(now),
        kind=sent.kind,
        school_id=actor.school_id,
        file_name=sheet.file_name,
        digest=sheet.digest,
        content=sent.content,
        extent=sent.extent,
        effective_on=sent.effective_on,
        state=ImportState.PREVIEWED,
        counts=counted(planned.lines),
        changes_digest=_digest(planned.lines),
        made_by=actor.person_id,
        made_at=now,
    )
    before = queries.sent_before(session, actor=actor, digest=sheet.digest)
    session.add(batch)
    session.flush()
    return Preview(batch=batch, lines=planned.lines, sheet=sheet, sent_before=before)


def previewed(session: Session, *, actor: Actor, batch_id: UUID, now: datetime) -> Preview:
    """The preview of a file that was sent before, against the register as it is now."""
    batch = queries.import_batch(session, actor=actor, batch_id=batch_id)
    _check_may(actor, batch.kind)
    sheet, planned = _planned(session, _sent(batch), _terms(batch, actor=actor, now=now))
    before = queries.sent_before(session, actor=actor, digest=batch.digest)
    return Preview(batch=batch, lines=planned.lines, sheet=sheet, sent_before=before)


def apply_import(session: Session, *, actor: Actor, batch_id: UUID, now: datetime) -> ImportBatch:
    """Carry out what was previewed, all of it; Refused when the register has changed in between."""
    batch = queries.import_for_update(session, actor=actor, batch_id=batch_id)
    _check_may(actor, batch.kind)
    if batch.state is not ImportState.PREVIEWED:
        raise Refused("import_already_applied", "这个文件已经导入过，不会重复导入")
    terms = _terms(batch, actor=actor, now=now)
    _, planned = _planned(session, _sent(batch), terms)
    check_clean(planned.lines)
    if _digest(planned.lines) != batch.changes_digest:
        raise Refused("preview_outdated", "预览之后名册又有变动，请重新上传，看过新的差异再导入")
    with tenancy.whole_county(session):  # until they are written, newcomers belong nowhere
        planned.carry_out(session, batch.id)
    batch.state, batch.applied_by, batch.applied_at = ImportState.APPLIED, actor.person_id, now
    batch.content = None
    return batch


def _planned(session: Session, sent: Sent, terms: Terms) -> tuple[sheets.Sheet, Planned]:
    sheet = sheets.read(sent.content, sent.file_name, LAYOUTS[sent.kind])
    if not sheet.rows and not sheet.rejected:
        # Nothing to show line by line: the file as a whole is not what it should be.
        fault = sheet.faults[0]
        raise Refused(fault.code, "{text}", text=str(fault))
    with tenancy.whole_county(session):  # numbers, and people who were elsewhere, are looked up everywhere
        return sheet, PLANNERS[sent.kind](session, sheet, terms)


def _sent(batch: ImportBatch) -> Sent:
    if batch.content is None and batch.state is ImportState.PREVIEWED:
        raise Refused("import_given_up", "预览以后有人员被注销，文件已清除；请重新上传")
    if batch.content is None:
        raise Refused("import_already_applied", "这个文件已经导入过，不会重复导入")
    return Sent(
        kind=batch.kind,
        file_name=batch.file_name,
        content=batch.content,
        extent=batch.extent,
        effective_on=batch.effective_on,
    )


def _terms(batch: ImportBatch, *, actor: Actor, now: datetime) -> Terms:
    return Terms(actor=actor, extent=batch.extent, effective_on=batch.effective_on, now=now)


def _check_may(actor: Actor, kind: ImportKind) -> None:
    if kind is ImportKind.TEACHERS:
        actor.require(*MAY[Act.IMPORT_PEOPLE])
    else:
        actor.require(*MAY[Act.IMPORT_COUNTY])


def _digest(lines: Sequence[Line]) -> str:
    """Of everything that would change: what is only looked at may differ."""
    telling = [asdict(line) for line in lines if line.verdict is not ImportVerdict.UNCHANGED]
    return hashlib.sha256(json.dumps(telling, ensure_ascii=False).encode()).hexdigest()


# --- undoing --------------------------------------------------------------------------------------------


def undo_import(session: Session, *, actor: Actor, batch_id: UUID, now: datetime) -> ImportBatch:
    """Let the register be what it was before the file; Refused when something else has built on it since."""
    batch = queries.import_for_update(session, actor=actor, batch_id=batch_id)
    _check_may(actor, batch.kind)
    if batch.state is not ImportState.APPLIED:
        raise Refused("import_not_applied", "这个文件没有导入，或已经撤销")
    with tenancy.whole_county(session):  # what came with it is taken back whole
        undoing = _undo(session, batch, now=now)
    batch.state, batch.undone_by, batch.undone_at = ImportState.UNDONE, actor.person_id, now
    batch.undone_in = undoing
    return batch


def _undo(session: Session, batch: ImportBatch, *, now: datetime) -> UUID:
    later = sum(queries.changed_since(session, table, batch_id=batch.id) for table in DATED)
    if later:
        raise Refused(
            "changed_since_import",
            "导入之后又有{later}处改动，不能整批撤销；请先撤销后来的导入，或逐项更正",
            later=later,
        )
    undoing = new_id(now)
    people: set[UUID] = set()
    schools: set[UUID] = set()
    for table in DATED:
        touched = _take_back(session, table, batch.id, undoing=undoing, now=now)
        if table in OF_PEOPLE:
            people |= {row["person_id"] for row in touched}
        if table is SchoolRecord:
            schools |= {row["school_id"] for row in touched}
    numbered = update(Person).where(Person.numbered_in == batch.id)
    session.execute(numbered.values(staff_no=None, numbered_in=None))
    say_schools(session, sorted(schools), now=now)
    say_teachers(session, sorted(people), now=now)
    return undoing


def _take_back(
    session: Session, table: type[Dated], batch_id: UUID, *, undoing: UUID, now: datetime
) -> list[dict[str, Any]]:
    """Withdraw what came with the batch, and record again what it withdrew; the facts of both.

    What is recorded again still counts as come with the batch it came with first, so that a file can be
    undone after a later one was.
    """
    columns = value_columns(table)
    attributes = [getattr(table, name) for name in columns]
    asked = select(table.starts_on, table.ends_on, table.recorded_in, *attributes)
    came = session.execute(asked.where(table.recorded_in == batch_id, table.withdrawn_at.is_(None))).all()
    went = session.execute(asked.where(table.withdrawn_in == batch_id)).all()
    stamp = {"withdrawn_at": now, "withdrawn_in": undoing}
    standing = update(table).where(table.recorded_in == batch_id, table.withdrawn_at.is_(None))
    session.execute(standing.values(stamp))
    again: defaultdict[UUID | None, list[tuple[Period, dict[str, Any]]]] = defaultdict(list)
    for row in went:
        period = Period(starts_on=row.starts_on, ends_on=row.ends_on)
        again[row.recorded_in].append((period, {name: row._mapping[name] for name in columns}))
    for first_batch, held in again.items():
        facts.add(session, table, held, now=now, batch=first_batch)
    return [{name: row._mapping[name] for name in columns} for row in (*came, *went)]
