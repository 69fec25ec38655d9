"""A file's way: previewed and kept, and carried out as it was previewed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.imports.bundles import plan_bundle
from services.directory.commands.imports.kinds import PLANNERS
from services.directory.commands.imports.work import Planned, Tell, Terms
from services.directory.domain.imports import KEPT_BY, Line, check_clean, counted
from services.directory.domain.layouts import LAYOUTS
from services.directory.models import ImportBatch
from shared import sheets, tenancy
from shared.auth import Actor
from shared.values import Refused, new_id
from shared.vocabulary import ImportExtent, ImportKind, ImportState, ImportVerdict


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
    actor.require(*KEPT_BY[sent.kind])
    sheet, planned = _planned(session, sent, _terms(sent, actor=actor, now=now))
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
    actor.require(*KEPT_BY[batch.kind])
    sent = _sent(batch)
    sheet, planned = _planned(session, sent, _terms(sent, actor=actor, now=now))
    before = queries.sent_before(session, actor=actor, digest=batch.digest)
    return Preview(batch=batch, lines=planned.lines, sheet=sheet, sent_before=before)


def _silent(done: int, total: int) -> None:
    del done, total


def apply_import(
    session: Session, *, actor: Actor, batch_id: UUID, now: datetime, tell: Tell = _silent
) -> ImportBatch:
    """Carry out what was previewed, all of it; Refused when the register has changed in between."""
    batch = queries.import_for_update(session, actor=actor, batch_id=batch_id)
    actor.require(*KEPT_BY[batch.kind])
    if batch.state is not ImportState.PREVIEWED:
        raise Refused("import_already_applied", "这个文件已经导入过，不会重复导入；需要时请重新上传")
    sent = _sent(batch)
    tell(0, 1)
    _, planned = _planned(session, sent, _terms(sent, actor=actor, now=now))
    check_clean(planned.lines)
    if _digest(planned.lines) != batch.changes_digest:
        raise Refused("preview_outdated", "预览之后名册又有变动，请重新上传，看过新的差异再导入")
    with tenancy.whole_county(session):  # until they are written, newcomers belong nowhere
        planned.carry_out(session, batch.id, tell)
    batch.state, batch.applied_by, batch.applied_at = ImportState.APPLIED, actor.person_id, now
    batch.content = None
    return batch


def _planned(session: Session, sent: Sent, terms: Terms) -> tuple[sheets.Sheet, Planned]:
    if sent.kind is ImportKind.ONEROSTER:
        with tenancy.whole_county(session):
            return plan_bundle(session, sent.content, terms)
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
        raise Refused("import_already_applied", "这个文件已经导入过，不会重复导入；需要时请重新上传")
    return Sent(
        kind=batch.kind,
        file_name=batch.file_name,
        content=batch.content,
        extent=batch.extent,
        effective_on=batch.effective_on,
    )


def _terms(sent: Sent, *, actor: Actor, now: datetime) -> Terms:
    return Terms(
        actor=actor,
        extent=sent.extent,
        effective_on=sent.effective_on,
        now=now,
        file_name=sent.file_name,
    )


def _digest(lines: Sequence[Line]) -> str:
    """Of everything that would change: what is only looked at may differ."""
    digest = hashlib.sha256()
    for line in lines:
        if line.verdict is not ImportVerdict.UNCHANGED:
            told = [line.verdict, line.key, line.name, line.place, line.row]
            more = [*map(astuple, line.differences), *map(astuple, line.troubles)]
            digest.update(json.dumps([told, more], ensure_ascii=False).encode())
    return digest.hexdigest()
