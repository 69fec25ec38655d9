"""Pairing agreements (拜师合同) signed by the two, approved by offices, refused by any of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.pairings import say_started
from services.directory.domain import agreements, pairings
from services.directory.domain.acts import MAY, Act
from services.directory.models import AgreementVersion, Pairing, Signature
from shared import tenancy
from shared.auth import Actor
from shared.inserts import insert_new
from shared.values import Forbidden, Refused, new_id
from shared.vocabulary import PairingParty, PairingState


def sign_agreement(
    session: Session, *, actor: Actor, pairing_id: UUID, content_hash: str, now: datetime
) -> None:
    """Mentor and apprentice sign, each for herself, the words she has read; twice is once."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    party = queries.party_of(actor, pairing)
    if party is None:
        raise Forbidden("只有师父和徒弟本人可以签字，请他们登录后办理")
    version = _to_sign(session, pairing, content_hash)
    add_signature(session, version, party, actor=actor, now=now)
    _settle(session, pairing, version, now=now)


def approve_agreement(
    session: Session, *, actor: Actor, pairing_id: UUID, content_hash: str, now: datetime
) -> None:
    """An office agrees: each school for itself, the county for all; twice is once."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    version = _to_sign(session, pairing, content_hash)
    parties = offices_for(actor, version)
    if not parties:
        raise Forbidden("这份合同不由您所在的学校审核，请师徒所在的学校办理")
    for party in parties:
        add_signature(session, version, party, actor=actor, now=now)
    _settle(session, pairing, version, now=now)


def _to_sign(session: Session, pairing: Pairing, content_hash: str) -> AgreementVersion:
    version = newest(session, pairing)
    agreements.check_same_words(shown=content_hash, current=version.content_hash)
    if pairing.state not in (*pairings.UNSETTLED, PairingState.ACTIVE):
        raise Refused("pairing_not_in_force", "这次结对{state}，不能再签字", state=pairing.state.label)
    return version


def newest(session: Session, pairing: Pairing) -> AgreementVersion:
    version = queries.newest_version(session, pairing_id=pairing.id)
    if version is None:
        raise Refused("paper_agreement", "纸质合同已在纸上签字，不需在线签字")
    return version


def offices_for(actor: Actor, version: AgreementVersion) -> list[PairingParty]:
    """By the schools the version names: they may have changed since the one before."""
    said = agreements.read(version.content)
    return agreements.offices_of(
        school_id=actor.school_id,
        school=UUID(said["apprentice"]["school_id"]),
        mentor_school=UUID(said["mentor"]["school_id"]),
        approvals=[agreements.PARTIES[one] for one in version.approvals],
    )


def add_signature(
    session: Session, version: AgreementVersion, party: PairingParty, *, actor: Actor, now: datetime
) -> None:
    row = {
        "id": new_id(now),
        "pairing_id": version.pairing_id,
        "version_no": version.version_no,
        "party": party,
        "signed_by": actor.person_id,
        "signed_name": actor.name,
        "content_hash": version.content_hash,
        "signed_at": now,
    }
    insert_new(session, Signature, [row])


def _settle(session: Session, pairing: Pairing, version: AgreementVersion, *, now: datetime) -> None:
    """With both signatures it is signed; with the offices' word it is in force, and everybody is told."""
    if pairing.in_force_no == version.version_no:
        return
    signed = queries.parties_signed(session, pairing_id=pairing.id, version_no=version.version_no)
    missing = agreements.missing([agreements.PARTIES[one] for one in version.approvals], signed)
    is_first = pairing.in_force_no is None
    if is_first and not set(missing) & set(agreements.BOTH):
        pairing.state = PairingState.SIGNED
    if missing:
        return
    with tenancy.whole_county(session):  # the schools it names may be others than before
        _come_into_force(pairing, version)
    if is_first:
        pairing.state = PairingState.ACTIVE
        say_started(session, pairing, now=now)


def _come_into_force(pairing: Pairing, version: AgreementVersion) -> None:
    said: dict[str, Any] = agreements.read(version.content)
    pairing.in_force_no = version.version_no
    pairing.focus = said["focus"]["code"]
    pairing.term_ends_on = date.fromisoformat(said["term_ends_on"])
    pairing.school_id = UUID(said["apprentice"]["school_id"])
    pairing.mentor_school_id = UUID(said["mentor"]["school_id"])


def refuse_agreement(session: Session, *, actor: Actor, pairing_id: UUID, reason: str, now: datetime) -> None:
    """One of the two, or an office, will not have it: what is not in force yet comes to nothing."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    party = queries.party_of(actor, pairing)
    if party is None:
        actor.require(*MAY[Act.KEEP_REGISTER])
        offices = offices_for(actor, newest(session, pairing))
        party = offices[0] if offices else PairingParty.SCHOOL
    if pairing.state is PairingState.REFUSED:
        return
    pairings.check_unsettled(pairing.state)
    pairing.state = PairingState.REFUSED
    pairing.closed_by, pairing.closed_at = actor.person_id, now
    pairing.closed_for, pairing.close_reason = party, reason
