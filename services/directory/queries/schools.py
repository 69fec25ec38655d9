"""Schools within reach, as they are or were on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.models import District, DistrictRecord, School, SchoolRecord
from services.directory.queries.pages import Page, after, holds, holds_within, known, page
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import SchoolCategory, SchoolStage


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolAsOf:
    """What a school is on a day; before it opened and after it closed, what it was nearest to that day."""

    id: UUID
    version: int
    code: str | None
    name: str
    short_name: str | None
    stage: SchoolStage
    category: SchoolCategory
    district_id: UUID
    township: str
    """What its district was called on that day."""
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
        _schools(on, known_at)
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
    asked = _schools(on, known_at).where(School.id == school_id, actor.reach(School.id))
    rows = session.execute(asked.order_by(SchoolRecord.starts_on)).all()
    if not rows:
        raise Missing(GONE, what="这所学校")
    started = [row for row in rows if row.starts_on <= on]
    return _as_of((started or rows[:1])[-1], _span([(row.starts_on, row.ends_on) for row in rows]))


def check_school(session: Session, *, actor: Actor, school_id: UUID) -> None:
    """Missing when this school is not within reach."""
    if session.scalar(select(School.id).where(School.id == school_id, actor.reach(School.id))) is None:
        raise Missing(GONE, what="这所学校")


def check_charge(session: Session, *, actor: Actor, school_id: UUID) -> None:
    """Missing when it is not for the actor to do anything in this school."""
    if session.scalar(select(School.id).where(School.id == school_id, actor.charge(School.id))) is None:
        raise Missing(GONE, what="这所学校")


def school_for_update(session: Session, *, actor: Actor, school_id: UUID) -> School:
    """The row of the actor's school, locked: its history is rewritten by one at a time."""
    return schools_for_update(session, actor=actor, school_ids=[school_id])[school_id]


def schools_for_update(session: Session, *, actor: Actor, school_ids: Collection[UUID]) -> dict[UUID, School]:
    """The same for several, locked in the order of their ids; Missing when one is not within reach."""
    asked = select(School).where(School.id.in_(school_ids), actor.charge(School.id)).order_by(School.id)
    found = {school.id: school for school in session.scalars(asked.with_for_update())}
    if len(found) < len(set(school_ids)):
        raise Missing(GONE, what="这所学校")
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


def name_is_taken(session: Session, *, name_key: str, period: Period, but: UUID | None = None) -> bool:
    """Whether another school has that name on some day of a period."""
    asked = select(SchoolRecord.id).where(
        SchoolRecord.name_key == name_key, known(SchoolRecord), holds_within(SchoolRecord, period)
    )
    if but is not None:
        asked = asked.where(SchoolRecord.school_id != but)
    return session.execute(asked.limit(1)).one_or_none() is not None


def schools_named(session: Session, school_ids: Sequence[UUID], *, on: date) -> list[Any]:
    """These schools with the names they have on a day; before and after their time, the nearest to it."""
    asked = select(SchoolRecord.school_id.label("id"), SchoolRecord.name, SchoolRecord.starts_on).where(
        SchoolRecord.school_id.in_(school_ids), known(SchoolRecord)
    )
    found: dict[UUID, Any] = {}
    for row in session.execute(asked.order_by(SchoolRecord.starts_on)):
        if row.id not in found or row.starts_on <= on:
            found[row.id] = row
    return list(found.values())


def looked_after(session: Session, *, period: Period) -> dict[UUID, set[UUID]]:
    """For each school the central schools it has on some day of a period."""
    asked = select(SchoolRecord.school_id, SchoolRecord.central_school_id).where(
        SchoolRecord.central_school_id.is_not(None), known(SchoolRecord), holds_within(SchoolRecord, period)
    )
    found: dict[UUID, set[UUID]] = {}
    for school_id, central_id in session.execute(asked):
        if central_id is not None:
            found.setdefault(school_id, set()).add(central_id)
    return found


def district_named(on: date, known_at: datetime | None, *, record: Any = DistrictRecord) -> Any:
    """The join from a district to what it was called on a day."""
    return and_(record.district_id == District.id, known(record, known_at), holds(record, on))


def _schools(on: date, known_at: datetime | None) -> Any:
    return (
        select(
            School.id,
            School.version,
            School.code,
            SchoolRecord.name,
            SchoolRecord.short_name,
            SchoolRecord.stage,
            SchoolRecord.category,
            SchoolRecord.district_id,
            func.coalesce(DistrictRecord.name, District.name).label("township"),
            SchoolRecord.central_school_id,
            SchoolRecord.starts_on,
            SchoolRecord.ends_on,
        )
        .join(SchoolRecord, SchoolRecord.school_id == School.id)
        .join(District, District.id == SchoolRecord.district_id)
        .outerjoin(DistrictRecord, district_named(on, known_at))
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
