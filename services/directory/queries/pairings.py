"""Pairings within reach: both of the two see theirs, each school those of its people, the county all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from services.directory.domain.acts import MAY, Act
from services.directory.domain.pairings import BEGUN, state_on
from services.directory.domain.periods import Period
from services.directory.domain.policies import Policy
from services.directory.models import Pairing, PersonRecord, SchoolRecord
from services.directory.queries.pages import Page, after, holds, lasting, page
from services.directory.queries.policies import policy_on
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import PairingKind, PairingParty, PairingState


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFilter:
    """Which pairings are wanted; None leaves it open."""

    school_id: UUID | None
    teacher_id: UUID | None
    on: date | None
    state: PairingState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingAsOf:
    """A pairing with the names in it, and what it is on a day."""

    id: UUID
    kind: PairingKind
    state: PairingState
    number: str | None
    focus: str
    focus_label: str
    school_id: UUID
    school_name: str | None
    mentor_school_id: UUID
    mentor_school_name: str | None
    mentor_id: UUID
    mentor_name: str
    apprentice_id: UUID
    apprentice_name: str
    starts_on: date
    term_ends_on: date | None
    ends_on: date | None
    version_no: int
    in_force_no: int | None
    replaces_id: UUID | None
    closed_by: UUID | None
    closed_for: PairingParty | None
    close_reason: str | None

    @property
    def is_across_schools(self) -> bool:
        """Whether the two are of different schools (跨校结对)."""
        return self.school_id != self.mentor_school_id


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """What is in charge, and what the people of schools are in that one reads."""
    beyond = sorted(actor.beyond or ())
    return or_(in_charge(actor), Pairing.school_id.in_(beyond), Pairing.mentor_school_id.in_(beyond))


def in_charge(actor: Actor) -> ColumnElement[bool]:
    """One's own pairings; as an office also those of a school's people, on either side; the county all."""
    if actor.is_county:
        return true()
    own = or_(Pairing.mentor_id == actor.person_id, Pairing.apprentice_id == actor.person_id)
    if not actor.has(*MAY[Act.KEEP_REGISTER]):
        return own
    return or_(own, actor.charge(Pairing.school_id), actor.charge(Pairing.mentor_school_id))


def pairings(
    session: Session,
    *,
    actor: Actor,
    wanted: PairingFilter,
    today: date,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Pairings within reach, with both names."""
    asked = _pairings().where(within_reach(actor), after(Pairing.id, cursor))
    if wanted.school_id is not None:
        asked = asked.where(
            or_(Pairing.school_id == wanted.school_id, Pairing.mentor_school_id == wanted.school_id)
        )
    if wanted.teacher_id is not None:
        asked = asked.where(
            or_(Pairing.mentor_id == wanted.teacher_id, Pairing.apprentice_id == wanted.teacher_id)
        )
    if wanted.on is not None:
        asked = asked.where(lasts(wanted.on))
    if wanted.state is not None:
        asked = asked.where(_is_in(wanted.state, today))
    rows = session.execute(asked.order_by(Pairing.id).limit(limit + 1)).all()
    policy = policy_on(session, on=today)
    return page([_as_of(row, policy, on=today) for row in rows], limit, key="id")


def pairing(session: Session, *, actor: Actor, pairing_id: UUID, today: date) -> PairingAsOf:
    """One pairing with both names; Missing when it is not within reach."""
    asked = _pairings().where(Pairing.id == pairing_id, within_reach(actor))
    found = session.execute(asked).one_or_none()
    if found is None:
        raise Missing(GONE, what="这次结对")
    return _as_of(found, policy_on(session, on=today), on=today)


def _as_of(row: Any, policy: Policy, *, on: date) -> PairingAsOf:
    values = dict(row._mapping)
    values["state"] = state_on(row.state, starts_on=row.starts_on, term_ends_on=row.term_ends_on, on=on)
    return PairingAsOf(**values, focus_label=policy.label_of(row.focus))


def _is_in(state: PairingState, today: date) -> ColumnElement[bool]:
    """The condition that `state_on` gives this state today."""
    settled: ColumnElement[bool] = Pairing.state == PairingState.ACTIVE
    over: ColumnElement[bool] = Pairing.term_ends_on <= today
    early: ColumnElement[bool] = Pairing.starts_on > today
    match state:
        case PairingState.ACTIVE:
            return settled & ~early & (Pairing.term_ends_on.is_(None) | ~over)
        case PairingState.SIGNED:
            return or_(Pairing.state == state, settled & early)
        case PairingState.EXPIRED:
            return or_(Pairing.state == state, settled & ~early & over)
        case _:
            return Pairing.state == state


def lasts(on: date) -> ColumnElement[bool]:
    """In force on a day: begun, not over, its term not run out."""
    within: ColumnElement[bool] = (
        Pairing.state.in_(BEGUN)
        & holds(Pairing, on)
        & or_(Pairing.term_ends_on.is_(None), Pairing.term_ends_on > on)
    )
    return within


def stands(on: date) -> ColumnElement[bool]:
    """Proposed, agreed or in force on a day: what a mentor's hands are full of."""
    standing: ColumnElement[bool] = (
        (Pairing.state != PairingState.REFUSED)
        & or_(Pairing.ends_on.is_(None), Pairing.ends_on > on)
        & or_(Pairing.term_ends_on.is_(None), Pairing.term_ends_on > on)
    )
    return standing


def _pairings() -> Any:
    mentor, apprentice = aliased(PersonRecord), aliased(PersonRecord)
    school, mentor_school = aliased(SchoolRecord), aliased(SchoolRecord)
    return (
        select(
            Pairing.id,
            Pairing.kind,
            Pairing.state,
            Pairing.number,
            Pairing.focus,
            Pairing.school_id,
            school.name.label("school_name"),
            Pairing.mentor_school_id,
            mentor_school.name.label("mentor_school_name"),
            Pairing.mentor_id,
            mentor.name.label("mentor_name"),
            Pairing.apprentice_id,
            apprentice.name.label("apprentice_name"),
            Pairing.starts_on,
            Pairing.term_ends_on,
            Pairing.ends_on,
            Pairing.version_no,
            Pairing.in_force_no,
            Pairing.replaces_id,
            Pairing.closed_by,
            Pairing.closed_for,
            Pairing.close_reason,
        )
        .join(mentor, lasting(mentor, mentor.person_id, of=Pairing.mentor_id))
        .join(apprentice, lasting(apprentice, apprentice.person_id, of=Pairing.apprentice_id))
        .outerjoin(school, lasting(school, school.school_id, of=Pairing.school_id))
        .outerjoin(
            mentor_school, lasting(mentor_school, mentor_school.school_id, of=Pairing.mentor_school_id)
        )
    )


def pairing_for_update(session: Session, *, actor: Actor, pairing_id: UUID) -> Pairing:
    """The row of a pairing in charge, locked."""
    asked = select(Pairing).where(Pairing.id == pairing_id, in_charge(actor))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing(GONE, what="这次结对")
    return found


def expired_for_update(
    session: Session, *, on: date, within: ColumnElement[bool], most: int
) -> Sequence[Pairing]:
    """The rows of pairings whose term has run out and whose end nobody has written down, locked."""
    asked = select(Pairing).where(
        within, Pairing.state == PairingState.ACTIVE, Pairing.ends_on.is_(None), Pairing.term_ends_on <= on
    )
    return session.scalars(asked.order_by(Pairing.id).limit(most).with_for_update()).all()


def periods_of_pairing(session: Session, *, mentor_id: UUID, apprentice_id: UUID) -> list[Period]:
    """When the two have been paired in this way, or are about to be."""
    asked = select(Pairing.starts_on, Pairing.ends_on).where(
        Pairing.mentor_id == mentor_id,
        Pairing.apprentice_id == apprentice_id,
        Pairing.state != PairingState.REFUSED,
        or_(Pairing.ends_on.is_(None), Pairing.ends_on > Pairing.starts_on),
    )
    with tenancy.whole_county(session):  # whichever schools it was in
        rows = session.execute(asked).all()
    return [Period(starts_on=row.starts_on, ends_on=row.ends_on) for row in rows]


def focuses_of(session: Session, *, mentor_id: UUID, apprentice_id: UUID, on: date) -> list[str]:
    """In what one of two mentors the other, or is to."""
    asked = select(Pairing.focus).where(
        Pairing.mentor_id == mentor_id, Pairing.apprentice_id == apprentice_id, stands(on)
    )
    with tenancy.whole_county(session):  # whichever schools it was in
        return list(session.scalars(asked))


def apprentices_standing(session: Session, *, mentor_id: UUID, on: date) -> int:
    """How many somebody mentors on a day, those proposed included."""
    asked = select(func.count()).where(Pairing.mentor_id == mentor_id, stands(on))
    with tenancy.whole_county(session):  # whichever schools they are in
        return session.scalar(asked) or 0


def mentors_of(session: Session, *, person_id: UUID, on: date) -> list[UUID]:
    """Who is somebody's mentor on a day: what a mentor may see of her rests on this and ends with it."""
    asked = select(Pairing.mentor_id).where(Pairing.apprentice_id == person_id, lasts(on))
    return list(session.scalars(asked.distinct().order_by(Pairing.mentor_id)))
