"""What plans says: approved plans with their scheduled items, and what became of the items."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from shared.events.codec import Event
from shared.events.schemas import many, text

PLAN_ITEMS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """One scheduled item of a plan: what should be held, and by when."""

    item_id: UUID
    form: Annotated[str, text(most=64)]
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanApproved(Event):
    """A plan passed review (审核通过); activities may be announced against its items from now on."""

    TYPE: ClassVar[str] = "plans.plan.approved.v1"
    SUBJECT: ClassVar[str] = "plan_id"

    plan_id: UUID
    school_id: UUID
    school_year: int
    items: Annotated[tuple[PlannedItem, ...], many(most=PLAN_ITEMS_MAX)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFulfilled(Event):
    """A scheduled item was carried out: the first confirmed attendance of a session announced against it."""

    TYPE: ClassVar[str] = "plans.item.fulfilled.v1"
    SUBJECT: ClassVar[str] = "item_id"

    item_id: UUID
    plan_id: UUID
    school_id: UUID
    activity_id: UUID
