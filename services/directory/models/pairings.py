"""Mentor pairings (师徒结对)."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import STILL, Base, one_where


class Pairing(Base):
    """A mentor (师父) and an apprentice (徒弟) of one school, from a day on (师徒结对)."""

    __tablename__ = "pairings"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open"),
        CheckConstraint("mentor_id <> apprentice_id", name="not_with_oneself"),
        one_where("uq_pairings_one_at_a_time", "mentor_id", "apprentice_id", condition=STILL),
        Index("ix_pairings_school_id", "school_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    apprentice_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
