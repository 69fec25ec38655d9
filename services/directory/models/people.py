"""People, what is known of them, where they belong and what they may."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import LASTING, Base, Dated, half_open, one_where
from shared.db import short, term
from shared.vocabulary import AbsenceKind, MembershipKind, Role, Sex, TitleGrade


class Person(Base):
    """A person, at whichever school, with or without an account."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_no: Mapped[str | None] = mapped_column(short(32), unique=True)
    numbered_in: Mapped[UUID | None]
    """The import that gave the staff number to somebody who was here without one."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts what was said of them; others take the highest they heard of."""
    entered_at: Mapped[datetime]


class PersonRecord(Dated, Base):
    """Who somebody is for a period: name, title (职称) and what seldom changes."""

    __tablename__ = "person_records"
    __table_args__ = (
        half_open(),
        Index("ix_person_records_person_id", "person_id"),
        Index("ix_person_records_name_key", "name_key"),
        one_where("uq_person_records_lasting", "person_id", condition=LASTING),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(short(64))
    name_key: Mapped[str] = mapped_column(short(256))
    sex: Mapped[Sex | None] = mapped_column(term(Sex))
    born_in: Mapped[int | None] = mapped_column(SmallInteger)
    serves_since: Mapped[int | None] = mapped_column(SmallInteger)
    """The year of the first post as a teacher (参加工作年份)."""
    title: Mapped[TitleGrade | None] = mapped_column(term(TitleGrade))
    phone: Mapped[str | None] = mapped_column(short(20))


class Membership(Dated, Base):
    """Where somebody belongs: one home school at a time, and others on secondment or as a support teacher."""

    __tablename__ = "memberships"
    __table_args__ = (
        half_open(),
        one_where("uq_memberships_one_home", "person_id", condition=f"{LASTING} AND kind = 'home'"),
        Index("ix_memberships_person_id", "person_id"),
        Index("ix_memberships_school_id", "school_id", "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[MembershipKind] = mapped_column(term(MembershipKind))
    subject: Mapped[str] = mapped_column(short(32))
    second_subjects: Mapped[str | None] = mapped_column(short(64))
    """Others she teaches beside it, parted by 、."""


class Post(Dated, Base):
    """What somebody may do, where (任职): a role, in a school, a district or the whole county."""

    __tablename__ = "posts"
    __table_args__ = (
        half_open(),
        CheckConstraint("school_id IS NULL OR district_id IS NULL", name="one_scope"),
        Index("ix_posts_person_id", "person_id"),
        Index("ix_posts_school_id", "school_id"),
        Index("ix_posts_district_id", "district_id"),
        Index("ix_posts_group_id", "group_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role] = mapped_column(term(Role))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    district_id: Mapped[UUID | None] = mapped_column(ForeignKey("districts.id"))
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("groups.id"))


class Liaison(Dated, Base):
    """A school that a trainer of the county looks after (教育联点)."""

    __tablename__ = "liaisons"
    __table_args__ = (
        half_open(),
        Index("ix_liaisons_person_id", "person_id"),
        Index("ix_liaisons_school_id", "school_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))


class Absence(Dated, Base):
    """Why somebody is not at work for a period, or for good: leave, long training, retirement, death."""

    __tablename__ = "absences"
    __table_args__ = (
        half_open(),
        Index("ix_absences_person_id", "person_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[AbsenceKind] = mapped_column(term(AbsenceKind))
    document: Mapped[str | None] = mapped_column(short(64))
    """The number of the document that ordered or approved it."""


class PersonAlias(Base):
    """That one register entry is the same person as another; undone, both stand by themselves again."""

    __tablename__ = "person_aliases"
    __table_args__ = (
        CheckConstraint("alias_id <> person_id", name="two_entries"),
        one_where("uq_person_aliases_standing", "alias_id", condition="undone_at IS NULL"),
        Index("ix_person_aliases_person_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    alias_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    """The entry that is used no more."""
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    merged_at: Mapped[datetime]
    merged_by: Mapped[UUID]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
