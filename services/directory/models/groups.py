"""Groups of a school, or of the small schools of a district, what they are called, and who is in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import LASTING, Base, Dated, half_open, one_where
from shared.db import short, term
from shared.vocabulary import GroupKind


class Group(Base):
    """A group that meets (教研组、备课组 and their kin), whatever it is called in the course of time."""

    __tablename__ = "groups"
    __table_args__ = (
        CheckConstraint("(school_id IS NULL) <> (district_id IS NULL)", name="one_home"),
        Index("ix_groups_school_id", "school_id", "id"),
        Index("ix_groups_district_id", "district_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    """Of a joint group (联片组), whose members come from several small schools."""
    kind: Mapped[GroupKind] = mapped_column(term(GroupKind))
    version: Mapped[int] = mapped_column(default=0)
    """Counts its changes, so that nobody overwrites what they have not seen."""
    entered_at: Mapped[datetime]


class GroupRecord(Dated, Base):
    """What a group is called for a period. Outside of all of them it does not meet."""

    __tablename__ = "group_records"
    __table_args__ = (
        half_open(),
        Index("ix_group_records_group_id", "group_id"),
        one_where("uq_group_records_lasting", "group_id", condition=LASTING),
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"))
    name: Mapped[str] = mapped_column(short(32))
    subject: Mapped[str | None] = mapped_column(short(32))
    within_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id"))
    """The larger group that a lesson-planning group (备课组) is part of."""


class GroupMembership(Dated, Base):
    """Who is in a group, and in a leading group (领导小组) with which duty."""

    __tablename__ = "group_memberships"
    __table_args__ = (
        half_open(),
        Index("ix_group_memberships_group_id", "group_id"),
        Index("ix_group_memberships_person_id", "person_id"),
    )

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    duty: Mapped[str | None] = mapped_column(short(200))
