"""What may happen to a plan, and what has become of its items: decisions over plain values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.values import Forbidden, Refused, school_year_of
from shared.vocabulary import PlanState, Role, Term

ITEMS_MAX = 500
SCHOOL_YEAR_MIN = 2000
SCHOOL_YEAR_MAX = 2100
FORM_PATTERN = r"^[a-z][a-z0-9_]{1,63}$"


class Act(StrEnum):
    """What somebody may do, or not, by her posts."""

    WRITE_PLANS = "write_plans"
    """Draft one of her school, and change and hand in her own."""
    WRITE_ALL_PLANS = "write_all_plans"
    """Those that others of her school drafted too."""
    REVIEW_PLANS = "review_plans"
    REVIEW_OWN_PLANS = "review_own_plans"
    """Her own among them: who answers for all of the school's."""


MAY: Mapping[Act, frozenset[Role]] = {
    Act.WRITE_PLANS: frozenset({Role.GROUP_LEADER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL}),
    Act.WRITE_ALL_PLANS: frozenset({Role.ACADEMIC_OFFICE, Role.PRINCIPAL}),
    Act.REVIEW_PLANS: frozenset({Role.PRINCIPAL, Role.COUNTY_OFFICER}),
    Act.REVIEW_OWN_PLANS: frozenset({Role.PRINCIPAL}),
}
"""Which posts allow which act; where, the reach says. Reading needs no post but one in reach."""


class ItemState(Term):
    """What has become of a scheduled item (计划条目)."""

    SCHEDULED = "scheduled", "已计划"
    ANNOUNCED = "announced", "已发布活动"
    FULFILLED = "fulfilled", "已落实"


class Verdict(Term):
    """What a review (审核) comes to."""

    APPROVED = "approved", "通过"
    RETURNED = "returned", "退回"


class SessionFact(Term):
    """What was heard of a session (研训活动) announced against an item."""

    ANNOUNCED = "announced", "已发布"
    CANCELLED = "cancelled", "已取消"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All that was heard of one item, as sets of activities: the order in which it came is not kept."""

    announced: frozenset[UUID] = frozenset()
    cancelled: frozenset[UUID] = frozenset()
    fulfilled: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of an item and the activities that brought it there, the earliest first."""

    state: ItemState
    activity_ids: Sequence[UUID] = ()


def standing_of(heard: Heard) -> Standing:
    """What a fulfilment says outweighs an announcement; a cancelled announcement says nothing."""
    if heard.fulfilled:
        return Standing(state=ItemState.FULFILLED, activity_ids=sorted(heard.fulfilled))
    if announced := heard.announced - heard.cancelled:
        return Standing(state=ItemState.ANNOUNCED, activity_ids=sorted(announced))
    return Standing(state=ItemState.SCHEDULED)


def places_outside_year(school_year: int, due_on: Iterable[date]) -> Sequence[int]:
    """Which of the days, by their place in the list, lie outside the school year (学年)."""
    return [place for place, day in enumerate(due_on) if school_year_of(day) != school_year]


def check_editable(*, author_id: UUID, actor_id: UUID, roles: Collection[Role]) -> None:
    """A group leader works on her own plans; the academic office and the principal on all of the school's."""
    if author_id != actor_id and MAY[Act.WRITE_ALL_PLANS].isdisjoint(roles):
        raise Forbidden("只能修改或提交自己起草的计划")


def check_not_own(*, author_id: UUID, reviewer_id: UUID, roles: Collection[Role]) -> None:
    """Nobody reviews her own plan but the principal, who answers for all of the school's."""
    if author_id == reviewer_id and MAY[Act.REVIEW_OWN_PLANS].isdisjoint(roles):
        raise Forbidden("不能审核自己起草的计划，请由学校的另一位审核人审核")


_STEPS: Mapping[PlanState, Collection[PlanState]] = {
    PlanState.DRAFT: {PlanState.DRAFT, PlanState.RETURNED},
    PlanState.SUBMITTED: {PlanState.DRAFT},
    PlanState.APPROVED: {PlanState.SUBMITTED},
    PlanState.RETURNED: {PlanState.SUBMITTED},
}
"""Which states lead to a state: a revised plan is a draft again."""


STATE_AFTER: Mapping[Verdict, PlanState] = {
    Verdict.APPROVED: PlanState.APPROVED,
    Verdict.RETURNED: PlanState.RETURNED,
}


INSTEAD: Mapping[PlanState, str] = {
    PlanState.DRAFT: "计划还是草稿，请先提交审核",
    PlanState.SUBMITTED: "计划正在审核；需要修改的，请审核人先退回",
    PlanState.APPROVED: "计划已经通过，不能再改；另有安排的，请另起草一份计划",
    PlanState.RETURNED: "计划已退回，请起草人按退回意见修改后重新提交",
}
"""What to do about a plan in this state, for whoever tried something else."""


def check_step(current: PlanState, to: PlanState) -> None:
    """A plan goes from draft to review and, returned, back to draft; an approved one stands."""
    if current not in _STEPS[to]:
        raise Refused(f"plan_{current.value}", INSTEAD[current])


def check_same_school(*, item_school_id: UUID, school_id: UUID) -> None:
    """An event may only name an item of the school it is of itself."""
    if item_school_id != school_id:
        raise Refused("item_of_another_school", "活动所指的计划条目属于另一所学校")
