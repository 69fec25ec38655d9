"""What can be done to plans: drafted, revised, submitted, reviewed; and what is heard of their items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.plans import domain, queries
from services.plans.domain import Act, SessionFact, Verdict
from services.plans.models import ItemFulfilment, ItemSession, Plan, PlanItem, PlanReview
from shared import log, outbox
from shared.auth import Actor
from shared.events.plans import ItemFulfilled, PlanApproved, PlannedItem
from shared.inserts import insert_unread
from shared.values import Forbidden, Refused, new_id
from shared.vocabulary import PlanState


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftItem:
    """One item as it was written down: what should be held, and by when."""

    form: str
    topic: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan as it was written down."""

    school_year: int
    title: str
    items: Sequence[DraftItem]


def draft_plan(session: Session, *, actor: Actor, draft: Draft, now: datetime) -> UUID:
    """Begin a plan (计划) of the actor's school."""
    actor.require(*domain.MAY[Act.WRITE_PLANS])
    if actor.school_id is None:
        raise Forbidden("只有学校的人员可以起草计划，请由学校的教研组长或教导处起草")
    plan = Plan(
        plan_id=new_id(now),
        school_id=actor.school_id,
        school_year=draft.school_year,
        title=draft.title,
        state=PlanState.DRAFT,
        revision_no=1,
        author_id=actor.person_id,
        drafted_at=now,
    )
    session.add(plan)
    session.flush()
    _write_items(session, plan, draft.items, now=now)
    return plan.plan_id


def revise_plan(session: Session, *, actor: Actor, plan_id: UUID, draft: Draft, now: datetime) -> None:
    """Write a draft or a returned plan anew, as its next revision; the earlier one stays on record."""
    plan = _editable_plan(session, actor=actor, plan_id=plan_id)
    domain.check_step(plan.state, PlanState.DRAFT)
    plan.state = PlanState.DRAFT
    plan.school_year = draft.school_year
    plan.title = draft.title
    plan.revision_no += 1
    session.flush()
    _write_items(session, plan, draft.items, now=now)


def _write_items(session: Session, plan: Plan, items: Sequence[DraftItem], *, now: datetime) -> None:
    rows = [
        {
            "item_id": new_id(now),
            "plan_id": plan.plan_id,
            "revision_no": plan.revision_no,
            "place_no": place_no,
            "form": item.form,
            "topic": item.topic,
            "due_on": item.due_on,
        }
        for place_no, item in enumerate(items, start=1)
    ]
    session.execute(insert(PlanItem), rows)


def submit_plan(session: Session, *, actor: Actor, plan_id: UUID, now: datetime) -> None:
    """Hand a draft in for review (提交审核)."""
    plan = _editable_plan(session, actor=actor, plan_id=plan_id)
    domain.check_step(plan.state, PlanState.SUBMITTED)
    plan.state = PlanState.SUBMITTED
    plan.submitted_at = now


def _editable_plan(session: Session, *, actor: Actor, plan_id: UUID) -> Plan:
    plan = queries.plan_for_update(session, actor=actor, plan_id=plan_id)
    actor.require(*domain.MAY[Act.WRITE_PLANS])
    domain.check_editable(author_id=plan.author_id, actor_id=actor.person_id, roles=actor.roles)
    return plan


def approve_plan(session: Session, *, actor: Actor, plan_id: UUID, now: datetime) -> None:
    """Let a submitted plan stand (审核通过) and tell everybody its items."""
    plan = _review(session, actor=actor, plan_id=plan_id, verdict=Verdict.APPROVED, reason=None, now=now)
    items = queries.items_of_revision(session, plan)
    outbox.add(
        session,
        PlanApproved(
            plan_id=plan.plan_id,
            school_id=plan.school_id,
            school_year=plan.school_year,
            items=tuple(
                PlannedItem(item_id=item.item_id, form=item.form, due_on=item.due_on) for item in items
            ),
        ),
        now=now,
    )


def return_plan(session: Session, *, actor: Actor, plan_id: UUID, reason: str, now: datetime) -> None:
    """Give a submitted plan back to be revised (退回)."""
    _review(session, actor=actor, plan_id=plan_id, verdict=Verdict.RETURNED, reason=reason, now=now)


def _review(
    session: Session, *, actor: Actor, plan_id: UUID, verdict: Verdict, reason: str | None, now: datetime
) -> Plan:
    plan = queries.plan_for_update(session, actor=actor, plan_id=plan_id)
    actor.require(*domain.MAY[Act.REVIEW_PLANS])
    domain.check_not_own(author_id=plan.author_id, reviewer_id=actor.person_id, roles=actor.roles)
    state = domain.STATE_AFTER[verdict]
    domain.check_step(plan.state, state)
    plan.state = state
    session.add(
        PlanReview(
            plan_id=plan.plan_id,
            revision_no=plan.revision_no,
            verdict=verdict,
            reason=reason,
            reviewer_id=actor.person_id,
            reviewed_at=now,
        )
    )
    return plan


# --- heard of items ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An event of activities that names one of our items, and the school it says it is of."""

    item_id: UUID
    activity_id: UUID
    school_id: UUID
    trace: str | None


def note_sessions(session: Session, *, mentions: Sequence[Mention], fact: SessionFact) -> None:
    """Keep that sessions were announced or cancelled; a second time, or in another order, changes nothing."""
    _plan_ids_of(session, mentions)
    rows = [{"item_id": one.item_id, "activity_id": one.activity_id, "fact": fact} for one in mentions]
    insert_unread(session, ItemSession, rows)


def fulfil_items(session: Session, *, mentions: Sequence[Mention], now: datetime) -> None:
    """Keep that items were carried out (落实), and say so the first time."""
    plan_ids = _plan_ids_of(session, mentions)
    told = queries.fulfilled(session, plan_ids)
    rows = [{"item_id": one.item_id, "activity_id": one.activity_id} for one in mentions]
    insert_unread(session, ItemFulfilment, rows)
    for mention in mentions:
        if mention.item_id in told:
            continue
        told.add(mention.item_id)
        said = ItemFulfilled(
            item_id=mention.item_id,
            plan_id=plan_ids[mention.item_id],
            school_id=mention.school_id,
            activity_id=mention.activity_id,
        )
        with log.bound_trace(mention.trace):
            outbox.add(session, said, now=now)


def _plan_ids_of(session: Session, mentions: Sequence[Mention]) -> Mapping[UUID, UUID]:
    """The plans of the mentioned items, now locked: of two that fulfil one at once, one is the first."""
    items = queries.approved_items_for_update(session, {mention.item_id for mention in mentions})
    for mention in mentions:
        if mention.item_id not in items:
            raise Refused("item_unknown", "活动所指的计划条目在这里不存在或尚未通过审核")
        _, school_id = items[mention.item_id]
        domain.check_same_school(item_school_id=school_id, school_id=mention.school_id)
    return {item_id: plan_id for item_id, (plan_id, _) in items.items()}
