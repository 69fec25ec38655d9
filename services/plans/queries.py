"""What can be asked of plans, within the actor's reach."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from services.plans import domain
from services.plans.domain import Heard, ItemState, SessionFact, Standing
from services.plans.models import ItemFulfilment, ItemSession, Plan, PlanItem, PlanReview
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import PlanState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFilter:
    """Which plans are asked for; None asks for all."""

    school_year: int | None = None
    state: PlanState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """Some plans, and where the next page begins."""

    items: Sequence[Plan]
    next_cursor: UUID | None


class ItemView(NamedTuple):
    """An item of a plan with what became of it."""

    item_id: UUID
    form: str
    topic: str
    due_on: date
    state: ItemState
    activity_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlan:
    """A plan with the items of its current revision, what became of each, and every review so far."""

    plan: Plan
    items: Sequence[ItemView]
    reviews: Sequence[PlanReview]


def plans(session: Session, *, actor: Actor, wanted: PlanFilter, cursor: UUID | None, limit: int) -> PlanPage:
    """Plans within reach, the newest first; ids sort by time."""
    asked = select(Plan).where(actor.reach(Plan.school_id)).order_by(Plan.plan_id.desc()).limit(limit + 1)
    if wanted.school_year is not None:
        asked = asked.where(Plan.school_year == wanted.school_year)
    if wanted.state is not None:
        asked = asked.where(Plan.state == wanted.state)
    if cursor is not None:
        asked = asked.where(Plan.plan_id < cursor)
    found = session.scalars(asked).all()
    is_last = len(found) <= limit
    return PlanPage(items=found[:limit], next_cursor=None if is_last else found[limit - 1].plan_id)


def whole_plan(session: Session, *, actor: Actor, plan_id: UUID) -> WholePlan:
    """One plan within reach."""
    plan = _one(session, select(Plan).where(Plan.plan_id == plan_id, actor.reach(Plan.school_id)))
    reviews = select(PlanReview).where(PlanReview.plan_id == plan_id).order_by(PlanReview.revision_no)
    standings = _standings(session, plan)
    untouched = domain.standing_of(Heard())
    return WholePlan(
        plan=plan,
        items=[
            _view(item, standings.get(item.item_id, untouched)) for item in items_of_revision(session, plan)
        ],
        reviews=session.scalars(reviews).all(),
    )


def _view(item: PlanItem, standing: Standing) -> ItemView:
    return ItemView(
        item_id=item.item_id,
        form=item.form,
        topic=item.topic,
        due_on=item.due_on,
        state=standing.state,
        activity_ids=standing.activity_ids,
    )


def plan_for_update(session: Session, *, actor: Actor, plan_id: UUID) -> Plan:
    """A plan of the actor's school, locked until the end of the transaction."""
    asked = select(Plan).where(Plan.plan_id == plan_id, actor.charge(Plan.school_id))
    return _one(session, asked.with_for_update())


def _one(session: Session, asked: Select[Plan]) -> Plan:
    plan = session.scalar(asked)
    if plan is None:
        raise Missing
    return plan


def items_of_revision(session: Session, plan: Plan) -> Sequence[PlanItem]:
    """The items of a plan as it stands, in the order in which they were written."""
    asked = (
        select(PlanItem)
        .where(PlanItem.plan_id == plan.plan_id, PlanItem.revision_no == plan.revision_no)
        .order_by(PlanItem.place_no)
    )
    return session.scalars(asked).all()


def _standings(session: Session, plan: Plan) -> Mapping[UUID, Standing]:
    """What became of each item of which anything was heard."""
    told = (
        select(ItemSession.item_id, ItemSession.activity_id, ItemSession.fact)
        .join(PlanItem)
        .where(PlanItem.plan_id == plan.plan_id)
    )
    done = (
        select(ItemFulfilment.item_id, ItemFulfilment.activity_id)
        .join(PlanItem)
        .where(PlanItem.plan_id == plan.plan_id)
    )
    facts: dict[tuple[UUID, SessionFact], set[UUID]] = defaultdict(set)
    for item_id, activity_id, fact in session.execute(told):
        facts[item_id, fact].add(activity_id)
    fulfilled: dict[UUID, set[UUID]] = defaultdict(set)
    for item_id, activity_id in session.execute(done):
        fulfilled[item_id].add(activity_id)
    return {
        item_id: domain.standing_of(
            Heard(
                announced=frozenset(facts[item_id, SessionFact.ANNOUNCED]),
                cancelled=frozenset(facts[item_id, SessionFact.CANCELLED]),
                fulfilled=frozenset(fulfilled[item_id]),
            )
        )
        for item_id in {item_id for item_id, _ in facts} | set(fulfilled)
    }


def approved_items_for_update(
    session: Session, item_ids: Collection[UUID]
) -> Mapping[UUID, tuple[UUID, UUID]]:
    """The plan and the school of each item of an approved plan, locked until the end of the transaction."""
    asked = (
        select(PlanItem.item_id, Plan.plan_id, Plan.school_id)
        .join(Plan, PlanItem.plan_id == Plan.plan_id)
        .where(
            PlanItem.item_id.in_(sorted(item_ids)),
            PlanItem.revision_no == Plan.revision_no,
            Plan.state == PlanState.APPROVED,
        )
        .order_by(PlanItem.item_id)
        .with_for_update(of=PlanItem)
    )
    return {item_id: (plan_id, school_id) for item_id, plan_id, school_id in session.execute(asked)}


def fulfilled(session: Session, item_ids: Collection[UUID]) -> set[UUID]:
    """Which of these items were carried out already."""
    carried_out = exists().where(ItemFulfilment.item_id == PlanItem.item_id)
    asked = select(PlanItem.item_id).where(PlanItem.item_id.in_(sorted(item_ids)), carried_out)
    return set(session.scalars(asked))
