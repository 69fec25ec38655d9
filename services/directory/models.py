"""Tables of the directory: schools, people, where they belong and what they may, pairings, accounts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata, short, term
from shared.vocabulary import Role, SchoolStage

STILL = text("ends_on IS NULL")


class Base(ServiceBase):
    """The tables of this service."""

    metadata = new_metadata()


class School(Base):
    """A school (学校). `name_key` is its name without the differences a reader does not see."""

    __tablename__ = "schools"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    name_key: Mapped[str] = mapped_column(short(256), unique=True)
    stage: Mapped[SchoolStage] = mapped_column(term(SchoolStage))
    township: Mapped[str] = mapped_column(short(32))
    opened_on: Mapped[date]
    entered_at: Mapped[datetime]


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


class Pairing(Base):
    """A mentor (师父) and an apprentice (徒弟) of one school, from a day on (师徒结对)."""

    __tablename__ = "pairings"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open"),
        CheckConstraint("mentor_id <> apprentice_id", name="not_with_oneself"),
        Index(
            "uq_pairings_one_at_a_time",
            "mentor_id",
            "apprentice_id",
            unique=True,
            postgresql_where=STILL,
            sqlite_where=STILL,
        ),
        Index("ix_pairings_school_id", "school_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    mentor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    apprentice_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Account(Base):
    """How somebody signs in. The password itself is nowhere."""

    __tablename__ = "accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    username: Mapped[str] = mapped_column(short(32), unique=True)
    password_hash: Mapped[str] = mapped_column(short(200))
    disabled_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]


class SignInTries(Base):
    """Failed sign-ins under a username, whether or not anybody has it."""

    __tablename__ = "sign_in_tries"

    username: Mapped[str] = mapped_column(short(32), primary_key=True)
    recent_since: Mapped[datetime]
    recent_failures: Mapped[int]
    day_since: Mapped[datetime] = mapped_column(index=True)
    day_failures: Mapped[int]
