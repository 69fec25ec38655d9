"""Pairings of a file on their way into the register, and out of it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.agreements import Proposal, propose_pairing
from services.directory.commands.imports.marks import mark_all
from services.directory.commands.imports.work import Terms
from services.directory.commands.pairings import run_out, say_ended, say_started
from services.directory.domain.pairings import Pair
from services.directory.models import ImportBatch, ImportMark, Pairing
from shared.auth import Actor
from shared.values import in_chunks, new_id
from shared.vocabulary import PairingKind, PairingState

UNDONE = "导入已撤销"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A pairing as a row wants it, and the schools of the two."""

    pair: Pair
    school_id: UUID
    mentor_school_id: UUID


def write_pairings(session: Session, to_do: Sequence[Entered], *, terms: Terms, batch: UUID) -> None:
    """Contracts on paper in one go; an agreement that waits for signatures is proposed as by hand."""
    people = sorted(
        {one for entered in to_do for one in (entered.pair.mentor_id, entered.pair.apprentice_id)}
    )
    queries.people_for_update(session, people)
    for ids in in_chunks(people, of=queries.IDS_PER_STATEMENT_MAX):
        run_out(session, of=list(ids), now=terms.now)
    paper = [entered for entered in to_do if entered.pair.kind is PairingKind.PAPER]
    rows = [_row(entered, terms) for entered in paper]
    if rows:
        session.execute(insert(Pairing), rows)
    for row in rows:
        pairing = Pairing(**row)
        say_started(session, pairing, now=terms.now)
        if pairing.ends_on is not None:
            say_ended(session, pairing, now=terms.now)
    proposed = [
        propose_pairing(session, actor=terms.actor, proposal=_proposal(entered.pair), now=terms.now)
        for entered in to_do
        if entered.pair.kind is PairingKind.AGREEMENT
    ]
    mark_all(session, [*(row["id"] for row in rows), *proposed], batch=batch)


def _row(entered: Entered, terms: Terms) -> dict[str, Any]:
    pair = entered.pair
    is_over = pair.ends_on is not None
    return {
        "id": new_id(terms.now),
        "school_id": entered.school_id,
        "mentor_school_id": entered.mentor_school_id,
        "mentor_id": pair.mentor_id,
        "apprentice_id": pair.apprentice_id,
        "kind": pair.kind,
        "state": pair.state,
        "focus": pair.focus,
        "starts_on": pair.starts_on,
        "term_ends_on": pair.term_ends_on,
        "ends_on": pair.ends_on,
        "version_no": 0,
        "proposed_by": terms.actor.person_id,
        "proposed_at": terms.now,
        "closed_by": terms.actor.person_id if is_over else None,
        "closed_at": terms.now if is_over else None,
        "close_reason": f"导入文件：{terms.file_name}"[:200] if is_over else None,
    }


def _proposal(pair: Pair) -> Proposal:
    return Proposal(
        mentor_id=pair.mentor_id,
        apprentice_id=pair.apprentice_id,
        focus=pair.focus,
        starts_on=pair.starts_on,
        term_ends_on=pair.term_ends_on or pair.starts_on,  # the plan has seen to it that there is one
    )


# --- and out again ----------------------------------------------------------------------------------------


def pairings_of(session: Session, batch_id: UUID) -> Sequence[Pairing]:
    """The pairings that came with a batch, locked."""
    asked = select(Pairing).join(ImportMark, ImportMark.id == Pairing.id)
    found = asked.where(ImportMark.batch_id == batch_id).order_by(Pairing.id)
    return session.scalars(found.with_for_update(of=Pairing)).all()


def changed_by_hand(pairing: Pairing, batch: ImportBatch) -> bool:
    """Whether somebody has signed, closed or amended it since."""
    closed = pairing.closed_at is not None and pairing.closed_at != batch.applied_at
    return closed or pairing.in_force_no is not None or pairing.version_no > 1


def take_back(session: Session, found: Sequence[Pairing], *, actor: Actor, now: datetime) -> None:
    """As if it had held on no day; of one nobody has signed yet, nothing comes."""
    for pairing in found:
        pairing.closed_by, pairing.closed_at, pairing.close_reason = actor.person_id, now, UNDONE
        if pairing.kind is PairingKind.AGREEMENT:
            pairing.state = PairingState.REFUSED
            continue
        pairing.state, pairing.ends_on = PairingState.DISSOLVED, pairing.starts_on
        say_ended(session, pairing, now=now)
