"""What every list has in common: pages, and what holds on a day, as it is or was known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_

from services.directory.domain.periods import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some items of a list, and where the next page begins."""

    items: Sequence[Any]
    next_cursor: UUID | None


def holds(table: Any, on: date) -> ColumnElement[bool]:
    """Half-open: the first day counts, the last does not."""
    within: ColumnElement[bool] = (table.starts_on <= on) & or_(table.ends_on.is_(None), table.ends_on > on)
    return within


def holds_within(table: Any, period: Period) -> ColumnElement[bool]:
    """Whether it holds on some day of a period."""
    lasting: ColumnElement[bool] = or_(table.ends_on.is_(None), table.ends_on > period.starts_on)
    return lasting if period.ends_on is None else lasting & (table.starts_on < period.ends_on)


def known(table: Any, at: datetime | None = None) -> ColumnElement[bool]:
    """What is known now, or was known at a moment."""
    if at is None:
        standing: ColumnElement[bool] = table.withdrawn_at.is_(None)
        return standing
    then: ColumnElement[bool] = (table.recorded_at <= at) & or_(
        table.withdrawn_at.is_(None), table.withdrawn_at > at
    )
    return then


def lasting(record: Any, owner: Any, *, of: Any) -> Any:
    """The join to the one record without an end: what its owner is called since last."""
    return and_(owner == of, known(record), record.ends_on.is_(None))


def after(column: Any, cursor: UUID | None) -> Any:
    """Behind the last item of the page before."""
    return column > cursor if cursor is not None else column.is_not(None)


def page(found: Sequence[Any], limit: int, *, key: str) -> Page:
    """One more than a page was asked for: it tells whether there is a next."""
    items = found[:limit]
    return Page(items=items, next_cursor=getattr(items[-1], key) if len(found) > limit else None)
