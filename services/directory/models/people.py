"""People, where they belong and what they may."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import STILL, Base
from shared.db import short, term
from shared.vocabulary import Role


class Person(Base):
    """A person, at whichever school, with or without an account."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    entered_at: Mapped[datetime]


class Membership(Base):
    """Where somebody belongs from a day on, until before another."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open"),
        Index(
            "uq_memberships_one_at_a_time",
            "person_id",
            unique=True,
            postgresql_where=STILL,
            sqlite_where=STILL,
        ),
        Index("ix_memberships_school_id", "school_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    subject: Mapped[str] = mapped_column(short(32))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Post(Base):
    """What somebody may do, where, from a day on (任职): a role, a school or the county, a period."""

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open"),
        CheckConstraint("(role = 'county_officer') = (school_id IS NULL)", name="the_county_has_no_school"),
        Index(
            "uq_posts_one_at_a_time",
            "person_id",
            "role",
            unique=True,
            postgresql_where=STILL,
            sqlite_where=STILL,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    role: Mapped[Role] = mapped_column(term(Role))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
