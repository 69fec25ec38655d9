"""Mentor pairings (师徒结对): paper ones entered; any of them ended, dissolved, run out, put in question."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, true, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.domain import pairings, policies
from services.directory.domain.acts import MAY, Act
from services.directory.domain.periods import Period
from services.directory.models import Evaluation, Pairing, PairingQuestion
from shared import outbox, tenancy
from shared.auth import Actor
from shared.events.directory import PairingEnded, PairingStarted
from shared.inserts import insert_new
from shared.values import Refused, county_day, in_chunks, new_id
from shared.vocabulary import (
    EvaluationGrade,
    PairingChoice,
    PairingConcern,
    PairingKind,
    PairingParty,
    PairingState,
)

EXPIRED_PER_REQUEST_MAX = 500
DEFAULT_FOCUS = "teaching"
PUT_RIGHT = "原登记已更正，无需处理"
"""What a question is answered with when nobody moved, left or is away after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a contract on paper says beside the two and their first day."""

    focus: str = DEFAULT_FOCUS
    term_ends_on: date | None = None
    number: str | None = None
    """As it stands on the paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an office says of a served pairing."""

    grade: EvaluationGrade
    text: str


def start_pairing(
    session: Session,
    *,
    actor: Actor,
    mentor_id: UUID,
    apprentice_id: UUID,
    started_on: date,
    paper: Paper = Paper(),
    now: datetime,
) -> UUID:
    """Pair a mentor with an apprentice by a contract on paper; it holds at once.

    Both are of the school that enters it; the county enters those across two schools as well.
    """
    both = [mentor_id, apprentice_id]
    found = queries.members(session, actor=actor, people=both, on=started_on)
    actor.require(*MAY[Act.KEEP_REGISTER])
    queries.people_for_update(session, both)
    run_out(session, of=both, now=now)
    mentor_school_id, mentor = found[mentor_id]
    pairings.check_start(
        mentor=mentor,
        apprentice=found[apprentice_id][1],
        starts_on=started_on,
        before=queries.periods_of_pairing(session, mentor_id=mentor_id, apprentice_id=apprentice_id),
        today=county_day(now),
    )
    row = {
        "id": new_id(now),
        "school_id": found[apprentice_id][0],
        "mentor_school_id": mentor_school_id,
        "mentor_id": mentor_id,
        "apprentice_id": apprentice_id,
        "kind": PairingKind.PAPER,
        "state": PairingState.ACTIVE,
        "starts_on": started_on,
        "version_no": 0,
        "proposed_by": actor.person_id,
        "proposed_at": now,
        **asdict(paper),
    }
    _check_policy(session, row, mentor=mentor.name)
    if not insert_new(session, Pairing, [row]):  # somebody else was faster
        raise Refused("already_paired", "两人已经结对，请在结对列表里查看")
    pairing = session.get_one(Pairing, row["id"])
    say_started(session, pairing, now=now)
    return pairing.id


def _check_policy(session: Session, row: Mapping[str, Any], *, mentor: str) -> None:
    """A paper one is entered by an office, so what is to be pointed out is left to its eyes."""
    starts_on, term_ends_on, mentor_id = row["starts_on"], row["term_ends_on"], row["mentor_id"]
    policy = queries.policy_on(session, on=starts_on)
    policy.focus(row["focus"])
    if term_ends_on is not None and term_ends_on <= starts_on:
        raise Refused("term_empty", "结对期限应晚于开始日期{starts_on}结束，请改期限", starts_on=starts_on)
    years, title = queries.standing_of(session, person_id=mentor_id, on=starts_on)
    load = queries.apprentices_standing(session, mentor_id=mentor_id, on=starts_on)
    policies.check_rules(
        policy,
        mentor=policies.Mentor(name=mentor, apprentices=load, service_years=years, title=title),
        starts_on=starts_on,
        term_ends_on=term_ends_on,
        reverse=False,
    )


def say_started(session: Session, pairing: Pairing, *, now: datetime) -> None:
    """Tell everybody that a pairing holds from its first day on."""
    said = PairingStarted(
        pairing_id=pairing.id,
        school_id=pairing.school_id,
        mentor_id=pairing.mentor_id,
        apprentice_id=pairing.apprentice_id,
        started_on=pairing.starts_on,
    )
    outbox.add(session, said, now=now)


# --- ended ------------------------------------------------------------------------------------------------


def end_pairing(
    session: Session,
    *,
    actor: Actor,
    pairing_id: UUID,
    ended_on: date | None = None,
    judgement: Judgement | None = None,
    now: datetime,
) -> None:
    """End a pairing that has served its term; `ended_on` is the first day without it.

    An agreement ends with its term and with what the office says of it; a paper one on any day. Saying it
    twice changes nothing.
    """
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    ended_on = ended_on or pairing.ends_on or pairing.term_ends_on
    if ended_on is None:
        raise Refused("end_unclear", "纸质合同没有写明期限，请填写结束日期")
    if pairing.state is PairingState.ENDED and pairing.ends_on == ended_on:
        return
    if pairing.state is PairingState.EXPIRED:
        _check_judged(pairing, judgement)
    else:
        pairings.check_in_force(pairing.state, ends_on=pairing.ends_on)
        _check_served(pairing, ended_on, judgement, today=county_day(now))
        _close(session, pairing, state=PairingState.ENDED, ended_on=ended_on, now=now)
    pairing.state = PairingState.ENDED
    pairing.closed_by, pairing.closed_at = actor.person_id, now
    if judgement is not None:
        _evaluate(session, pairing, judgement, actor=actor, now=now)


def _check_served(pairing: Pairing, ended_on: date, judgement: Judgement | None, *, today: date) -> None:
    period = Period(starts_on=pairing.starts_on, ends_on=pairing.ends_on)
    pairings.check_ending(period=period, ended_on=ended_on, today=today)
    if pairing.kind is PairingKind.PAPER:
        return
    if pairing.term_ends_on is not None and ended_on != pairing.term_ends_on:
        raise Refused(
            "term_not_served",
            "合同期限到{term_ends_on}前一天为止，提前结束请办理解除",
            term_ends_on=pairing.term_ends_on,
        )
    _check_judged(pairing, judgement)


def _check_judged(pairing: Pairing, judgement: Judgement | None) -> None:
    if pairing.kind is PairingKind.AGREEMENT and judgement is None:
        raise Refused("evaluation_missing", "期满结束要有评价，请填写等次和评语")


def _evaluate(
    session: Session, pairing: Pairing, judgement: Judgement, *, actor: Actor, now: datetime
) -> None:
    row = {
        "pairing_id": pairing.id,
        "grade": judgement.grade,
        "text": judgement.text,
        "evaluated_by": actor.person_id,
        "evaluated_at": now,
    }
    insert_new(session, Evaluation, [row])


def dissolve_pairing(
    session: Session,
    *,
    actor: Actor,
    pairing_id: UUID,
    ended_on: date,
    reason: str,
    asked_by: PairingParty,
    now: datetime,
) -> None:
    """End a pairing before its term, at somebody's wish; the office writes it down."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    if pairing.state is PairingState.DISSOLVED and pairing.ends_on == ended_on:
        return
    pairings.check_in_force(pairing.state, ends_on=pairing.ends_on)
    period = Period(starts_on=pairing.starts_on, ends_on=pairing.ends_on)
    pairings.check_dissolving(period=period, ended_on=ended_on, today=county_day(now))
    if pairing.term_ends_on is not None and ended_on > pairing.term_ends_on:
        raise Refused(
            "pairing_ends_after_term",
            "合同期限已于{term_ends_on}届满，请办理期满评价",
            term_ends_on=pairing.term_ends_on,
        )
    pairing.closed_by, pairing.closed_at = actor.person_id, now
    pairing.closed_for, pairing.close_reason = asked_by, reason
    _close(session, pairing, state=PairingState.DISSOLVED, ended_on=ended_on, now=now)


def _close(session: Session, pairing: Pairing, *, state: PairingState, ended_on: date, now: datetime) -> None:
    pairing.state, pairing.ends_on = state, ended_on
    say_ended(session, pairing, now=now)


def say_ended(session: Session, pairing: Pairing, *, now: datetime) -> None:
    """Tell everybody on which day a pairing holds no longer; of two days told, the earlier counts."""
    if pairing.ends_on is not None:
        said = PairingEnded(pairing_id=pairing.id, school_id=pairing.school_id, ended_on=pairing.ends_on)
        outbox.add(session, said, now=now)


def close_expired_pairings(session: Session, *, actor: Actor, now: datetime) -> int:
    """Write down the end of pairings whose term has run out, and tell everybody; how many there were."""
    actor.require(*MAY[Act.KEEP_REGISTER])
    due = queries.expired_for_update(
        session, on=county_day(now), within=queries.in_charge(actor), most=EXPIRED_PER_REQUEST_MAX
    )
    return _run_out(session, due, now=now)


def each_morning_end_expired_pairings(session: Session, *, now: datetime) -> int:
    """The same for the whole county, asked for by nobody."""
    due = queries.expired_for_update(session, on=county_day(now), within=true(), most=EXPIRED_PER_REQUEST_MAX)
    return _run_out(session, due, now=now)


def run_out(session: Session, *, of: list[UUID], now: datetime) -> None:
    """The same for the pairings of these people, before they are paired anew."""
    theirs = or_(Pairing.mentor_id.in_(of), Pairing.apprentice_id.in_(of))
    with tenancy.whole_county(session):  # whichever schools they were in
        due = queries.expired_for_update(
            session, on=county_day(now), within=theirs, most=EXPIRED_PER_REQUEST_MAX
        )
        _run_out(session, due, now=now)


def _run_out(session: Session, due: Sequence[Pairing], *, now: datetime) -> int:
    for pairing in due:
        ended_on = pairing.term_ends_on or pairing.starts_on
        _close(session, pairing, state=PairingState.EXPIRED, ended_on=ended_on, now=now)
    session.flush()
    return len(due)


# --- in question ------------------------------------------------------------------------------------------


def question_pairings(
    session: Session, people: Collection[UUID], *, why: PairingConcern, now: datetime
) -> int:
    """Put in question every pairing of people who moved, left or are away; none of them ends by itself.

    How many questions are new: asked twice for one reason, the first still stands.
    """
    with tenancy.whole_county(session):  # whichever schools they are in
        rows = [
            {
                "id": new_id(now),
                "pairing_id": pairing.id,
                "person_id": person_id,
                "reason": why,
                "raised_at": now,
            }
            for pairing in queries.pairs_standing(session, people, on=county_day(now))
            for person_id in (pairing.mentor_id, pairing.apprentice_id)
            if person_id in people
        ]
        return len(insert_new(session, PairingQuestion, rows, returning=["id"]))


def answer_questions(
    session: Session, people: Collection[UUID], *, why: PairingConcern, now: datetime
) -> None:
    """What the register asked by mistake answers itself, unless an office has: the pairing goes on."""
    answer = {"choice": PairingChoice.CONTINUE, "decision_note": PUT_RIGHT, "decided_at": now}
    with tenancy.whole_county(session):  # whichever schools they are in
        for part in in_chunks(sorted(people), of=queries.IDS_PER_STATEMENT_MAX):
            asked = update(PairingQuestion).where(
                PairingQuestion.person_id.in_(part),
                PairingQuestion.reason == why,
                PairingQuestion.raised_by.is_(None),
                PairingQuestion.decided_at.is_(None),
            )
            session.execute(asked.values(answer))
