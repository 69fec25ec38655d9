"""Transfers between schools, as both of them agree to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base, one_where
from shared.db import short, term
from shared.vocabulary import MembershipKind, TransferState


class Transfer(Base):
    """Somebody goes from one school to another (调动), for good or for a time, once both have agreed."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("from_school_id <> to_school_id", name="two_schools"),
        CheckConstraint("ends_on IS NULL OR ends_on > effective_on", name="half_open"),
        one_where("uq_transfers_one_open", "person_id", condition="state = 'proposed'"),
        Index("ix_transfers_from_school_id", "from_school_id", "id"),
        Index("ix_transfers_to_school_id", "to_school_id", "id"),
        Index("ix_transfers_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    from_school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    to_school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[MembershipKind] = mapped_column(term(MembershipKind))
    """HOME moves for good; any other kind is a second place for a time."""
    subject: Mapped[str] = mapped_column(short(32))
    effective_on: Mapped[date]
    ends_on: Mapped[date | None]
    state: Mapped[TransferState] = mapped_column(term(TransferState))
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    let_go_by: Mapped[UUID | None]
    """Who agreed for the school she leaves."""
    taken_by: Mapped[UUID | None]
    """Who agreed for the school she comes to."""
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(short(200))
    """Why it was refused, called off or undone."""
    because: Mapped[str | None] = mapped_column(short(200))
    """Why it is entered for a day that has passed."""
    undone_by: Mapped[UUID | None]
    undone_at: Mapped[datetime | None]
