"""Pairing agreements (拜师合同): proposed and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.pairings import run_out
from services.directory.commands.signatures import add_signature, newest, offices_for
from services.directory.domain import agreements, pairings, policies
from services.directory.domain.acts import MAY, Act
from services.directory.domain.agreements import Side, Terms
from services.directory.domain.pairings import Member
from services.directory.domain.policies import Flag, Owed, Policy
from services.directory.models import AgreementNumber, AgreementVersion, Duty, Pairing
from shared import tenancy
from shared.auth import Actor
from shared.inserts import insert_new
from shared.values import GONE, Forbidden, Missing, Refused, county_day, new_id, school_year_of
from shared.vocabulary import PairingKind, PairingState

Found = Mapping[UUID, tuple[UUID, Member]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody proposes to two people; without duties, those of the county's policy."""

    mentor_id: UUID
    apprentice_id: UUID
    focus: str
    starts_on: date
    term_ends_on: date
    duties: Sequence[Owed] | None = None
    replaces_id: UUID | None = None

    @property
    def both(self) -> list[UUID]:
        """The two."""
        return [self.mentor_id, self.apprentice_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What shall be different in the next version; None stays."""

    why: str
    focus: str | None = None
    starts_on: date | None = None
    term_ends_on: date | None = None
    duties: Sequence[Owed] | None = None
    on: date | None = None
    """Of which day the schools are that it names; today's, or those of its first day."""


def propose_pairing(session: Session, *, actor: Actor, proposal: Proposal, now: datetime) -> UUID:
    """Lay an agreement before two people. An office that proposes has agreed for itself."""
    found = _two(session, actor=actor, proposal=proposal)
    with tenancy.whole_county(session):  # one of the two may be of another school
        return _propose(session, proposal, found=found, actor=actor, now=now)


def _propose(session: Session, proposal: Proposal, *, found: Found, actor: Actor, now: datetime) -> UUID:
    queries.people_for_update(session, proposal.both)
    run_out(session, of=proposal.both, now=now)
    policy = queries.policy_on(session, on=proposal.starts_on)
    flags = _checked(session, proposal, found=found, policy=policy, today=county_day(now))
    row = {
        "id": new_id(now),
        "school_id": found[proposal.apprentice_id][0],
        "mentor_school_id": found[proposal.mentor_id][0],
        "mentor_id": proposal.mentor_id,
        "apprentice_id": proposal.apprentice_id,
        "kind": PairingKind.AGREEMENT,
        "state": PairingState.PROPOSED,
        "number": _next_number(session, proposal.starts_on),
        "focus": proposal.focus,
        "starts_on": proposal.starts_on,
        "term_ends_on": proposal.term_ends_on,
        "version_no": 0,
        "replaces_id": proposal.replaces_id,
        "proposed_by": actor.person_id,
        "proposed_at": now,
    }
    if not insert_new(session, Pairing, [row]):  # somebody else was faster
        raise Refused("already_paired", "两人已经结对或正在签合同，请在结对列表里查看")
    pairing = session.get_one(Pairing, row["id"])
    terms = Terms(
        focus=proposal.focus,
        starts_on=proposal.starts_on,
        term_ends_on=proposal.term_ends_on,
        duties=policy.duties if proposal.duties is None else proposal.duties,
    )
    draft = _Draft(terms=terms, found=found, policy=policy, flags=flags)
    _write_version(session, pairing, draft, actor=actor, why=None, now=now)
    return pairing.id


def _two(session: Session, *, actor: Actor, proposal: Proposal) -> Found:
    """The two, if it is for the actor to propose them: an office for its own, a teacher for herself.

    An office may name somebody of another school, whose office then has to agree; nothing of that school is
    shown to it but the name in the agreement.
    """
    found = queries.members_anywhere(session, people=proposal.both, on=proposal.starts_on)
    own = [one for one, (school_id, _) in found.items() if actor.is_county or school_id == actor.school_id]
    if not own:
        raise Missing(GONE, what="这位教师")
    if actor.has(*MAY[Act.KEEP_REGISTER]):
        return found
    if len(own) < len(found):
        raise Missing(GONE, what="这位教师")
    if actor.person_id not in proposal.both:
        raise Forbidden("您只能为自己提出结对，其他人的由{office}提出", office="教导处或校长")
    return found


def _checked(
    session: Session, proposal: Proposal, *, found: Found, policy: Policy, today: date
) -> list[Flag]:
    """What of the policy is to be pointed out; Refused when it cannot be at all."""
    focus = policy.focus(proposal.focus)
    mentor, apprentice = found[proposal.mentor_id][1], found[proposal.apprentice_id][1]
    pairings.check_start(
        mentor=mentor,
        apprentice=apprentice,
        starts_on=proposal.starts_on,
        before=queries.periods_of_pairing(
            session, mentor_id=proposal.mentor_id, apprentice_id=proposal.apprentice_id
        ),
        today=today,
    )
    back = queries.focuses_of(
        session,
        mentor_id=proposal.apprentice_id,
        apprentice_id=proposal.mentor_id,
        on=proposal.starts_on,
    )
    agreements.check_not_both_ways(back, focus=focus.code, label=focus.label)
    years, title = queries.standing_of(session, person_id=proposal.mentor_id, on=proposal.starts_on)
    others, _ = queries.standing_of(session, person_id=proposal.apprentice_id, on=proposal.starts_on)
    load = queries.apprentices_standing(session, mentor_id=proposal.mentor_id, on=proposal.starts_on)
    return policies.check_rules(
        policy,
        mentor=policies.Mentor(name=mentor.name, apprentices=load, service_years=years, title=title),
        starts_on=proposal.starts_on,
        # What is left of a replaced mentor's term may well be short.
        term_ends_on=None if proposal.replaces_id else proposal.term_ends_on,
        reverse=years is not None and others is not None and years < others,
    )


def _next_number(session: Session, starts_on: date) -> str:
    """One number after the other in a school year; whoever proposes at the same moment waits here."""
    year = school_year_of(starts_on)
    insert_new(session, AgreementNumber, [{"school_year": year, "last": 0}])
    last = session.scalars(
        update(AgreementNumber)
        .where(AgreementNumber.school_year == year)
        .values(last=AgreementNumber.last + 1)
        .returning(AgreementNumber.last)
    ).one()
    return f"师徒（{year}）第{last:04d}号"


# --- versions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    terms: Terms
    found: Found
    policy: Policy
    flags: Sequence[Flag]


def _write_version(
    session: Session, pairing: Pairing, draft: _Draft, *, actor: Actor, why: str | None, now: datetime
) -> None:
    """The next version, to be signed by all again; an office that made it has agreed for itself."""
    agreements.check_terms(draft.terms)
    number = pairing.version_no + 1
    sides = {
        person_id: Side(person_id=person_id, name=member.name, school_id=school_id, school=member.school)
        for person_id, (school_id, member) in draft.found.items()
    }
    mentor, apprentice = sides[pairing.mentor_id], sides[pairing.apprentice_id]
    content = agreements.content_of(
        number=pairing.number or "",
        version_no=number,
        mentor=mentor,
        apprentice=apprentice,
        terms=draft.terms,
        policy=draft.policy,
    )
    approvals = agreements.approvals_for(
        across_schools=mentor.school_id != apprentice.school_id, policy=draft.policy
    )
    version = AgreementVersion(
        id=new_id(now),
        pairing_id=pairing.id,
        version_no=number,
        content=content,
        content_hash=agreements.hash_of(content),
        flags=[asdict(flag) for flag in draft.flags],
        approvals=[str(party) for party in approvals],
        why=why,
        made_by=actor.person_id,
        made_at=now,
    )
    session.add(version)
    pairing.version_no = number
    session.flush()
    _write_duties(session, pairing, draft.terms.duties, now=now)
    if actor.has(*MAY[Act.KEEP_REGISTER]):
        for party in offices_for(actor, version):
            add_signature(session, version, party, actor=actor, now=now)


def _write_duties(session: Session, pairing: Pairing, duties: Sequence[Owed], *, now: datetime) -> None:
    rows = [
        {
            **asdict(duty),
            "id": new_id(now),
            "pairing_id": pairing.id,
            "version_no": pairing.version_no,
            "position": position,
        }
        for position, duty in enumerate(duties, start=1)
    ]
    if rows:
        session.execute(insert(Duty), rows)


def amend_agreement(
    session: Session, *, actor: Actor, pairing_id: UUID, amendment: Amendment, now: datetime
) -> None:
    """Make another version, which must be signed anew; until it is, the one in force goes on."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    if queries.party_of(actor, pairing) is None:
        actor.require(*MAY[Act.KEEP_REGISTER])
    _check_amendable(pairing, amendment, today=county_day(now))
    draft = _changed(session, pairing, amendment, today=county_day(now))
    _write_version(session, pairing, draft, actor=actor, why=amendment.why, now=now)
    if pairing.in_force_no is None:
        pairing.state = PairingState.PROPOSED
        _take_over(pairing, draft.terms)


def _check_amendable(pairing: Pairing, amendment: Amendment, *, today: date) -> None:
    if pairing.kind is PairingKind.PAPER:
        raise Refused("paper_agreement", "纸质合同不能在线变更，请解除后另签电子合同")
    state = pairings.state_on(
        pairing.state, starts_on=pairing.starts_on, term_ends_on=pairing.term_ends_on, on=today
    )
    if state not in (*pairings.UNSETTLED, PairingState.ACTIVE):
        raise Refused(
            "pairing_not_in_force", "这次结对{state}，不能变更合同；需要时请重新结对", state=state.label
        )
    if pairing.in_force_no is not None and amendment.starts_on not in {None, pairing.starts_on}:
        raise Refused("start_settled", "合同已经生效，开始日期不能再改，请只变更其他内容")


def _changed(session: Session, pairing: Pairing, amendment: Amendment, *, today: date) -> _Draft:
    """The version before with what shall be different, and with the two where they are now."""
    before = newest(session, pairing)
    said = agreements.read(before.content)
    starts_on = amendment.starts_on or pairing.starts_on
    terms = Terms(
        focus=amendment.focus or said["focus"]["code"],
        starts_on=starts_on,
        term_ends_on=amendment.term_ends_on or date.fromisoformat(said["term_ends_on"]),
        duties=amendment.duties
        if amendment.duties is not None
        else queries.duties_of(session, pairing_id=pairing.id, version_no=before.version_no),
    )
    day = max(amendment.on or today, starts_on)
    policy = queries.policy_on(session, on=day)
    if amendment.focus is not None:
        policy.focus(amendment.focus)
    found = queries.members_anywhere(session, people=[pairing.mentor_id, pairing.apprentice_id], on=day)
    flags = policies.check_rules(
        policy,
        mentor=policies.Mentor(name="", apprentices=0, service_years=None, title=None),
        starts_on=terms.starts_on,
        term_ends_on=amendment.term_ends_on,
        reverse=True,  # who mentors whom was looked at when it was proposed
    )
    return _Draft(terms=terms, found=found, policy=policy, flags=flags)


def _take_over(pairing: Pairing, terms: Terms) -> None:
    pairing.focus, pairing.term_ends_on = terms.focus, terms.term_ends_on
    pairing.starts_on = terms.starts_on
