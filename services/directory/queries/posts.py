"""Posts (任职) and liaisons within reach: who may what, where, on a day; who could do it then."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.domain.posts import EVERYWHERE
from services.directory.models import Liaison, PersonRecord, Post, SchoolRecord
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import named
from services.directory.queries.schools import check_school
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Which posts are wanted; None leaves it open."""

    school_id: UUID | None = None
    district_id: UUID | None = None
    person_id: UUID | None = None
    role: Role | None = None


def posts(
    session: Session,
    *,
    actor: Actor,
    wanted: PostFilter,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Posts within reach that are held on a day."""
    chosen = [
        column == value
        for column, value in (
            (Post.school_id, wanted.school_id),
            (Post.district_id, wanted.district_id),
            (Post.person_id, wanted.person_id),
            (Post.role, wanted.role),
        )
        if value is not None
    ]
    asked = _posts(on, known_at).where(actor.reach(Post.school_id), after(Post.id, cursor), *chosen)
    rows = session.execute(asked.order_by(Post.id).limit(limit + 1)).all()
    return page(rows, limit, key="id")


def _posts(on: date, known_at: datetime | None) -> Any:
    return (
        select(
            Post.id,
            Post.person_id,
            PersonRecord.name,
            Post.role,
            Post.school_id,
            Post.district_id,
            Post.group_id,
            Post.starts_on,
            Post.ends_on,
        )
        .join(PersonRecord, named(Post.person_id, on=on, known_at=known_at))
        .where(known(Post, known_at), holds(Post, on))
    )


def who_could(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    role: Role,
    on: date,
    known_at: datetime | None = None,
) -> list[Any]:
    """Everybody whose post of this role counted in a school on a day, from wherever they held it."""
    check_school(session, actor=actor, school_id=school_id)
    asked = _posts(on, known_at).where(Post.role == role, counts_in(school_id, on=on, known_at=known_at))
    with tenancy.whole_county(session):  # posts of the district and of the county count here too
        return list(session.execute(asked.order_by(Post.starts_on, Post.id)))


def counts_in(school_id: UUID, *, on: date, known_at: datetime | None) -> ColumnElement[bool]:
    """Posts of the school itself, of its district then, of trainers linked to it, and of the whole county."""
    district = select(SchoolRecord.district_id).where(
        SchoolRecord.school_id == school_id, known(SchoolRecord, known_at), holds(SchoolRecord, on)
    )
    linked = select(Liaison.id).where(
        Liaison.person_id == Post.person_id,
        Liaison.school_id == school_id,
        known(Liaison, known_at),
        holds(Liaison, on),
    )
    return or_(
        Post.school_id == school_id,
        Post.district_id.in_(district),
        and_(Post.role == Role.COUNTY_TRAINER, linked.exists()),
        and_(Post.school_id.is_(None), Post.district_id.is_(None), Post.role.in_(EVERYWHERE)),
    )


def post_of(session: Session, *, actor: Actor, post_id: UUID) -> Post:
    """A post within reach, as it is or once was recorded."""
    found = session.scalar(select(Post).where(Post.id == post_id, actor.charge(Post.school_id)))
    if found is None:
        raise Missing(GONE, what="这个职务")
    return found


def periods_of_post(session: Session, *, person_id: UUID, role: Role) -> list[Period]:
    """When somebody holds a post of this role, wherever."""
    asked = select(Post.starts_on, Post.ends_on).where(
        Post.person_id == person_id, Post.role == role, known(Post)
    )
    return [Period(starts_on=starts_on, ends_on=ends_on) for starts_on, ends_on in session.execute(asked)]


def liaisons(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID | None,
    person_id: UUID | None,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Which trainers look after which schools within reach on a day."""
    asked = (
        select(
            Liaison.id,
            Liaison.person_id,
            PersonRecord.name,
            Liaison.school_id,
            Liaison.starts_on,
            Liaison.ends_on,
        )
        .join(PersonRecord, named(Liaison.person_id, on=on, known_at=known_at))
        .where(
            known(Liaison, known_at),
            holds(Liaison, on),
            actor.reach(Liaison.school_id),
            after(Liaison.id, cursor),
        )
    )
    if school_id is not None:
        asked = asked.where(Liaison.school_id == school_id)
    if person_id is not None:
        asked = asked.where(Liaison.person_id == person_id)
    return page(session.execute(asked.order_by(Liaison.id).limit(limit + 1)).all(), limit, key="id")
