"""Schools and the districts they lie in: opened, and said to everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.domain.names import name_key
from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from services.directory.domain.schools import district_kind_of
from services.directory.models import District, School, SchoolRecord
from services.directory.queries import SchoolAsOf
from shared import outbox
from shared.auth import Actor
from shared.db import insert_new
from shared.events.directory import SchoolChanged, SchoolOpened
from shared.values import Refused, county_day, new_id
from shared.vocabulary import Role, SchoolCategory, SchoolStage


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchool:
    """A school as it is entered."""

    name: str
    stage: SchoolStage
    township: str
    opened_on: date
    category: SchoolCategory = SchoolCategory.OTHER
    short_name: str | None = None
    code: str | None = None


def open_school(session: Session, *, actor: Actor, school: NewSchool, now: datetime) -> SchoolAsOf:
    """Enter a school, and its township when it is the first there; the county office does."""
    actor.require(Role.COUNTY_OFFICER)
    check_day(school.opened_on, today=county_day(now))
    district_id = enter_district(session, name=school.township, now=now)
    _check_name(session, school.name, since=school.opened_on)
    school_id = new_id(now)
    row = {"id": school_id, "code": school.code, "version": 0, "entered_at": now}
    if not insert_new(session, School, [row]):
        raise Refused("school_code_taken", "学校代码“{code}”已有学校使用", code=school.code)
    values = {
        "school_id": school_id,
        "name": school.name,
        "name_key": name_key(school.name),
        "short_name": school.short_name,
        "stage": school.stage,
        "category": school.category,
        "district_id": district_id,
    }
    facts.add(session, SchoolRecord, [(Period(starts_on=school.opened_on, ends_on=None), values)], now=now)
    said = SchoolOpened(
        school_id=school_id,
        name=school.name,
        stage=school.stage,
        township=school.township,
        opened_on=school.opened_on,
    )
    outbox.add(session, said, now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=school.opened_on)


def _check_name(session: Session, name: str, *, since: date, but: UUID | None = None) -> None:
    if queries.name_is_taken(session, name_key=name_key(name), since=since, but=but):
        raise Refused("school_name_taken", "县里已有名为“{name}”的学校", name=name)


def enter_district(session: Session, *, name: str, now: datetime) -> UUID:
    """The district of that name; entered now when nobody has named it before."""
    key = name_key(name)
    row = {
        "id": new_id(now),
        "name": name,
        "name_key": key,
        "kind": district_kind_of(name),
        "entered_at": now,
    }
    insert_new(session, District, [row])
    return session.scalars(select(District.id).where(District.name_key == key)).one()


def amend_school(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    period: Period,
    changes: Mapping[str, Any],
    now: datetime,
) -> SchoolAsOf:
    """Let a school be something else within a period: renamed, moved, of another stage or category.

    `changes` holds columns of its record. Days before the period keep what they held, and so does whatever
    was reported of them.
    """
    queries.school_for_update(session, actor=actor, school_id=school_id)
    actor.require(Role.COUNTY_OFFICER)
    check_day(period.starts_on, today=county_day(now))
    if "name" in changes:
        _check_name(session, changes["name"], since=period.starts_on, but=school_id)
        changes = {**changes, "name_key": name_key(changes["name"])}
    facts.record(
        session,
        SchoolRecord,
        of={"school_id": school_id},
        period=period,
        become=lambda held: {**held, **changes} if held is not None else None,
        now=now,
    )
    say_schools(session, [school_id], now=now)
    return queries.school(session, actor=actor, school_id=school_id, on=period.starts_on)


def say_schools(session: Session, school_ids: Sequence[UUID], *, now: datetime) -> None:
    """Tell the others what these schools are now; of two tellings they keep the later."""
    one_more = update(School).where(School.id.in_(school_ids)).values(version=School.version + 1)
    versions = dict(session.execute(one_more.returning(School.id, School.version)).all())
    for record, township in queries.last_records(session, school_ids):
        said = SchoolChanged(
            school_id=record.school_id,
            version=versions[record.school_id],
            name=record.name,
            stage=record.stage,
            township=township,
            closed_on=record.ends_on,
        )
        outbox.add(session, said, now=now)
