"""Imported files, and what of them still stands."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.domain.imports import Progress
from services.directory.models import Dated, ImportBatch, ImportMark, ImportProgress
from services.directory.queries.pages import Page, after, page
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import ImportState

SILENT_MAX = timedelta(minutes=2)


def import_batches(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Files within reach, in the order in which they were sent."""
    actor.require(*MAY[Act.READ_IMPORTS])
    asked = select(ImportBatch).where(actor.charge(ImportBatch.school_id), after(ImportBatch.id, cursor))
    found = session.scalars(asked.order_by(ImportBatch.id).limit(limit + 1)).all()
    return page(found, limit, key="id")


def import_batch(session: Session, *, actor: Actor, batch_id: UUID) -> ImportBatch:
    """One file within reach."""
    found = _found(session.scalar(_within(actor, batch_id)))
    actor.require(*MAY[Act.READ_IMPORTS])
    return found


def import_for_update(session: Session, *, actor: Actor, batch_id: UUID) -> ImportBatch:
    """One file within reach, locked: it is carried out or undone by one at a time."""
    return _found(session.scalar(_within(actor, batch_id).with_for_update()))


def _within(actor: Actor, batch_id: UUID) -> Select[ImportBatch]:
    return select(ImportBatch).where(ImportBatch.id == batch_id, actor.charge(ImportBatch.school_id))


def _found(batch: ImportBatch | None) -> ImportBatch:
    if batch is None:
        raise Missing(GONE, what="这次导入")
    return batch


def sent_before(session: Session, *, actor: Actor, digest: str) -> ImportBatch | None:
    """The import of the very same file that stands, if there is one."""
    asked = select(ImportBatch).where(
        ImportBatch.digest == digest,
        ImportBatch.state == ImportState.APPLIED,
        actor.charge(ImportBatch.school_id),
    )
    return session.scalar(asked.order_by(ImportBatch.id.desc()).limit(1))


def came_with(column: Any, batch_id: UUID) -> ColumnElement[bool]:
    """Whether facts are marked with a batch, or with something that came with it."""
    marks = select(ImportMark.id).where(ImportMark.batch_id == batch_id)
    return or_(column == batch_id, column.in_(marks))


def changed_since(session: Session, table: type[Dated], *, batch_id: UUID) -> int:
    """How many facts that came with a batch were withdrawn by something since that was not undone itself."""
    undone = select(ImportBatch.id).where(ImportBatch.state == ImportState.UNDONE)
    marks = select(ImportMark.id).where(ImportMark.batch_id.in_(undone))
    standing = and_(table.withdrawn_in.not_in(undone), table.withdrawn_in.not_in(marks))
    asked = select(func.count()).where(
        came_with(table.recorded_in, batch_id),
        table.withdrawn_at.is_not(None),
        or_(table.withdrawn_in.is_(None), standing),
    )
    return int(session.scalar(asked) or 0)


def import_progress(session: Session, *, batch_id: UUID, now: datetime) -> Progress | None:
    """How far a batch has come, as it was told a moment ago; whoever died over it tells nothing more."""
    row = session.get(ImportProgress, batch_id)
    if row is None or now - row.told_at > SILENT_MAX:
        return None
    return Progress(done=row.done, total=row.total, trouble=row.trouble)
