"""A draft or a returned plan is written anew; what was there before stays on record."""

import pytest

from shared.auth import Actor
from shared.events.plans import PlanApproved
from tests.plans.facts import NOBODY, Reach, approved, draft, drafted, item, shown, submitted
from tests.signed_in import (
    CHEN,
    HU,
    QIAN,
    SCHOOL,
    WU,
    ZHAO,
    Door,
    code_of,
    said_in,
    wrong_fields,
)

NEW = draft(title="语文组研训计划（修订）", items=[item(topic="课例研究")])


ZHENG = Actor(person_id=NOBODY, name="郑老师", school_id=SCHOOL, roles=WU.roles)
"""A second group leader of the school."""


def returned(door: Door) -> str:
    """The path of a plan Zhao gave back."""
    path = submitted(door)
    said_in(door.as_(ZHAO).post(f"{path}/return", {"reason": "请补充上半学期的活动"}))
    return path


def test_a_returned_plan_is_revised_and_is_a_draft_again(door: Door) -> None:
    path = returned(door)

    plan = said_in(door.as_(WU).post(f"{path}/revisions", NEW))

    assert (plan["state"], plan["revision_no"], plan["title"]) == ("draft", 2, "语文组研训计划（修订）")
    assert [one["topic"] for one in plan["items"]] == ["课例研究"]
    assert [(one["revision_no"], one["verdict"]) for one in plan["reviews"]] == [(1, "returned")]
    assert len(door.rows("plan_items")) == 3


def test_a_revised_plan_can_be_submitted_and_approved(door: Door) -> None:
    path = returned(door)
    said_in(door.as_(WU).post(f"{path}/revisions", NEW))

    said_in(door.as_(WU).post(f"{path}/submit"))
    said_in(door.as_(ZHAO).post(f"{path}/approve"))

    plan = shown(door, path)
    assert [(one["revision_no"], one["verdict"]) for one in plan["reviews"]] == [
        (1, "returned"),
        (2, "approved"),
    ]
    (said,) = door.said()
    assert isinstance(said, PlanApproved)
    assert [str(one.item_id) for one in said.items] == [one["item_id"] for one in plan["items"]]


def test_the_principal_may_revise_what_a_leader_drafted(door: Door) -> None:
    assert said_in(door.as_(ZHAO).post(f"{drafted(door)}/revisions", NEW))["revision_no"] == 2


def test_nobody_revises_without_signing_in(door: Door) -> None:
    answer = door.anonymous().post(f"{drafted(door)}/revisions", NEW)

    assert code_of(answer) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN, ZHENG], ids=lambda person: person.name)
def test_only_the_author_or_her_superiors_may_revise(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post(f"{drafted(door)}/revisions", NEW)) == (403, "forbidden")


def test_another_schools_principal_finds_nothing(door: Door) -> None:
    assert code_of(door.as_(HU).post(f"{drafted(door)}/revisions", NEW)) == (404, "not_found")


def test_an_unknown_plan_is_not_found(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"/plans/{NOBODY}/revisions", NEW)) == (404, "not_found")


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    answer = door.as_(WU).post(f"{drafted(door)}/revisions", {"items": [], "plan_id": str(NOBODY)})

    assert set(wrong_fields(answer)) == {"school_year", "title", "items", "plan_id"}


@pytest.mark.parametrize(("reach", "code"), [(submitted, "plan_submitted"), (approved, "plan_approved")])
def test_a_plan_under_review_or_approved_stands(door: Door, reach: Reach, code: str) -> None:
    path = reach(door)

    assert code_of(door.as_(WU).post(f"{path}/revisions", NEW)) == (409, code)
    assert shown(door, path)["revision_no"] == 1


def test_the_same_key_revises_once(door: Door) -> None:
    path = drafted(door)

    answers = [said_in(door.as_(WU).post(f"{path}/revisions", NEW, key="eins")) for _ in range(2)]

    assert [answer["revision_no"] for answer in answers] == [2, 2]
