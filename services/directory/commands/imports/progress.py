"""How far a file has come that is being carried out, where several processes answer."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from services.directory.domain.imports import Progress
from services.directory.models import ImportProgress
from shared.inserts import insert_new


def note_progress(session: Session, *, batch_id: UUID, progress: Progress, now: datetime) -> None:
    """Tell others; in a transaction of its own, for the one that carries the file out is seen at its end."""
    row = {"batch_id": batch_id, **asdict(progress), "told_at": now}
    if not insert_new(session, ImportProgress, [row]):
        session.execute(update(ImportProgress).where(ImportProgress.batch_id == batch_id).values(row))


def forget_progress(session: Session, *, batch_id: UUID) -> None:
    """It is over, and the batch says so itself."""
    session.execute(delete(ImportProgress).where(ImportProgress.batch_id == batch_id))
