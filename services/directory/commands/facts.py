"""Dated facts: what holds for a period is recorded, what was thought before is withdrawn."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.domain.timelines import Change, Fact, Step, joined, overlaid, rewritten
from services.directory.models import Dated, value_columns
from shared import tenancy
from shared.values import Missing, Refused, in_chunks, new_id

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
    change = planned(session, table, of=of, period=period, become=become)
    withdraw(session, table, change.withdrawn, now=now, batch=batch)
    add(session, table, [(period, {**of, **value}) for period, value in change.added], now=now, batch=batch)
    return change


def rewrite(
    session: Session, table: type[Dated], *, of: Values, period: Period, changes: Values, now: datetime
) -> bool:
    """Let what holds within a period say something else; whether there was anything to say it of."""
    held: list[Values] = []

    def become(value: Values | None) -> Values | None:
        if value is None:
            return None
        held.append(value)
        return {**value, **changes}

    record(session, table, of=of, period=period, become=become, now=now)
    return bool(held)


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


def standing(session: Session, table: type[Dated], *, of: Values, columns: list[str]) -> list[Fact[Values]]:
    """The facts of a timeline as they are known now, in order."""
    attributes = [getattr(table, name) for name in columns]
    asked = (
        select(table.id, table.starts_on, table.ends_on, *attributes)
        .where(table.withdrawn_at.is_(None), *(_equals(getattr(table, name), of[name]) for name in of))
        .order_by(table.starts_on)
    )
    with tenancy.whole_county(session):  # a timeline is rewritten whole, wherever somebody was
        found = session.execute(asked).all()
    return [
        Fact(
            id=row.id,
            period=Period(starts_on=row.starts_on, ends_on=row.ends_on),
            value=dict(zip(columns, row[3:], strict=True)),
        )
        for row in found
    ]


def cut(
    session: Session, table: type[Dated], *where: Any, on: date, now: datetime, batch: UUID | None = None
) -> list[Any]:
    """End facts on a day, and those that were to begin later; the facts as they were before."""
    found = holding(session, table, *where, on=on)
    withdraw(session, table, [fact.id for fact in found], now=now, batch=batch)
    columns = value_columns(table)
    left = [
        (Period(starts_on=fact.starts_on, ends_on=on), {name: getattr(fact, name) for name in columns})
        for fact in found
        if fact.starts_on < on
    ]
    add(session, table, left, now=now, batch=batch)
    return found


def periods(session: Session, table: type[Dated], *, of: Values) -> list[Period]:
    """When a timeline holds anything, whatever it is; neighbours as one."""
    whole = joined((fact.period, None) for fact in standing(session, table, of=of, columns=[]))
    return [period for period, _ in whole]


def holding(session: Session, table: type[Dated], *where: Any, on: date) -> list[Any]:
    """Facts that hold on a day or later, as they are known now."""
    lasting = or_(table.ends_on.is_(None), table.ends_on > on)
    with tenancy.whole_county(session):  # what is left out here would stand on unseen
        return list(session.scalars(select(table).where(table.withdrawn_at.is_(None), lasting, *where)))


def _equals(column: Any, value: object) -> Any:
    return column.is_(None) if value is None else column == value


def withdraw(
    session: Session, table: type[Dated], ids: Any, *, now: datetime, batch: UUID | None = None
) -> None:
    """From now on these are known to be wrong, or not the whole story; Missing if one is out of reach."""
    if ids:
        stamp = {"withdrawn_at": now, "withdrawn_in": batch}
        standing = update(table).where(table.id.in_(ids), table.withdrawn_at.is_(None))
        if len(session.scalars(standing.values(stamp).returning(table.id)).all()) < len(ids):
            raise Missing("这段经历由另一所学校登记，请联系县级管理员更正")


class Draft:
    """Changes of many timelines of one table, worked out in memory and written at once.

    What carries a mark is recorded and withdrawn under it instead of the batch's id, so that it can be
    undone by itself, as if it had been entered by hand.
    """

    def __init__(self, table: type[Dated]) -> None:
        self.table = table
        self._withdrawn: list[tuple[UUID, UUID | None]] = []
        self._added: list[tuple[Period, Values, UUID | None]] = []

    def overlay(
        self,
        facts: Sequence[Fact[Values]],
        *,
        of: Values,
        period: Period,
        become: Callable[[Values | None], Values | None],
        mark: UUID | None = None,
    ) -> bool:
        """Rewrite one timeline, of which these are the facts; whether that changes anything."""
        return self.rewrite(facts, of=of, steps=[(period, become)], mark=mark)

    def rewrite(
        self,
        facts: Sequence[Fact[Values]],
        *,
        of: Values,
        steps: Sequence[Step[Values]],
        mark: UUID | None = None,
    ) -> bool:
        """The same in several steps, one after the other."""
        change = rewritten(facts, steps)
        self._withdrawn += [(fact_id, mark) for fact_id in change.withdrawn]
        self._added += [(part, {**of, **value}, mark) for part, value in change.added]
        return bool(change)

    def cut(self, facts: Sequence[Fact[Values]], *, of: Values, on: date, mark: UUID | None = None) -> None:
        """End these facts on a day, whatever their timelines, and those that were to begin later."""
        for fact in facts:
            if fact.period.ends_on is None or fact.period.ends_on > on:
                self._withdrawn.append((fact.id, mark))
                if fact.period.starts_on < on:
                    left = Period(starts_on=fact.period.starts_on, ends_on=on)
                    self._added.append((left, {**of, **fact.value}, mark))

    def write(self, session: Session, *, now: datetime, batch: UUID | None) -> None:
        """All of it, in a few statements."""
        plain = [fact_id for fact_id, mark in self._withdrawn if mark is None]
        for ids in in_chunks(plain, of=IDS_PER_STATEMENT_MAX):
            withdraw(session, self.table, ids, now=now, batch=batch)
        marked = [{"fact_id": fact_id, "mark": mark} for fact_id, mark in self._withdrawn if mark]
        if marked:
            table = cast("Table", self.table.__table__)  # type: ignore[attr-defined]  # every model has one
            standing = update(table).where(table.c.id == bindparam("fact_id"), table.c.withdrawn_at.is_(None))
            stamp = standing.values(withdrawn_at=now, withdrawn_in=bindparam("mark"))
            session.connection().execute(stamp, marked)
        rows = [_row(part, value, now=now, batch=mark or batch) for part, value, mark in self._added]
        if rows:
            session.execute(insert(self.table), rows)


def add(
    session: Session,
    table: type[Dated],
    facts: Iterable[tuple[Period, Values]],
    *,
    now: datetime,
    batch: UUID | None = None,
) -> None:
    """Record new facts; whoever calls has seen to it that they fit beside those that stand."""
    rows = [_row(period, value, now=now, batch=batch) for period, value in facts]
    if rows:
        session.execute(insert(table), rows)


def _row(period: Period, value: Values, *, now: datetime, batch: UUID | None) -> dict[str, Any]:
    return {
        **value,
        "id": new_id(now),
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "recorded_at": now,
        "recorded_in": batch,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undoing touched: the facts that stand no more, and those that stand again."""

    gone: list[Dated]
    back: list[Dated]

    def of(self, table: type[Dated]) -> list[Any]:
        """The facts of one table, both kinds."""
        return [fact for fact in (*self.gone, *self.back) if isinstance(fact, table)]


def undo(session: Session, tables: Iterable[type[Dated]], *, batch: UUID, now: datetime) -> Undone:
    """Let everything stand again as before a batch; Refused when it was changed since.

    What was known in between stays on record.
    """
    undone = Undone(gone=[], back=[])
    for table in tables:
        undone.gone.extend(_of_batch(session, table, recorded=batch))
        undone.back.extend(_of_batch(session, table, withdrawn=batch))
    if any(fact.withdrawn_at is not None for fact in undone.gone):
        raise Refused("changed_since", "此后又有变动，不能整体撤销；请逐项更正")
    for table in tables:
        withdraw(session, table, [fact.id for fact in undone.gone if type(fact) is table], now=now)
        put_back(session, table, [fact for fact in undone.back if type(fact) is table], now=now)
    return undone


def withdrawn_in(session: Session, table: type[Dated], *, batch: UUID) -> list[Any]:
    """What a batch has withdrawn and not put in its own words again."""
    return _of_batch(session, table, withdrawn=batch)


def put_back(
    session: Session,
    table: type[Dated],
    rows: Iterable[Dated],
    *,
    now: datetime,
    since: date | None = None,
    batch: UUID | None = None,
) -> None:
    """Record facts again that were withdrawn, from a day on or for the whole of their time."""
    columns = value_columns(table)
    again = []
    for row in rows:
        period = Period(starts_on=row.starts_on, ends_on=row.ends_on)
        left = period.within(Period(starts_on=since, ends_on=None)) if since else period
        if left is not None:
            again.append((left, {name: getattr(row, name) for name in columns}))
    add(session, table, again, now=now, batch=batch)


def _of_batch(
    session: Session, table: type[Dated], *, recorded: UUID | None = None, withdrawn: UUID | None = None
) -> list[Any]:
    """What came, or went, with a batch; a fact that did both was never seen by anybody."""
    if recorded is not None:
        other = or_(table.withdrawn_in.is_(None), table.withdrawn_in != recorded)
        asked = select(table).where(table.recorded_in == recorded, other)
    else:
        other = or_(table.recorded_in.is_(None), table.recorded_in != withdrawn)
        asked = select(table).where(table.withdrawn_in == withdrawn, other)
    with tenancy.whole_county(session):  # a batch is undone whole
        return list(session.scalars(asked.order_by(table.id)))
