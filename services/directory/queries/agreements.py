"""One agreement whole: its versions with who signed, what is owed and done, what is in question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.directory.domain import agreements
from services.directory.domain.acts import MAY, Act
from services.directory.domain.agreements import Progress
from services.directory.domain.pairings import UNSETTLED
from services.directory.domain.policies import Owed
from services.directory.models import (
    AgreementVersion,
    Duty,
    DutyEntry,
    Evaluation,
    Pairing,
    PairingQuestion,
    PersonRecord,
    Signature,
)
from services.directory.queries.pages import known
from services.directory.queries.pairings import PairingAsOf, in_charge, pairing
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import PairingConcern, PairingKind, PairingParty, PairingState


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAsOf:
    """The words of a version, who has signed it and who has yet to."""

    version_no: int
    text: str
    content: str
    content_hash: str
    why: str | None
    made_at: datetime
    flags: Sequence[dict[str, Any]]
    signatures: Sequence[Signature]
    missing: Sequence[PairingParty]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Everything about one pairing that the two and their offices want to see."""

    pairing: PairingAsOf
    versions: Sequence[VersionAsOf]
    """The newest first; a paper one has none."""
    progress: Sequence[Progress]
    entries: Sequence[DutyEntry]
    questions: Sequence[PairingQuestion]
    evaluation: Evaluation | None
    may: Sequence[str]
    """What the one who asks may do: sign, approve, refuse, amend, enter, dissolve, end, ask, decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A pairing that somebody must decide about, and why."""

    question_id: UUID
    pairing: PairingAsOf
    person_id: UUID
    person_name: str
    reason: PairingConcern
    note: str | None
    raised_at: datetime


def agreement(session: Session, *, actor: Actor, pairing_id: UUID, today: date) -> Agreement:
    """One pairing whole; Missing when it is not within reach."""
    found = pairing(session, actor=actor, pairing_id=pairing_id, today=today)
    versions = _versions(session, pairing_id)
    entries = _of(session, DutyEntry, pairing_id)
    questions = _of(session, PairingQuestion, pairing_id)
    duties = duties_of(session, pairing_id=pairing_id, version_no=found.in_force_no or found.version_no)
    return Agreement(
        pairing=found,
        versions=versions,
        progress=_progress(session, pairing_id, duties),
        entries=entries,
        questions=questions,
        evaluation=session.get(Evaluation, pairing_id),
        may=list(_may(actor, found, versions, asked=any(one.decided_at is None for one in questions))),
    )


def _versions(session: Session, pairing_id: UUID) -> list[VersionAsOf]:
    rows = _of(session, AgreementVersion, pairing_id)
    signatures = _of(session, Signature, pairing_id)
    return [
        _version(row, [one for one in signatures if one.version_no == row.version_no])
        for row in sorted(rows, key=lambda row: -row.version_no)
    ]


def _version(row: AgreementVersion, signatures: list[Signature]) -> VersionAsOf:
    signed = {one.party for one in signatures}
    return VersionAsOf(
        version_no=row.version_no,
        text=agreements.read(row.content)["text"],
        content=row.content,
        content_hash=row.content_hash,
        why=row.why,
        made_at=row.made_at,
        flags=row.flags,
        signatures=signatures,
        missing=agreements.missing([agreements.PARTIES[one] for one in row.approvals], signed),
    )


def _of(session: Session, table: Any, pairing_id: UUID) -> list[Any]:
    asked = select(table).where(table.pairing_id == pairing_id).order_by(table.id)
    return list(session.scalars(asked))


def duties_of(session: Session, *, pairing_id: UUID, version_no: int) -> list[Owed]:
    """What a version asks of the two, in its order."""
    asked = select(Duty).where(Duty.pairing_id == pairing_id, Duty.version_no == version_no)
    return [
        Owed(code=one.code, party=one.party, name=one.name, unit=one.unit, target=one.target)
        for one in session.scalars(asked.order_by(Duty.position))
    ]


def _progress(session: Session, pairing_id: UUID, duties: Sequence[Owed]) -> list[Progress]:
    def summed(*where: Any) -> dict[str, int]:
        asked = (
            select(DutyEntry.duty_code, func.sum(DutyEntry.amount))
            .where(DutyEntry.pairing_id == pairing_id, *where)
            .group_by(DutyEntry.duty_code)
        )
        return {code: int(total) for code, total in session.execute(asked)}

    return agreements.progress_of(
        duties,
        confirmed=summed(DutyEntry.confirmed_at.is_not(None)),
        waiting=summed(DutyEntry.confirmed_at.is_(None), DutyEntry.declined_at.is_(None)),
    )


def _may(actor: Actor, one: PairingAsOf, versions: Sequence[VersionAsOf], *, asked: bool) -> Any:
    party = party_of(actor, one)
    office = actor.has(*MAY[Act.KEEP_REGISTER]) and (
        actor.is_county or actor.school_id in {one.school_id, one.mentor_school_id}
    )
    making = one.in_force_no is None and one.kind is PairingKind.AGREEMENT and _is_unsettled(one)
    holding = one.state in {PairingState.ACTIVE, PairingState.SIGNED} and not making
    changing = making or (holding and one.version_no != one.in_force_no)
    newest = versions[0] if versions else None
    if newest and changing and party in newest.missing:
        yield "sign"
    if newest and changing and office and set(newest.missing) - set(agreements.BOTH):
        yield "approve"
    if making and (party or office):
        yield "refuse"
    if (making or holding) and one.kind is PairingKind.AGREEMENT and (party or office):
        yield "amend"
    if holding:
        yield from (["enter", "ask"] if party else [])
        yield from (["dissolve"] if office else [])
    if office and (holding or one.state is PairingState.EXPIRED):
        yield "end"
    if office and asked:
        yield "decide"


def _is_unsettled(one: PairingAsOf) -> bool:
    return one.state in UNSETTLED


def party_of(actor: Actor, one: Any) -> PairingParty | None:
    """Which of the two somebody is, if any."""
    if actor.person_id == one.mentor_id:
        return PairingParty.MENTOR
    return PairingParty.APPRENTICE if actor.person_id == one.apprentice_id else None


def newest_version(session: Session, *, pairing_id: UUID) -> AgreementVersion | None:
    """The version made last; None of a paper one."""
    asked = select(AgreementVersion).where(AgreementVersion.pairing_id == pairing_id)
    return session.scalar(asked.order_by(AgreementVersion.version_no.desc()).limit(1))


def parties_signed(session: Session, *, pairing_id: UUID, version_no: int) -> set[PairingParty]:
    """Who has signed a version."""
    asked = select(Signature.party).where(
        Signature.pairing_id == pairing_id, Signature.version_no == version_no
    )
    return set(session.scalars(asked))


def open_questions(session: Session, *, actor: Actor, today: date, most: int) -> list[OpenQuestion]:
    """Pairings in question within reach, the oldest question first."""
    asked = (
        select(PairingQuestion, PersonRecord.name)
        .join(Pairing, Pairing.id == PairingQuestion.pairing_id)
        .join(
            PersonRecord,
            (PersonRecord.person_id == PairingQuestion.person_id)
            & known(PersonRecord)
            & PersonRecord.ends_on.is_(None),
        )
        .where(in_charge(actor), PairingQuestion.decided_at.is_(None))
        .order_by(PairingQuestion.raised_at, PairingQuestion.id)
        .limit(most)
    )
    return [
        OpenQuestion(
            question_id=question.id,
            pairing=pairing(session, actor=actor, pairing_id=question.pairing_id, today=today),
            person_id=question.person_id,
            person_name=name,
            reason=question.reason,
            note=question.note,
            raised_at=question.raised_at,
        )
        for question, name in session.execute(asked).all()
    ]


def question_for_update(session: Session, *, pairing_id: UUID, question_id: UUID) -> PairingQuestion:
    """The row of a question about a pairing, locked."""
    asked = select(PairingQuestion).where(
        PairingQuestion.id == question_id, PairingQuestion.pairing_id == pairing_id
    )
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing(GONE, what="这个问题")
    return found


def entry_for_update(session: Session, *, pairing_id: UUID, entry_id: UUID) -> DutyEntry:
    """The row of something done, locked."""
    asked = select(DutyEntry).where(DutyEntry.id == entry_id, DutyEntry.pairing_id == pairing_id)
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing(GONE, what="这条记录")
    return found
