"""Dated facts: what holds for a period is recorded, what was thought before is withdrawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.domain.timelines import Change, Fact, Step, overlaid, rewritten
from services.directory.models import Dated, value_columns
from shared.values import in_chunks, new_id

IDS_PER_STATEMENT_MAX = 5_000

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
    rest = [name for name in value_columns(table) if name not in of]
    change = overlaid(standing(session, table, of=of, columns=rest), period=period, become=become)
    withdraw(session, table, change.withdrawn, now=now, batch=batch)
    add(session, table, [(period, {**of, **value}) for period, value in change.added], now=now, batch=batch)
    return change


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


class Draft:
    """Changes of many timelines of one table, worked out in memory and written at once."""

    def __init__(self, table: type[Dated]) -> None:
        self.table = table
        self._withdrawn: list[UUID] = []
        self._added: list[tuple[Period, Values]] = []

    def overlay(
        self,
        facts: Sequence[Fact[Values]],
        *,
        of: Values,
        period: Period,
        become: Callable[[Values | None], Values | None],
    ) -> bool:
        """Rewrite one timeline, of which these are the facts; whether that changes anything."""
        return self.rewrite(facts, of=of, steps=[(period, become)])

    def rewrite(self, facts: Sequence[Fact[Values]], *, of: Values, steps: Sequence[Step[Values]]) -> bool:
        """The same in several steps, one after the other."""
        change = rewritten(facts, steps)
        self._withdrawn += change.withdrawn
        self._added += [(part, {**of, **value}) for part, value in change.added]
        return bool(change)

    def write(self, session: Session, *, now: datetime, batch: UUID | None) -> None:
        """All of it, in a few statements."""
        for ids in in_chunks(self._withdrawn, of=IDS_PER_STATEMENT_MAX):
            withdraw(session, self.table, ids, now=now, batch=batch)
        add(session, self.table, self._added, now=now, batch=batch)


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
