"""Absences (不在岗) of people within reach: for those who keep the register, and for the person herself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.absences import FOR_GOOD
from services.directory.domain.acts import MAY, Act
from services.directory.models import Absence, Membership, Person, PersonRecord
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import named
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import MembershipKind

AN_ABSENCE = "这条不在岗记录"


def absences(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID | None,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Who is absent on a day, of those who belong, or belonged when they left for good, to a school."""
    actor.require(*MAY[Act.READ_ABSENCES])
    asked = (
        _absences(known_at)
        .add_columns(PersonRecord.name, Membership.school_id)
        .join(Membership, _belonged(known_at))
        .join(PersonRecord, named(Absence.person_id, on=on, known_at=known_at))
        .where(holds(Absence, on), actor.charge(Membership.school_id), after(Absence.id, cursor))
    )
    if school_id is not None:
        asked = asked.where(Membership.school_id == school_id)
    return page(session.execute(asked.order_by(Absence.id).limit(limit + 1)).all(), limit, key="id")


def _absences(known_at: datetime | None) -> Any:
    return select(
        Absence.id,
        Absence.person_id,
        Absence.kind,
        Absence.document,
        Absence.starts_on,
        Absence.ends_on,
    ).where(known(Absence, known_at))


def _belonged(known_at: datetime | None) -> Any:
    """The home school on the first day; of who left for good, the one that ended with it."""
    left = and_(Absence.kind.in_(FOR_GOOD), Membership.ends_on == Absence.starts_on)
    return and_(
        Membership.person_id == Absence.person_id,
        Membership.kind == MembershipKind.HOME,
        known(Membership, known_at),
        Membership.starts_on <= Absence.starts_on,
        or_(Membership.ends_on.is_(None), Membership.ends_on > Absence.starts_on, left),
    )


def absences_of(
    session: Session, *, actor: Actor, person_id: UUID, known_at: datetime | None = None
) -> Sequence[Any]:
    """All absences of somebody, in order; she sees her own."""
    if person_id != actor.person_id:
        _check_within_reach(session, actor=actor, person_id=person_id)
        actor.require(*MAY[Act.READ_ABSENCES])
    asked = _absences(known_at).where(Absence.person_id == person_id)
    return session.execute(asked.order_by(Absence.starts_on)).all()


def _check_within_reach(session: Session, *, actor: Actor, person_id: UUID) -> None:
    if actor.is_county and session.get(Person, person_id) is not None:
        return
    if not last_home(session, actor=actor, person_id=person_id):
        raise Missing(GONE, what="这位教师")


def last_home(
    session: Session, *, actor: Actor, person_id: UUID, on: date | None = None
) -> Membership | None:
    """The home school somebody has on a day, or had last before it; None when that is not within reach.

    Whoever she belonged to before that has no say any more.
    """
    asked = select(Membership).where(
        Membership.person_id == person_id, Membership.kind == MembershipKind.HOME, known(Membership)
    )
    if on is not None:
        asked = asked.where(Membership.starts_on <= on)
    with tenancy.whole_county(session):  # the last one, and not the last that this school may see
        found = session.scalar(asked.order_by(Membership.starts_on.desc()).limit(1))
    within = actor.is_county or (found is not None and found.school_id == actor.school_id)
    return found if within else None


def absence_of(session: Session, *, absence_id: UUID) -> Absence:
    """An absence that stands; the caller checks the reach."""
    found = session.scalar(select(Absence).where(Absence.id == absence_id, known(Absence)))
    if found is None:
        raise Missing(GONE, what=AN_ABSENCE)
    return found
