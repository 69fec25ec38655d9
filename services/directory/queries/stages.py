"""Career stages (分层): which set holds on a day, who is in which stage, and whom a set leaves out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.domain.stages import Stage, stages_of, years_of_service
from services.directory.models import Membership, PersonRecord, StageSet
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import named
from services.directory.queries.schools import check_school
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import MembershipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A teacher with her years of service and the stages that claim her: one, if the set is sound."""

    id: UUID
    """Of her membership: the cursor of a page."""
    person_id: UUID
    name: str
    school_id: UUID
    serves_since: int | None
    years: int | None
    stages: Sequence[Stage]


def stage_sets(session: Session, *, known_at: datetime | None = None) -> list[Any]:
    """Every set that was published, the newest first; corrected ones among them."""
    asked = select(StageSet).order_by(StageSet.valid_from.desc(), StageSet.published_at.desc())
    if known_at is not None:
        asked = asked.where(StageSet.published_at <= known_at)
    return [
        {
            "id": found.id,
            "valid_from": found.valid_from,
            "source": found.source,
            "published_at": found.published_at,
            "stages": stages_in(found),
        }
        for found in session.scalars(asked)
    ]


def stages_in(found: StageSet) -> list[Stage]:
    """The stages of a set, in order."""
    return [Stage(**stage) for stage in found.stages]


def stages_on(session: Session, *, on: date, known_at: datetime | None = None) -> list[Stage]:
    """The stages that hold on a day; Missing when none were published for it."""
    asked = select(StageSet).where(StageSet.valid_from <= on)
    if known_at is not None:
        asked = asked.where(StageSet.published_at <= known_at)
    latest = asked.order_by(StageSet.valid_from.desc(), StageSet.published_at.desc(), StageSet.id.desc())
    found = session.scalar(latest.limit(1))
    if found is None:
        raise Missing("这一天还没有分层标准，请先由县级管理员发布")
    return stages_in(found)


def staged(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """The teachers at home in a school on a day, each with her stage."""
    check_school(session, actor=actor, school_id=school_id)
    stages = stages_on(session, on=on, known_at=known_at)
    asked = _teachers(actor, on, known_at).where(
        Membership.school_id == school_id, after(Membership.id, cursor)
    )
    rows = session.execute(asked.order_by(Membership.id).limit(limit + 1)).all()
    return page(_with_stages(rows, stages, on=on), limit, key="id")


def stage_of(
    session: Session, *, actor: Actor, person_id: UUID, on: date, known_at: datetime | None = None
) -> Staged:
    """One teacher with her stage on a day."""
    stages = stages_on(session, on=on, known_at=known_at)
    row = session.execute(_teachers(actor, on, known_at).where(Membership.person_id == person_id)).first()
    if row is None:
        raise Missing(GONE, what="这位教师")
    return _with_stages([row], stages, on=on)[0]


def misfits(
    session: Session,
    *,
    actor: Actor,
    stages: Sequence[Stage],
    on: date,
    known_at: datetime | None = None,
    most: int,
) -> list[Staged]:
    """Teachers within reach whom these stages leave out or claim twice, or whose years nobody knows."""
    rows = session.execute(_teachers(actor, on, known_at).order_by(Membership.id))
    found = []
    for one in _with_stages(rows, stages, on=on):
        if len(one.stages) != 1:
            found.append(one)
            if len(found) == most:
                break
    return found


def _teachers(actor: Actor, on: date, known_at: datetime | None) -> Any:
    return (
        select(
            Membership.id,
            Membership.person_id,
            PersonRecord.name,
            Membership.school_id,
            PersonRecord.serves_since,
        )
        .join(PersonRecord, named(Membership.person_id, on=on, known_at=known_at))
        .where(
            Membership.kind == MembershipKind.HOME,
            known(Membership, known_at),
            holds(Membership, on),
            actor.reach(Membership.school_id),
        )
    )


def _with_stages(rows: Iterable[Any], stages: Sequence[Stage], *, on: date) -> list[Staged]:
    found = []
    for row in rows:
        years = None if row.serves_since is None else years_of_service(row.serves_since, on=on)
        found.append(
            Staged(
                id=row.id,
                person_id=row.person_id,
                name=row.name,
                school_id=row.school_id,
                serves_since=row.serves_since,
                years=years,
                stages=[] if years is None else stages_of(years, stages),
            )
        )
    return found
