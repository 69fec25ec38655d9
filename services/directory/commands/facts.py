"""Dated facts: what holds for a period is recorded, what was thought before is withdrawn."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.domain.timelines import Change, Fact, overlaid
from services.directory.models import Dated, value_columns
from shared.values import Refused, new_id

Values = Mapping[str, Any]
"""What a fact says, by column."""


def record(
    session: Session,
    table: type[Dated],
    *,
    of: Values,
    period: Period,
    become: Callable[[Values | None], Values | None],
    now: datetime,
    batch: UUID | None = None,
) -> Change[Values]:
    """Rewrite a timeline within a period, and answer what that took.

    `of` are the columns that tell one timeline of the table from another, such as a person and a role; the
    caller has locked whom it belongs to. `become` makes of what held what shall hold, without these columns.
    """
    change = planned(session, table, of=of, period=period, become=become)
    withdraw(session, table, change.withdrawn, now=now, batch=batch)
    add(session, table, [(period, {**of, **value}) for period, value in change.added], now=now, batch=batch)
    return change


def planned(
    session: Session,
    table: type[Dated],
    *,
    of: Values,
    period: Period,
    become: Callable[[Values | None], Values | None],
) -> Change[Values]:
    """What `record` would do."""
    rest = [name for name in value_columns(table) if name not in of]
    return overlaid(standing(session, table, of=of, columns=rest), period=period, become=become)


def undo(session: Session, table: type[Dated], *, batch: UUID, now: datetime, undone_in: UUID) -> None:
    """Withdraw what a batch of changes recorded and record again what it withdrew.

    Refused when something was changed since of what it recorded: then nobody knows what would be left.
    """
    recorded = session.execute(select(table.id, table.withdrawn_at).where(table.recorded_in == batch)).all()
    if any(row.withdrawn_at is not None for row in recorded):
        raise Refused("changed_since", "此后又有变更，不能整件撤销；请按日期更正这位教师的记录")
    columns = value_columns(table)
    gone = session.execute(
        select(table.starts_on, table.ends_on, *(getattr(table, name) for name in columns)).where(
            table.withdrawn_in == batch
        )
    ).all()
    withdraw(session, table, [row.id for row in recorded], now=now, batch=undone_in)
    again = [
        (Period(starts_on=row.starts_on, ends_on=row.ends_on), dict(zip(columns, row[2:], strict=True)))
        for row in gone
    ]
    add(session, table, again, now=now, batch=undone_in)


def standing(session: Session, table: type[Dated], *, of: Values, columns: list[str]) -> list[Fact[Values]]:
    """The facts of a timeline as they are known now, in order."""
    attributes = [getattr(table, name) for name in columns]
    found = session.execute(
        select(table.id, table.starts_on, table.ends_on, *attributes)
        .where(table.withdrawn_at.is_(None), *(_equals(getattr(table, name), of[name]) for name in of))
        .order_by(table.starts_on)
    )
    return [
        Fact(
            id=row.id,
            period=Period(starts_on=row.starts_on, ends_on=row.ends_on),
            value=dict(zip(columns, row[3:], strict=True)),
        )
        for row in found
    ]


def _equals(column: Any, value: object) -> Any:
    return column.is_(None) if value is None else column == value


def withdraw(
    session: Session, table: type[Dated], ids: Any, *, now: datetime, batch: UUID | None = None
) -> None:
    """From now on these are known to have been wrong, or not the whole story."""
    if ids:
        stamp = {"withdrawn_at": now, "withdrawn_in": batch}
        session.execute(update(table).where(table.id.in_(ids), table.withdrawn_at.is_(None)).values(stamp))


def add(
    session: Session,
    table: type[Dated],
    facts: Iterable[tuple[Period, Values]],
    *,
    now: datetime,
    batch: UUID | None = None,
) -> None:
    """Record new facts; whoever calls has seen to it that they fit beside those that stand."""
    rows = [
        {
            **value,
            "id": new_id(now),
            "starts_on": period.starts_on,
            "ends_on": period.ends_on,
            "recorded_at": now,
            "recorded_in": batch,
        }
        for period, value in facts
    ]
    if rows:
        session.execute(insert(table), rows)
