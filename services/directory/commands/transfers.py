"""Transfers (调动): proposed, previewed, agreed to by both schools, refused, called off, undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts, moves
from services.directory.commands.accounts import end_sign_ins_of
from services.directory.commands.pairings import answer_questions, question_pairings
from services.directory.commands.people import say_teachers
from services.directory.domain import transfers as rules
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.domain.periods import Period
from services.directory.domain.timelines import joined
from services.directory.domain.transfers import Side
from services.directory.models import Membership, Post, Transfer, value_columns
from services.directory.queries.transfers import AtHome, parties_of
from shared import tenancy
from shared.auth import Actor
from shared.inserts import insert_new
from shared.values import GONE, Forbidden, Missing, Refused, county_day, new_id
from shared.vocabulary import MembershipKind, PairingConcern, Role, TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferProposal:
    """A transfer as it is proposed: of somebody of one's own school, or of another's by number and name."""

    person_id: UUID | None
    staff_no: str | None
    name: str | None
    to_school_id: UUID | None
    """None is one's own school."""
    kind: MembershipKind
    subject: str
    effective_on: date
    ends_on: date | None
    because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a transfer would change, as far as the asking school may know."""

    name: str
    before: Sequence[Mapping[str, Any]]
    after: Sequence[Mapping[str, Any]]
    """Where she belongs; without and with the transfer."""
    posts_ending: Sequence[Role]
    pairings_in_question: Sequence[UUID]
    tokens_void_on: date


def propose_transfer(session: Session, *, actor: Actor, proposal: TransferProposal, now: datetime) -> UUID:
    """Propose a transfer; the school that does has agreed to it, the county has not spoken for anybody."""
    row = _row(session, actor=actor, proposal=proposal, now=now)
    if not insert_new(session, Transfer, [row]):
        raise Refused("transfer_open", "这位教师已有一件待确认的调动，请先确认或撤回")
    transfer_id: UUID = row["id"]
    return transfer_id


def _row(session: Session, *, actor: Actor, proposal: TransferProposal, now: datetime) -> dict[str, Any]:
    actor.require(*MAY[Act.KEEP_REGISTER])
    rules.check_proposal(
        kind=proposal.kind,
        effective_on=proposal.effective_on,
        ends_on=proposal.ends_on,
        because=proposal.because,
        today=county_day(now),
        is_county=actor.is_county,
    )
    person = _whom(session, actor=actor, proposal=proposal)
    to_school_id = proposal.to_school_id or actor.school_id
    if to_school_id is None or not _is_open(session, to_school_id, on=proposal.effective_on):
        raise Missing("没有找到调入学校，请核对学校和日期")
    if to_school_id == person.school_id:
        raise Refused("transfer_same_school", "{name}已经在这所学校，无须调动", name=person.name)
    if actor.school_id not in {None, person.school_id, to_school_id}:
        raise Missing(GONE, what="这位教师")
    return {
        "id": new_id(now),
        "person_id": person.person_id,
        "from_school_id": person.school_id,
        "to_school_id": to_school_id,
        "kind": proposal.kind,
        "subject": proposal.subject,
        "effective_on": proposal.effective_on,
        "ends_on": proposal.ends_on,
        "because": proposal.because,
        "state": TransferState.PROPOSED,
        "proposed_by": actor.person_id,
        "proposed_at": now,
        "let_go_by": actor.person_id if actor.school_id == person.school_id else None,
        "taken_by": actor.person_id if actor.school_id == to_school_id else None,
    }


def _whom(session: Session, *, actor: Actor, proposal: TransferProposal) -> AtHome:
    on = proposal.effective_on
    if proposal.person_id is not None:
        return queries.at_home(session, actor=actor, person_id=proposal.person_id, on=on)
    return queries.at_home_by_staff_no(
        session, staff_no=proposal.staff_no or "", name_key=name_key(proposal.name or ""), on=on
    )


def _is_open(session: Session, school_id: UUID, *, on: date) -> bool:
    return any(row.school_id == school_id for row in queries.open_schools(session, on=on))


def agree_to_transfer(
    session: Session, *, actor: Actor, transfer_id: UUID, side: Side | None, now: datetime
) -> None:
    """Agree for one's own school, as the county for either; with the second of them it takes effect."""
    transfer = _open_transfer(session, actor=actor, transfer_id=transfer_id)
    parties = parties_of(transfer)
    agreed = rules.sides_to_agree(parties, school_id=actor.school_id, side=side)
    if Side.LETTING_GO in agreed:
        transfer.let_go_by = actor.person_id
    if Side.TAKING in agreed:
        transfer.taken_by = actor.person_id
    if rules.is_settled_by(parties, more=agreed):
        _settle(transfer, TransferState.AGREED, actor=actor, now=now)
        _carry_out(session, transfer, now=now)


def _carry_out(session: Session, transfer: Transfer, *, now: datetime) -> None:
    with tenancy.whole_county(session):  # both schools have agreed: she leaves the one and joins the other
        queries.people_for_update(session, [transfer.person_id])
        _check_still_at_home(session, transfer)
        moves.carry_out(session, transfer, now=now)
        if transfer.kind is MembershipKind.HOME:
            question_pairings(session, {transfer.person_id}, why=PairingConcern.TRANSFERRED, now=now)
        _tell(session, transfer, now=now)


def _check_still_at_home(session: Session, transfer: Transfer) -> None:
    home = queries.home_of(session, transfer.person_id, on=transfer.effective_on)
    if home != transfer.from_school_id:
        raise Refused("transfer_outdated", "这位教师的人事关系已有变化，请撤回这件调动后重新提出")


def _tell(session: Session, transfer: Transfer, *, now: datetime) -> None:
    """Tokens say what somebody may on a day and end with it, so a day to come needs nobody to sign out."""
    if transfer.effective_on <= county_day(now):
        end_sign_ins_of(session, person_id=transfer.person_id, school_id=transfer.to_school_id, now=now)
    say_teachers(session, [transfer.person_id], now=now)


def refuse_transfer(session: Session, *, actor: Actor, transfer_id: UUID, reason: str, now: datetime) -> None:
    """Not agree (不同意), with the reason."""
    transfer = _open_transfer(session, actor=actor, transfer_id=transfer_id)
    _settle(transfer, TransferState.REFUSED, actor=actor, reason=reason, now=now)


def call_off_transfer(
    session: Session, *, actor: Actor, transfer_id: UUID, reason: str | None, now: datetime
) -> None:
    """Take one's own proposal back (撤回)."""
    transfer = _open_transfer(session, actor=actor, transfer_id=transfer_id)
    by = {Side.LETTING_GO: transfer.let_go_by, Side.TAKING: transfer.taken_by}
    proposed = [side for side, who in by.items() if who == transfer.proposed_by]
    rules.check_may_call_off(parties_of(transfer), school_id=actor.school_id, proposed=proposed)
    _settle(transfer, TransferState.CALLED_OFF, actor=actor, reason=reason, now=now)


def undo_transfer(session: Session, *, actor: Actor, transfer_id: UUID, reason: str, now: datetime) -> None:
    """An agreed transfer was a mistake: the county lets everything be as it was before."""
    transfer = queries.transfer_for_update(session, actor=actor, transfer_id=transfer_id)
    if not actor.is_county:
        raise Forbidden("已生效的调动只能由县级管理员更正")
    actor.require(*MAY[Act.SETTLE_TRANSFERS])
    if transfer.state is not TransferState.AGREED:
        raise Refused("transfer_not_agreed", "这件调动还没有生效，不需要更正")
    queries.people_for_update(session, [transfer.person_id])
    moves.take_back(session, transfer, now=now)
    answer_questions(session, {transfer.person_id}, why=PairingConcern.TRANSFERRED, now=now)
    transfer.state, transfer.reason = TransferState.UNDONE, reason
    transfer.undone_by, transfer.undone_at = actor.person_id, now
    _tell(session, transfer, now=now)


def _open_transfer(session: Session, *, actor: Actor, transfer_id: UUID) -> Transfer:
    transfer = queries.transfer_for_update(session, actor=actor, transfer_id=transfer_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    rules.check_open(transfer.state)
    return transfer


def _settle(
    transfer: Transfer, state: TransferState, *, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    transfer.state, transfer.reason = state, reason
    transfer.settled_by, transfer.settled_at = actor.person_id, now


# --- before it happens ---


def preview_proposal(session: Session, *, actor: Actor, proposal: TransferProposal, now: datetime) -> Preview:
    """What a transfer would change if it were proposed and agreed to; nothing is written."""
    transfer = Transfer(**_row(session, actor=actor, proposal=proposal, now=now))
    return _preview(session, transfer, actor=actor, now=now)


def preview_transfer(session: Session, *, actor: Actor, transfer_id: UUID, now: datetime) -> Preview:
    """What an open transfer will change once both have agreed."""
    transfer = queries.transfer(session, actor=actor, transfer_id=transfer_id).transfer
    actor.require(*MAY[Act.KEEP_REGISTER])
    rules.check_open(transfer.state)
    return _preview(session, transfer, actor=actor, now=now)


def _preview(session: Session, transfer: Transfer, *, actor: Actor, now: datetime) -> Preview:
    """The other school's posts and pairings are its own business."""
    with tenancy.whole_county(session):  # what is shown of it follows below
        return _previewed(session, transfer, actor=actor, today=county_day(now))


def _previewed(session: Session, transfer: Transfer, *, actor: Actor, today: date) -> Preview:
    _check_still_at_home(session, transfer)
    here = actor.is_county or actor.school_id == transfer.from_school_id
    ending = [
        step.of["role"]
        for step, change in moves.planned(session, transfer)
        if step.table is Post and change.withdrawn
    ]
    pairings = queries.pairings_in_question(
        session,
        person_id=transfer.person_id,
        school_id=transfer.from_school_id,
        on=transfer.effective_on,
    )
    moves_home = transfer.kind is MembershipKind.HOME
    before, after = _belongs(session, transfer, actor=actor)
    name = queries.name_of(session, transfer.person_id, on=transfer.effective_on)
    return Preview(
        name=name,
        before=before,
        after=after,
        posts_ending=sorted(ending) if here else [],
        pairings_in_question=pairings if here and moves_home else [],
        tokens_void_on=max(transfer.effective_on, today),
    )


Belongs = list[Mapping[str, Any]]


def _belongs(session: Session, transfer: Transfer, *, actor: Actor) -> tuple[Belongs, Belongs]:
    """Where she belongs from the day on, without and with it; a school sees the two that it concerns."""
    columns = [name for name in value_columns(Membership) if name != "person_id"]
    of = {"person_id": transfer.person_id}
    before = facts.standing(session, Membership, of=of, columns=columns)
    changes = [
        (step, change) for step, change in moves.planned(session, transfer) if step.table is Membership
    ]
    withdrawn = {one for _, change in changes for one in change.withdrawn}
    after: list[tuple[Period, Mapping[str, Any]]] = [
        (fact.period, fact.value) for fact in before if fact.id not in withdrawn
    ]
    for step, change in changes:
        after += [(period, {**_but_person(step.of), **value}) for period, value in change.added]
    seen = None if actor.is_county else {transfer.from_school_id, transfer.to_school_id}
    since = transfer.effective_on
    without = [(fact.period, fact.value) for fact in before]
    return (
        _shown(session, without, seen=seen, since=since),
        _shown(session, joined(after), seen=seen, since=since),
    )


def _but_person(of: facts.Values) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name != "person_id"}


def _shown(
    session: Session,
    parts: Sequence[tuple[Period, Mapping[str, Any]]],
    *,
    seen: set[UUID] | None,
    since: date,
) -> Belongs:
    names = queries.names_of_schools(session, [value["school_id"] for _, value in parts], on=since)
    return [
        {
            **value,
            "school": names.get(value["school_id"], ""),
            "starts_on": period.starts_on,
            "ends_on": period.ends_on,
        }
        for period, value in sorted(parts, key=lambda part: part[0].starts_on)
        if (seen is None or value["school_id"] in seen)
        and (period.ends_on is None or period.ends_on >= since)
    ]
