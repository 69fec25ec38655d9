"""Teachers as matching sees them on a day: within reach, with what they have of mentors and apprentices."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from services.directory.domain.matching import Colleague, service_years
from services.directory.domain.pairings import BEGUN
from services.directory.models import (
    Absence,
    ApprenticeNeed,
    District,
    Membership,
    Pairing,
    PersonRecord,
    SchoolRecord,
)
from services.directory.queries.pages import holds, known
from services.directory.queries.pairings import lasts, stands
from services.directory.queries.people import named
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import MembershipKind


def colleagues(session: Session, *, actor: Actor, on: date, school_id: UUID | None = None) -> list[Colleague]:
    """Everybody whose home school is within reach on a day."""
    within = actor.charge(Membership.school_id)
    if school_id is not None:
        within = within & (Membership.school_id == school_id)
    return _colleagues(session, within, on=on)


def colleague(session: Session, *, actor: Actor, person_id: UUID, on: date) -> Colleague:
    """One of them; Missing when she is not within reach."""
    found = _colleagues(
        session, actor.charge(Membership.school_id) & (Membership.person_id == person_id), on=on
    )
    if not found:
        raise Missing(GONE, what="这位教师")
    return found[0]


def standing_of(session: Session, *, person_id: UUID, on: date) -> tuple[int | None, Any]:
    """Years of service and title of somebody, as far as they are known."""
    asked = select(PersonRecord.serves_since, PersonRecord.title).where(
        PersonRecord.person_id == person_id, known(PersonRecord), holds(PersonRecord, on)
    )
    row = session.execute(asked).one_or_none()
    return (service_years(row.serves_since, on=on), row.title) if row is not None else (None, None)


def _colleagues(session: Session, within: ColumnElement[bool], *, on: date) -> list[Colleague]:
    asked = (
        select(
            Membership.person_id,
            PersonRecord.name,
            Membership.school_id,
            SchoolRecord.name.label("school"),
            SchoolRecord.district_id,
            District.name.label("district"),
            SchoolRecord.stage,
            Membership.subject,
            Membership.second_subjects,
            Membership.starts_on.label("since"),
            PersonRecord.serves_since,
            PersonRecord.title,
        )
        .join(PersonRecord, named(Membership.person_id, on=on))
        .join(
            SchoolRecord,
            and_(
                SchoolRecord.school_id == Membership.school_id, known(SchoolRecord), holds(SchoolRecord, on)
            ),
        )
        .join(District, District.id == SchoolRecord.district_id)
        .where(within, Membership.kind == MembershipKind.HOME, known(Membership), holds(Membership, on))
        .order_by(Membership.person_id)
    )
    with tenancy.whole_county(session):  # whichever schools the other of a pair is in
        pairs = _Pairs(session, on=on)
    return [_colleague(dict(row._mapping), pairs, on=on) for row in session.execute(asked)]


def _colleague(row: dict[str, Any], pairs: "_Pairs", *, on: date) -> Colleague:
    values = {name: row[name] for name in row if name != "serves_since"}
    person_id = row["person_id"]
    need, need_since = pairs.needs.get(person_id, (None, None))
    return Colleague(
        **values,
        service_years=service_years(row["serves_since"], on=on),
        apprentices=pairs.apprentices.get(person_id, 0),
        mentors=pairs.mentors.get(person_id, 0),
        free_since=pairs.free_since.get(person_id),
        need=need,
        need_since=need_since,
        is_away=person_id in pairs.away,
    )


class _Pairs:
    """What is counted of everybody at once: five small questions instead of five for each teacher."""

    def __init__(self, session: Session, *, on: date) -> None:
        over = func.coalesce(Pairing.ends_on, Pairing.term_ends_on)
        self.apprentices = _counted(session, Pairing.mentor_id, stands(on))
        self.mentors = _counted(session, Pairing.apprentice_id, lasts(on) | _about_to(on))
        self.free_since: dict[UUID, date] = _read(
            session,
            select(Pairing.apprentice_id, func.max(over))
            .where(Pairing.state.in_(BEGUN), over <= on)
            .group_by(Pairing.apprentice_id),
        )
        needs = select(ApprenticeNeed.person_id, ApprenticeNeed.reason, ApprenticeNeed.since_on).where(
            ApprenticeNeed.closed_at.is_(None), ApprenticeNeed.since_on <= on
        )
        self.needs = {row.person_id: (row.reason, row.since_on) for row in session.execute(needs)}
        self.away = set(session.scalars(select(Absence.person_id).where(known(Absence), holds(Absence, on))))


def _about_to(on: date) -> ColumnElement[bool]:
    """Agreed by all, to begin later."""
    later: ColumnElement[bool] = (
        Pairing.state.in_(BEGUN) & (Pairing.starts_on > on) & Pairing.ends_on.is_(None)
    )
    return later


def _counted(session: Session, person: Any, where: ColumnElement[bool]) -> dict[UUID, int]:
    return _read(session, select(person, func.count()).where(where).group_by(person))


def _read(session: Session, asked: Any) -> dict[UUID, Any]:
    return {row[0]: row[1] for row in session.execute(asked)}
