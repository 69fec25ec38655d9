"""Schools within reach, as they are or were on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.directory.models import District, School, SchoolRecord
from services.directory.queries.pages import Page, after, holds, known, page
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import SchoolCategory, SchoolStage


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAsOf:
    """What a school is on a day; before it opened and after it closed, what it was nearest to that day."""

    id: UUID
    code: str | None
    name: str
    short_name: str | None
    stage: SchoolStage
    category: SchoolCategory
    district_id: UUID
    township: str
    """The name of its district."""
    central_school_id: UUID | None
    opened_on: date
    closed_on: date | None


def schools(
    session: Session,
    *,
    actor: Actor,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Schools within reach that are open on a day, in the order they were entered."""
    asked = (
        _schools(known_at)
        .where(actor.reach(School.id), holds(SchoolRecord, on), after(School.id, cursor))
        .order_by(School.id)
        .limit(limit + 1)
    )
    rows = session.execute(asked).all()
    spans = _spans(session, [row.id for row in rows], known_at=known_at)
    return page([_as_of(row, spans[row.id]) for row in rows], limit, key="id")


def school(
    session: Session, *, actor: Actor, school_id: UUID, on: date, known_at: datetime | None = None
) -> SchoolAsOf:
    """One school; Missing when it is not within reach, or was not known."""
    asked = _schools(known_at).where(School.id == school_id, actor.reach(School.id))
    rows = session.execute(asked.order_by(SchoolRecord.starts_on)).all()
    if not rows:
        raise Missing("没有找到这所学校")
    started = [row for row in rows if row.starts_on <= on]
    return _as_of((started or rows[:1])[-1], _span([(row.starts_on, row.ends_on) for row in rows]))


def check_school(session: Session, *, actor: Actor, school_id: UUID) -> None:
    """Missing when this school is not within reach."""
    if session.scalar(select(School.id).where(School.id == school_id, actor.reach(School.id))) is None:
        raise Missing("没有找到这所学校")


def school_for_update(session: Session, *, actor: Actor, school_id: UUID) -> School:
    """The row of a school within reach, locked: its history is rewritten by one at a time."""
    asked = select(School).where(School.id == school_id, actor.reach(School.id))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing("没有找到这所学校")
    return found


def last_records(session: Session, school_ids: Sequence[UUID]) -> list[tuple[SchoolRecord, str]]:
    """The last standing record of each school, with the name of its district."""
    asked = (
        select(SchoolRecord, District.name)
        .join(District, District.id == SchoolRecord.district_id)
        .where(SchoolRecord.school_id.in_(school_ids), known(SchoolRecord))
        .order_by(SchoolRecord.starts_on)
    )
    last = {record.school_id: (record, name) for record, name in session.execute(asked)}
    return list(last.values())


def name_is_taken(session: Session, *, name_key: str, since: date, but: UUID | None = None) -> bool:
    """Whether another school has that name on some day from `since` on."""
    asked = select(SchoolRecord.id).where(
        SchoolRecord.name_key == name_key,
        known(SchoolRecord),
        (SchoolRecord.ends_on.is_(None)) | (SchoolRecord.ends_on > since),
    )
    if but is not None:
        asked = asked.where(SchoolRecord.school_id != but)
    return session.execute(asked.limit(1)).one_or_none() is not None


def _schools(known_at: datetime | None) -> Any:
    return (
        select(
            School.id,
            School.code,
            SchoolRecord.name,
            SchoolRecord.short_name,
            SchoolRecord.stage,
            SchoolRecord.category,
            SchoolRecord.district_id,
            District.name.label("township"),
            SchoolRecord.central_school_id,
            SchoolRecord.starts_on,
            SchoolRecord.ends_on,
        )
        .join(SchoolRecord, SchoolRecord.school_id == School.id)
        .join(District, District.id == SchoolRecord.district_id)
        .where(known(SchoolRecord, known_at))
    )


Span = tuple[date, date | None]


def _spans(session: Session, school_ids: list[UUID], *, known_at: datetime | None) -> dict[UUID, Span]:
    """From the first to the last day of each."""
    record = SchoolRecord
    asked = (
        select(
            record.school_id,
            func.min(record.starts_on),
            func.max(record.ends_on),
            func.count() - func.count(record.ends_on),
        )
        .where(record.school_id.in_(school_ids), known(record, known_at))
        .group_by(record.school_id)
    )
    return {
        school_id: (first, None if lasting else last)
        for school_id, first, last, lasting in session.execute(asked)
    }


def _span(periods: list[Span]) -> Span:
    ends = [end for _, end in periods]
    return min(start for start, _ in periods), None if None in ends else max(end for end in ends if end)


def _as_of(row: Any, span: Span) -> SchoolAsOf:
    values = {
        name: getattr(row, name) for name in SchoolAsOf.__slots__ if name not in {"opened_on", "closed_on"}
    }
    return SchoolAsOf(**values, opened_on=span[0], closed_on=span[1])
