"""Groups of a school, or of the small schools of a district, and who is in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import LASTING, Base, Dated, half_open, one_where
from shared.db import short, term
from shared.vocabulary import GroupKind


class Group(Base):
    """A group that meets (教研组、备课组 and their kin). A renamed one is a new one that goes on."""

    __tablename__ = "groups"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open"),
        CheckConstraint("(school_id IS NULL) <> (district_id IS NULL)", name="one_home"),
        one_where("uq_groups_standing_in_a_school", "school_id", "name", condition=LASTING),
        one_where("uq_groups_standing_in_a_district", "district_id", "name", condition=LASTING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    """Of a joint group (联片组), whose members come from several small schools."""
    within_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id"))
    """The larger group that a lesson-planning group (备课组) is part of."""
    continues_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id"))
    """The group it went on from, under another name."""
    kind: Mapped[GroupKind] = mapped_column(term(GroupKind))
    name: Mapped[str] = mapped_column(short(32))
    subject: Mapped[str | None] = mapped_column(short(32))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    recorded_in: Mapped[UUID | None]
    """The import it came with."""
    withdrawn_at: Mapped[datetime | None]
    """When that import was undone; such a group never was."""


class GroupMembership(Dated, Base):
    """Who is in a group."""

    __tablename__ = "group_memberships"
    __table_args__ = (
        half_open(),
        Index("ix_group_memberships_group_id", "group_id"),
        Index("ix_group_memberships_person_id", "person_id"),
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
