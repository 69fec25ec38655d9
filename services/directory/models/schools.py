"""Districts, schools, what they are called and where they belong, and how they came from one another."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import LASTING, Base, Dated, half_open, one_where
from shared.db import short, term
from shared.vocabulary import DistrictKind, LineageKind, SchoolCategory, SchoolStage


class District(Base):
    """A township or school district (乡镇、街道、学区): what lies between the county and its schools.

    The name is the one it goes by since last.
    """

    __tablename__ = "districts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(32))
    name_key: Mapped[str] = mapped_column(short(128), unique=True)
    kind: Mapped[DistrictKind] = mapped_column(term(DistrictKind))
    entered_at: Mapped[datetime]


class DistrictRecord(Dated, Base):
    """What a district is called for a period."""

    __tablename__ = "district_records"
    __table_args__ = (
        half_open(),
        Index("ix_district_records_district_id", "district_id"),
        one_where("uq_district_records_lasting", "district_id", condition=LASTING),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str] = mapped_column(short(32))


class School(Base):
    """A school (学校), whatever it is called in the course of time."""

    __tablename__ = "schools"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(short(20), unique=True)
    version: Mapped[int] = mapped_column(default=0)
    """Counts what was said of it; others take the highest they heard of."""
    entered_at: Mapped[datetime]


class SchoolRecord(Dated, Base):
    """What a school is for a period: its name, stage and place. Outside of all of them it is closed."""

    __tablename__ = "school_records"
    __table_args__ = (
        half_open(),
        Index("ix_school_records_school_id", "school_id"),
        one_where("uq_school_records_lasting_name", "name_key", condition=LASTING),
        one_where("uq_school_records_lasting_school", "school_id", condition=LASTING),
    )

    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    name: Mapped[str] = mapped_column(short(64))
    name_key: Mapped[str] = mapped_column(short(256))
    short_name: Mapped[str | None] = mapped_column(short(32))
    stage: Mapped[SchoolStage] = mapped_column(term(SchoolStage))
    category: Mapped[SchoolCategory] = mapped_column(term(SchoolCategory))
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    central_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    """The central school (中心校) that looks after it."""


class SchoolAlias(Base):
    """Another name a school goes by; two schools may share one."""

    __tablename__ = "school_aliases"
    __table_args__ = (
        one_where("uq_school_aliases_standing", "school_id", "alias_key", condition="removed_at IS NULL"),
        Index("ix_school_aliases_key", "alias_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    alias: Mapped[str] = mapped_column(short(64))
    alias_key: Mapped[str] = mapped_column(short(256))
    entered_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class SchoolLineage(Base):
    """That a school went on in another from a day on (撤并、分设); undone, it never did."""

    __tablename__ = "school_lineages"
    __table_args__ = (
        CheckConstraint("from_school_id <> to_school_id", name="two_schools"),
        one_where(
            "uq_school_lineages_standing", "from_school_id", "to_school_id", condition="undone_at IS NULL"
        ),
        Index("ix_school_lineages_to_school_id", "to_school_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    from_school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    to_school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[LineageKind] = mapped_column(term(LineageKind))
    happened_on: Mapped[date]
    entered_at: Mapped[datetime]
    entered_in: Mapped[UUID | None]
    """The batch of all that was recorded and withdrawn with it."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
