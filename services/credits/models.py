"""Tables of credits: rule packs, the ledger, balances, revocations, and copies of schools and teachers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata, short, term
from shared.tenancy import OPEN, OWN_WORK, Wall, Walls, of_person, of_school, through
from shared.trail import Telling
from shared.vocabulary import EntryKind, HourCategory, MembershipKind, SessionRole


class Base(ServiceBase):
    """All tables of credits."""

    metadata = new_metadata()


class RulePack(Base):
    """A published rule pack; append-only. What it says of roles, forms and caps was checked by its schema."""

    __tablename__ = "rule_packs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(80))
    source: Mapped[str] = mapped_column(short(200))
    valid_from: Mapped[date] = mapped_column(unique=True)
    required_hours_hundredths: Mapped[int]
    required_school_based_hours_hundredths: Mapped[int]
    minutes_per_hour: Mapped[int]
    session_hundredths_max: Mapped[int | None]
    default_category: Mapped[HourCategory] = mapped_column(term(HourCategory))
    role_weights: Mapped[dict[str, int]] = mapped_column(JSON)
    forms: Mapped[dict[str, Any]] = mapped_column(JSON)
    year_caps: Mapped[dict[str, int]] = mapped_column(JSON)
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("minutes_per_hour > 0", name="an_hour_has_minutes"),
        CheckConstraint(
            "required_hours_hundredths >= required_school_based_hours_hundredths"
            " AND required_school_based_hours_hundredths >= 0",
            name="the_part_is_no_more_than_the_whole",
        ),
    )


class LedgerEntry(Base):
    """One accrual or reversal; append-only.

    The key is the fact itself, so that nothing pays twice however often it arrives; the teacher comes first,
    so that the same index serves her statement. No foreign key to the pack: packs never go, and a lock on the
    one row every entry names would make all workers meet there.
    """

    __tablename__ = "ledger_entries"

    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    round_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(term(EntryKind), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    school_id: Mapped[UUID]
    held_on: Mapped[date]
    school_year: Mapped[int] = mapped_column(SmallInteger)
    form: Mapped[str] = mapped_column(short(64))
    category: Mapped[HourCategory] = mapped_column(term(HourCategory))
    role: Mapped[SessionRole] = mapped_column(term(SessionRole))
    minutes: Mapped[int]
    rule_pack_id: Mapped[UUID]
    weight_hundredths: Mapped[int]
    minutes_per_hour: Mapped[int]
    cut_hundredths: Mapped[int]
    hours_hundredths: Mapped[int]
    reverses_id: Mapped[UUID | None]
    appended_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("minutes >= 0 AND cut_hundredths >= 0", name="nothing_negative"),
        CheckConstraint(
            "(kind = 'accrual' AND hours_hundredths >= 0 AND reverses_id IS NULL)"
            " OR (kind = 'reversal' AND hours_hundredths <= 0 AND reverses_id IS NOT NULL)",
            name="the_kind_decides_the_sign",
        ),
        # Asked once a published pack; a block range index costs the appending next to nothing.
        Index("ix_ledger_entries_held_on", "held_on", postgresql_using="brin"),
    )


class Balance(Base):
    """What a teacher earned in a school year and category; moved only by rows newly in the ledger.

    It never falls below zero, for only what was earned is reversed; a CHECK cannot say so, because "insert or
    add" is checked as if the part added stood alone.
    """

    __tablename__ = "balances"

    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category: Mapped[HourCategory] = mapped_column(term(HourCategory), primary_key=True)
    earned_hundredths: Mapped[int]

    __table_args__ = (Index("ix_balances_school_year", "school_year"),)


class KnownRevocation(Base):
    """A confirmation that was taken back, kept whether or not its hours are here yet."""

    __tablename__ = "known_revocations"

    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    round_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class KnownSchool(Base):
    """A school, as the directory said."""

    __tablename__ = "known_schools"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    township: Mapped[str] = mapped_column(short(32))
    version: Mapped[int] = mapped_column(default=0)
    """Of what was told; 0 is what was told when it opened."""
    closed_on: Mapped[date | None]


class KnownTeacher(Base):
    """A teacher, as the directory said."""

    __tablename__ = "known_teachers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID | None]
    """Her latest home school; where she belongs on a day stands among the belongings."""
    name: Mapped[str] = mapped_column(short(64))
    version: Mapped[int] = mapped_column(default=0)
    """Of what was told of her and where she belongs; 0 is what was told when she joined."""

    __table_args__ = (Index("ix_known_teachers_school_id", "school_id"),)


class KnownBelonging(Base):
    """That a teacher belongs to a school from a day on, until before another; all of hers come together."""

    __tablename__ = "known_belongings"

    teacher_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[MembershipKind] = mapped_column(term(MembershipKind), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date | None]

    __table_args__ = (Index("ix_known_belongings_school_id_teacher_id", "school_id", "teacher_id"),)


class KnownAlias(Base):
    """That one entry of the register is the same person as another (人员合并), as the directory said."""

    __tablename__ = "known_aliases"

    merge_id: Mapped[UUID] = mapped_column(primary_key=True)
    alias_id: Mapped[UUID]
    teacher_id: Mapped[UUID]
    """The entry that is kept."""

    __table_args__ = (
        Index("ix_known_aliases_alias_id", "alias_id"),
        Index("ix_known_aliases_teacher_id", "teacher_id"),
    )


class KnownUnmerge(Base):
    """A merge that was undone, kept whether or not the merge is here yet."""

    __tablename__ = "known_unmerges"

    merge_id: Mapped[UUID] = mapped_column(primary_key=True)


def _of_member(column: str) -> Wall:
    """About whoever acts, or about somebody who belongs or belonged to a school in reach."""
    return of_person(column) | through(column, "known_belongings", "teacher_id")


WALLS: Walls = {
    "rule_packs": OPEN,
    "ledger_entries": of_school("school_id") | _of_member("teacher_id"),
    "balances": _of_member("teacher_id"),
    "known_revocations": OWN_WORK,
    "known_schools": OPEN,
    "known_teachers": _of_member("id"),
    "known_belongings": of_school("school_id") | of_person("teacher_id"),
    "known_aliases": _of_member("alias_id") | _of_member("teacher_id"),
    "known_unmerges": through("merge_id", "known_aliases", "merge_id"),
}
"""Whose the rows of each table are."""

TELLING = Telling(
    told={
        "known_schools": ("name", "township"),
        "ledger_entries": ("form",),
        "rule_packs": ("name", "source", "role_weights", "forms", "year_caps"),
    },
    hidden={
        "known_teachers": ("name",),
    },
)
"""What of these tables the audit log may repeat; free text stays in its own row."""
