"""Marks: under which ids what came with a batch is recorded that can be undone by itself."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory.models import ImportMark


def mark_all(session: Session, ids: Iterable[UUID], *, batch: UUID) -> None:
    """Note that these came with the batch: a transfer, a pairing, the facts of somebody who left for good."""
    rows = [{"id": one, "batch_id": batch} for one in ids]
    if rows:
        session.execute(insert(ImportMark), rows)
