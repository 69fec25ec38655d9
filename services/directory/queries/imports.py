"""Imported files, and what of them still stands."""

from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.models import Dated, ImportBatch
from services.directory.queries.pages import Page, after, page
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import ImportState


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
        raise Missing("没有找到这次导入")
    return batch


def sent_before(session: Session, *, actor: Actor, digest: str) -> ImportBatch | None:
    """The import of the very same file that stands, if there is one."""
    asked = select(ImportBatch).where(
        ImportBatch.digest == digest,
        ImportBatch.state == ImportState.APPLIED,
        actor.charge(ImportBatch.school_id),
    )
    return session.scalar(asked.order_by(ImportBatch.id.desc()).limit(1))


def changed_since(session: Session, table: type[Dated], *, batch_id: UUID) -> int:
    """How many facts that came with a batch were withdrawn by something since that was not undone itself."""
    undone = select(ImportBatch.id).where(ImportBatch.state == ImportState.UNDONE)
    asked = select(func.count()).where(
        table.recorded_in == batch_id,
        table.withdrawn_at.is_not(None),
        or_(table.withdrawn_in.is_(None), table.withdrawn_in.not_in(undone)),
    )
    return int(session.scalar(asked) or 0)
