"""What every table of the directory has in common, and what those have whose rows hold for a period."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata

STILL = "ends_on IS NULL"
LASTING = "ends_on IS NULL AND withdrawn_at IS NULL"
"""Holds without an end, as far as is known."""


class Base(ServiceBase):
    """The tables of this service."""

    metadata = new_metadata()


class Dated:
    """A fact that holds from a day on, known since a moment, and until something better was known.

    Rows are added and withdrawn, never changed: the database refuses it (see the migration).
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_in: Mapped[UUID | None]
    """The batch of changes it came with, such as a file that was imported."""
    withdrawn_at: Mapped[datetime | None]
    withdrawn_in: Mapped[UUID | None]


def half_open() -> CheckConstraint:
    """The first day counts, the last does not, and there is at least one."""
    return CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="half_open")


def one_where(name: str, *columns: str, condition: str) -> Index:
    """A unique index over the rows of a condition, on both databases."""
    where = text(condition)
    return Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


DATED_COLUMNS = frozenset(
    ("id", "starts_on", "ends_on", "recorded_at", "recorded_in", "withdrawn_at", "withdrawn_in")
)


def value_columns(table: type[Any]) -> list[str]:
    """The columns that say what holds, without those that say when and since when it is known."""
    return [column.name for column in table.__table__.columns if column.name not in DATED_COLUMNS]
