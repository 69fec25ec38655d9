"""What may happen to a plan, and what has become of its items, as tables of cases."""

from contextlib import nullcontext
from datetime import date
from uuid import UUID

import pytest

from services.plans import domain
from services.plans.domain import Heard, ItemState, Standing
from shared.events.plans import PLAN_ITEMS_MAX
from shared.values import Forbidden, Refused
from shared.vocabulary import PlanState, Role

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
WU, ZHAO = UUID(int=11), UUID(int=12)


@pytest.mark.parametrize(
    ("heard", "standing"),
    [
        (Heard(), Standing(state=ItemState.SCHEDULED)),
        (
            Heard(announced=frozenset({SECOND, FIRST})),
            Standing(state=ItemState.ANNOUNCED, activity_ids=[FIRST, SECOND]),
        ),
        (
            Heard(announced=frozenset({FIRST}), cancelled=frozenset({FIRST})),
            Standing(state=ItemState.SCHEDULED),
        ),
        (Heard(cancelled=frozenset({FIRST})), Standing(state=ItemState.SCHEDULED)),
        (
            Heard(announced=frozenset({FIRST, SECOND}), cancelled=frozenset({FIRST})),
            Standing(state=ItemState.ANNOUNCED, activity_ids=[SECOND]),
        ),
        (
            Heard(fulfilled=frozenset({SECOND})),
            Standing(state=ItemState.FULFILLED, activity_ids=[SECOND]),
        ),
        (
            Heard(announced=frozenset({FIRST}), fulfilled=frozenset({THIRD, SECOND})),
            Standing(state=ItemState.FULFILLED, activity_ids=[SECOND, THIRD]),
        ),
    ],
)
def test_an_item_stands_as_all_that_was_heard_of_it_says(heard: Heard, standing: Standing) -> None:
    assert domain.standing_of(heard) == standing


def test_a_school_year_runs_from_september_to_august() -> None:
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2027, 8, 31), date(2027, 9, 1)]

    assert domain.places_outside_year(2026, days) == [0, 3]


@pytest.mark.parametrize("current", PlanState)
@pytest.mark.parametrize("to", PlanState)
def test_a_plan_goes_only_the_steps_of_review(current: PlanState, to: PlanState) -> None:
    steps = {
        (PlanState.DRAFT, PlanState.DRAFT),
        (PlanState.RETURNED, PlanState.DRAFT),
        (PlanState.DRAFT, PlanState.SUBMITTED),
        (PlanState.SUBMITTED, PlanState.APPROVED),
        (PlanState.SUBMITTED, PlanState.RETURNED),
    }

    with nullcontext() if (current, to) in steps else pytest.raises(Refused, match=f"^plan_{current.value}:"):
        domain.check_step(current, to)


@pytest.mark.parametrize(
    ("current", "to", "advice"),
    [
        (PlanState.DRAFT, PlanState.APPROVED, "请先提交审核"),
        (PlanState.SUBMITTED, PlanState.DRAFT, "请审核人先退回"),
        (PlanState.APPROVED, PlanState.DRAFT, "请另起草一份计划"),
        (PlanState.RETURNED, PlanState.SUBMITTED, "修改后重新提交"),
    ],
)
def test_a_step_that_is_refused_says_what_to_do_instead(
    current: PlanState, to: PlanState, advice: str
) -> None:
    with pytest.raises(Refused) as refused:
        domain.check_step(current, to)

    assert advice in refused.value.text


@pytest.mark.parametrize(
    ("author", "roles", "allowed"),
    [
        (WU, {Role.GROUP_LEADER}, True),
        (ZHAO, {Role.GROUP_LEADER}, False),
        (ZHAO, {Role.GROUP_LEADER, Role.TEACHER}, False),
        (ZHAO, {Role.ACADEMIC_OFFICE}, True),
        (ZHAO, {Role.PRINCIPAL}, True),
    ],
)
def test_a_group_leader_works_on_her_own_plans_only(author: UUID, roles: set[Role], *, allowed: bool) -> None:
    with nullcontext() if allowed else pytest.raises(Forbidden):
        domain.check_editable(author_id=author, actor_id=WU, roles=roles)


@pytest.mark.parametrize(
    ("author", "roles", "allowed"),
    [
        (WU, {Role.PRINCIPAL}, True),
        (ZHAO, {Role.PRINCIPAL}, True),
        (WU, {Role.COUNTY_OFFICER}, True),
        (ZHAO, {Role.COUNTY_OFFICER}, False),
    ],
)
def test_nobody_but_the_principal_reviews_her_own_plan(
    author: UUID, roles: set[Role], *, allowed: bool
) -> None:
    with nullcontext() if allowed else pytest.raises(Forbidden):
        domain.check_not_own(author_id=author, reviewer_id=ZHAO, roles=roles)


def test_an_event_names_only_an_item_of_its_own_school() -> None:
    domain.check_same_school(item_school_id=FIRST, school_id=FIRST)

    with pytest.raises(Refused, match=r"^item_of_another_school:"):
        domain.check_same_school(item_school_id=SECOND, school_id=FIRST)


def test_a_whole_plan_fits_into_one_event() -> None:
    assert domain.ITEMS_MAX == PLAN_ITEMS_MAX
