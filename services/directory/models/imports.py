"""Files that were imported: what they would change, did change, and whether that was undone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from services.directory.models.tables import Base
from shared.db import short, term
from shared.vocabulary import ImportExtent, ImportKind, ImportState


class ImportBatch(Base):
    """A file as it was previewed, and what became of it. Its id marks every fact it recorded or withdrew."""

    __tablename__ = "import_batches"
    __table_args__ = (
        Index("ix_import_batches_school_id", "school_id", "id"),
        Index("ix_import_batches_digest", "digest"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(term(ImportKind))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    """Whose office sent it; None is the county."""
    file_name: Mapped[str] = mapped_column(short(128))
    digest: Mapped[str] = mapped_column(short(64))
    """SHA-256 of the file."""
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    """The file, until it was carried out or given up."""
    extent: Mapped[ImportExtent] = mapped_column(term(ImportExtent))
    effective_on: Mapped[date]
    state: Mapped[ImportState] = mapped_column(term(ImportState))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    changes_digest: Mapped[str] = mapped_column(short(64))
    """SHA-256 of what the preview said it would change."""
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    applied_by: Mapped[UUID | None]
    applied_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]
    undone_in: Mapped[UUID | None]
    """The id that marks the facts which the undoing recorded and withdrew."""


class ImportMark(Base):
    """Something that came with a batch under an id of its own, so that it can also be undone by itself.

    The id of a transfer or a pairing, or the one that marks the facts of somebody who left for good.
    """

    __tablename__ = "import_marks"
    __table_args__ = (Index("ix_import_marks_batch_id", "batch_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batches.id"))


class ImportProgress(Base):
    """How far the carrying out of a batch has come, told while it is under way.

    No foreign key: it would wait for the batch, which whoever carries it out has locked.
    """

    __tablename__ = "import_progress"

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    done: Mapped[int]
    total: Mapped[int]
    trouble: Mapped[str | None] = mapped_column(short(400))
    """Why it came to nothing."""
    told_at: Mapped[datetime]
