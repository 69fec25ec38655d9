"""Career stages (分层) as data: sets of half-open intervals of years of service, each set from a day on."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base
from shared.db import short


class StageSet(Base):
    """How the county divides its teachers by years of service, from a day on.

    Of two from one day the one published last holds: it corrects the other.
    """

    __tablename__ = "stage_sets"
    __table_args__ = (Index("ix_stage_sets_valid_from", "valid_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    source: Mapped[str] = mapped_column(short(200))
    """The document it comes from."""
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`{"code", "label", "years_from", "years_until"}` in order; `years_until` is None for the last."""
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]
