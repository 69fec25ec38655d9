"""Pairings within reach."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from services.directory.domain.periods import Period
from services.directory.models import Pairing, PersonRecord
from services.directory.queries.pages import Page, after, holds, lasting, page
from shared.auth import Actor
from shared.values import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFilter:
    """Which pairings are wanted; None leaves it open."""

    school_id: UUID | None
    teacher_id: UUID | None
    on: date | None


def pairings(
    session: Session, *, actor: Actor, wanted: PairingFilter, cursor: UUID | None, limit: int
) -> Page:
    """Pairings within reach, with both names."""
    asked = _pairings().where(actor.reach(Pairing.school_id), after(Pairing.id, cursor))
    if wanted.school_id is not None:
        asked = asked.where(Pairing.school_id == wanted.school_id)
    if wanted.teacher_id is not None:
        asked = asked.where(
            or_(Pairing.mentor_id == wanted.teacher_id, Pairing.apprentice_id == wanted.teacher_id)
        )
    if wanted.on is not None:
        asked = asked.where(holds(Pairing, wanted.on))
    rows = session.execute(asked.order_by(Pairing.id).limit(limit + 1)).all()
    return page(rows, limit, key="id")


def pairing(session: Session, *, actor: Actor, pairing_id: UUID) -> Any:
    """One pairing with both names; Missing when it is not within reach."""
    asked = _pairings().where(Pairing.id == pairing_id, actor.reach(Pairing.school_id))
    found = session.execute(asked).one_or_none()
    if found is None:
        raise Missing("没有找到这次结对")
    return found


def _pairings() -> Any:
    mentor, apprentice = aliased(PersonRecord), aliased(PersonRecord)
    return (
        select(
            Pairing.id,
            Pairing.school_id,
            Pairing.mentor_id,
            mentor.name.label("mentor_name"),
            Pairing.apprentice_id,
            apprentice.name.label("apprentice_name"),
            Pairing.starts_on,
            Pairing.ends_on,
        )
        .join(mentor, lasting(mentor, mentor.person_id, of=Pairing.mentor_id))
        .join(apprentice, lasting(apprentice, apprentice.person_id, of=Pairing.apprentice_id))
    )


def pairing_for_update(session: Session, *, actor: Actor, pairing_id: UUID) -> Pairing:
    """The row of a pairing within reach, locked."""
    asked = select(Pairing).where(Pairing.id == pairing_id, actor.reach(Pairing.school_id))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing("没有找到这次结对")
    return found


def periods_of_pairing(session: Session, *, mentor_id: UUID, apprentice_id: UUID) -> list[Period]:
    """When the two have been paired in this way."""
    asked = select(Pairing.starts_on, Pairing.ends_on).where(
        Pairing.mentor_id == mentor_id, Pairing.apprentice_id == apprentice_id
    )
    return [Period(starts_on=row.starts_on, ends_on=row.ends_on) for row in session.execute(asked)]
