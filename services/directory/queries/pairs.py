"""Pairings as a file speaks of them: all those of many people at once."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.directory.domain.pairings import Pair
from services.directory.models import Pairing
from services.directory.queries.pairings import in_charge, stands
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX
from shared.auth import Actor
from shared.values import in_chunks
from shared.vocabulary import PairingState

COLUMNS = (
    Pairing.mentor_id,
    Pairing.apprentice_id,
    Pairing.kind,
    Pairing.state,
    Pairing.focus,
    Pairing.starts_on,
    Pairing.term_ends_on,
    Pairing.ends_on,
)


def pairs_of_mentors(session: Session, people: Collection[UUID]) -> list[Pair]:
    """Every pairing in which one of these is the mentor, but those that came to nothing."""
    found: list[Pair] = []
    for ids in in_chunks(sorted(people), of=IDS_PER_STATEMENT_MAX):
        asked = select(*COLUMNS).where(Pairing.mentor_id.in_(ids), Pairing.state != PairingState.REFUSED)
        found += [Pair(**row._mapping) for row in session.execute(asked.order_by(Pairing.id))]
    return [pair for pair in found if not pair.is_called_off]


def pairs_within_reach(session: Session, *, actor: Actor) -> list[Pair]:
    """Every pairing of the actor's schools, but those that came to nothing."""
    asked = select(*COLUMNS).where(in_charge(actor), Pairing.state != PairingState.REFUSED)
    found = [Pair(**row._mapping) for row in session.execute(asked.order_by(Pairing.starts_on, Pairing.id))]
    return [pair for pair in found if not pair.is_called_off]


def pairs_standing(session: Session, people: Collection[UUID], *, on: date) -> list[Any]:
    """The pairings of these people that stand on a day, with the two of each."""
    found: dict[UUID, Any] = {}
    for ids in in_chunks(sorted(people), of=IDS_PER_STATEMENT_MAX):
        asked = select(Pairing.id, Pairing.mentor_id, Pairing.apprentice_id).where(
            or_(Pairing.mentor_id.in_(ids), Pairing.apprentice_id.in_(ids)), stands(on)
        )
        found |= {row.id: row for row in session.execute(asked)}
    return [found[pairing_id] for pairing_id in sorted(found)]
