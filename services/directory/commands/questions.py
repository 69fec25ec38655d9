"""Pairings in question (结对存疑): asked about by one of the two or an office, decided by an office."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.agreements import (
    Amendment,
    Proposal,
    amend_agreement,
    propose_pairing,
)
from services.directory.commands.pairings import dissolve_pairing
from services.directory.commands.signatures import refuse_agreement
from services.directory.domain import agreements, pairings
from services.directory.domain.acts import MAY, Act
from services.directory.models import Pairing, PairingQuestion
from shared import tenancy
from shared.auth import Actor
from shared.inserts import insert_new
from shared.values import Missing, Refused, new_id
from shared.vocabulary import PairingChoice, PairingConcern, PairingKind, PairingParty

CONTINUED = "调动后继续结对"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a pairing in question goes on."""

    choice: PairingChoice
    note: str
    on: date
    """From which day on; the schools of that day are the ones that count."""
    mentor_id: UUID | None = None
    """Who replaces the mentor."""
    term_ends_on: date | None = None
    """Until when the new mentor's term runs; as long as the old one's would have."""


def ask_about_pairing(
    session: Session, *, actor: Actor, pairing_id: UUID, reason: PairingConcern, note: str, now: datetime
) -> None:
    """One of the two, or an office, asks for a decision; for one reason once until it is decided."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    party = queries.party_of(actor, pairing)
    if party is None:
        actor.require(*MAY[Act.KEEP_REGISTER])
    pairings.check_in_force(pairing.state, ends_on=pairing.ends_on)
    about = pairing.apprentice_id if party is PairingParty.APPRENTICE else pairing.mentor_id
    row = {
        "id": new_id(now),
        "pairing_id": pairing_id,
        "person_id": about,
        "reason": reason,
        "note": note,
        "raised_by": actor.person_id,
        "raised_at": now,
    }
    insert_new(session, PairingQuestion, [row])


def decide_question(
    session: Session,
    *,
    actor: Actor,
    pairing_id: UUID,
    question_id: UUID,
    decision: Decision,
    now: datetime,
) -> UUID | None:
    """An office decides; the id of the new mentor's proposal, if there is one. Nothing decided is undone."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    question = queries.question_for_update(session, pairing_id=pairing_id, question_id=question_id)
    if question.decided_at is not None:
        raise Refused("question_decided", "这个问题已经处理过，请刷新后查看")
    proposed = None
    match decision.choice:
        case PairingChoice.CONTINUE:
            _go_on(session, pairing, decision, actor=actor, now=now)
        case PairingChoice.DISSOLVE:
            _part(session, pairing, decision, actor=actor, now=now)
        case PairingChoice.REPLACE:
            proposed = _replace(session, pairing, decision, actor=actor, now=now)
    _note(session, question, decision, actor=actor, now=now)
    return proposed


def _go_on(session: Session, pairing: Pairing, decision: Decision, *, actor: Actor, now: datetime) -> None:
    """On paper the schools are put right; an agreement gets a version that names the schools of now."""
    both = [pairing.mentor_id, pairing.apprentice_id]
    day = max(decision.on, pairing.starts_on)
    try:
        found = queries.members_anywhere(session, people=both, on=day)
    except Missing:
        raise Refused("person_has_left", "有一方已不在本县学校，请更换师父或者解除结对") from None
    schools = {"school_id": found[pairing.apprentice_id][0], "mentor_school_id": found[pairing.mentor_id][0]}
    if schools == {"school_id": pairing.school_id, "mentor_school_id": pairing.mentor_school_id}:
        return
    if pairing.kind is PairingKind.PAPER:
        with tenancy.whole_county(session):  # both may be elsewhere by now
            pairing.school_id, pairing.mentor_school_id = schools["school_id"], schools["mentor_school_id"]
        return
    amendment = Amendment(why=CONTINUED, on=day)
    amend_agreement(session, actor=actor, pairing_id=pairing.id, amendment=amendment, now=now)


def _part(session: Session, pairing: Pairing, decision: Decision, *, actor: Actor, now: datetime) -> None:
    if pairing.state in pairings.UNSETTLED:
        refuse_agreement(session, actor=actor, pairing_id=pairing.id, reason=decision.note, now=now)
        return
    dissolve_pairing(
        session,
        actor=actor,
        pairing_id=pairing.id,
        ended_on=decision.on,
        reason=decision.note,
        asked_by=_office_of(actor, pairing),
        now=now,
    )


def _office_of(actor: Actor, pairing: Pairing) -> PairingParty:
    offices = agreements.offices_of(
        school_id=actor.school_id,
        school=pairing.school_id,
        mentor_school=pairing.mentor_school_id,
        approvals=[],
    )
    return offices[0] if offices else PairingParty.SCHOOL


def _replace(session: Session, pairing: Pairing, decision: Decision, *, actor: Actor, now: datetime) -> UUID:
    term_ends_on = decision.term_ends_on or pairing.term_ends_on
    if decision.mentor_id is None or term_ends_on is None:
        raise Refused("new_mentor_missing", "更换师父请选择新师父，纸质合同没有期限的还要填写期限")
    version_no = pairing.in_force_no or pairing.version_no
    duties = queries.duties_of(session, pairing_id=pairing.id, version_no=version_no)
    _part(session, pairing, decision, actor=actor, now=now)
    session.flush()
    proposal = Proposal(
        mentor_id=decision.mentor_id,
        apprentice_id=pairing.apprentice_id,
        focus=pairing.focus,
        starts_on=decision.on,
        term_ends_on=term_ends_on,
        duties=duties or None,
        replaces_id=pairing.id,
    )
    return propose_pairing(session, actor=actor, proposal=proposal, now=now)


def _note(
    session: Session, question: PairingQuestion, decision: Decision, *, actor: Actor, now: datetime
) -> None:
    """With the pairing over, whatever else was asked about it is answered too."""
    asked = PairingQuestion.id == question.id
    if decision.choice is not PairingChoice.CONTINUE:
        asked = PairingQuestion.pairing_id == question.pairing_id
    decided = {
        "choice": decision.choice,
        "decision_note": decision.note,
        "decided_by": actor.person_id,
        "decided_at": now,
    }
    still_open = PairingQuestion.decided_at.is_(None)
    session.execute(update(PairingQuestion).where(asked, still_open).values(decided))
