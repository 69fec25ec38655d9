"""A submitted plan is approved or returned with a reason, by the principal or the county office."""

import pytest

from shared.auth import Actor
from shared.events.plans import PlanApproved
from tests.plans.facts import NOBODY, Reach, approved, draft, drafted, shown, submitted
from tests.signed_in import CHEN, HU, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

Review = tuple[str, object]
"""The last word of a path, and a body."""

REASON = {"reason": "请补充上半学期的活动"}
REVIEWS: list[Review] = [("approve", None), ("return", REASON)]


@pytest.mark.parametrize("person", [ZHAO, QIAN], ids=lambda person: person.name)
def test_an_approved_plan_tells_its_items(door: Door, person: Actor) -> None:
    path = submitted(door)

    plan = said_in(door.as_(person).post(f"{path}/approve"))

    assert (plan["state"], plan["state_label"]) == ("approved", "已通过")
    (said,) = door.said()
    assert isinstance(said, PlanApproved)
    assert (str(said.plan_id), said.school_id, said.school_year) == (plan["plan_id"], SCHOOL, 2026)
    assert [(str(one.item_id), one.form, one.due_on.isoformat()) for one in said.items] == [
        (one["item_id"], one["form"], one["due_on"]) for one in plan["items"]
    ]


@pytest.mark.parametrize("person", [ZHAO, QIAN], ids=lambda person: person.name)
def test_a_returned_plan_says_why_and_tells_nobody_else(door: Door, person: Actor) -> None:
    path = submitted(door)

    plan = said_in(door.as_(person).post(f"{path}/return", REASON))

    assert plan["state"] == "returned"
    assert [(one["verdict"], one["reason"], one["reviewer_id"]) for one in plan["reviews"]] == [
        ("returned", REASON["reason"], str(person.person_id))
    ]
    assert door.said() == []


@pytest.mark.parametrize("review", REVIEWS, ids=lambda review: review[0])
def test_nobody_reviews_without_signing_in(door: Door, review: Review) -> None:
    verb, body = review

    assert code_of(door.anonymous().post(f"{submitted(door)}/{verb}", body)) == (401, "not_signed_in")


@pytest.mark.parametrize("review", REVIEWS, ids=lambda review: review[0])
@pytest.mark.parametrize("person", [CHEN, WU], ids=lambda person: person.name)
def test_teachers_and_group_leaders_do_not_review(door: Door, review: Review, person: Actor) -> None:
    verb, body = review
    path = submitted(door)

    assert code_of(door.as_(person).post(f"{path}/{verb}", body)) == (403, "forbidden")
    assert shown(door, path)["state"] == "submitted"


@pytest.mark.parametrize("review", REVIEWS, ids=lambda review: review[0])
def test_another_schools_principal_finds_nothing(door: Door, review: Review) -> None:
    verb, body = review

    assert code_of(door.as_(HU).post(f"{submitted(door)}/{verb}", body)) == (404, "not_found")


@pytest.mark.parametrize("review", REVIEWS, ids=lambda review: review[0])
def test_an_unknown_plan_is_not_found(door: Door, review: Review) -> None:
    verb, body = review

    assert code_of(door.as_(ZHAO).post(f"/plans/{NOBODY}/{verb}", body)) == (404, "not_found")


def test_the_principal_may_approve_her_own_plan(door: Door) -> None:
    path = f"/plans/{said_in(door.as_(ZHAO).post('/plans', draft()))['plan_id']}"
    said_in(door.as_(ZHAO).post(f"{path}/submit"))

    assert said_in(door.as_(ZHAO).post(f"{path}/approve"))["state"] == "approved"


def test_who_moved_to_the_county_office_does_not_review_her_own_plan(door: Door) -> None:
    path = submitted(door)
    promoted = Actor(person_id=WU.person_id, name=WU.name, school_id=None, roles=QIAN.roles)

    assert code_of(door.as_(promoted).post(f"{path}/approve")) == (403, "forbidden")


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "甲" * 501}, {}, {"reason": None}])
def test_a_return_needs_its_reason(door: Door, body: object) -> None:
    assert set(wrong_fields(door.as_(ZHAO).post(f"{submitted(door)}/return", body))) == {"reason"}


@pytest.mark.parametrize("review", REVIEWS, ids=lambda review: review[0])
@pytest.mark.parametrize(("reach", "code"), [(drafted, "plan_draft"), (approved, "plan_approved")])
def test_only_a_submitted_plan_is_reviewed(door: Door, review: Review, reach: Reach, *, code: str) -> None:
    verb, body = review
    path = reach(door)
    before = door.said()

    assert code_of(door.as_(ZHAO).post(f"{path}/{verb}", body)) == (409, code)
    assert door.said() == before
