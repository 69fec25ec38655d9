"""A draft is handed in for review."""

import pytest

from shared.auth import Actor
from tests.plans.facts import NOBODY, Reach, approved, drafted, submitted
from tests.signed_in import CHEN, HU, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in

ZHENG = Actor(person_id=NOBODY, name="郑老师", school_id=SCHOOL, roles=WU.roles)
"""A second group leader of the school."""


@pytest.mark.parametrize("person", [WU, ZHAO], ids=lambda person: person.name)
def test_a_draft_is_submitted(door: Door, person: Actor) -> None:
    path = drafted(door)
    door.later(days=1)

    plan = said_in(door.as_(person).post(f"{path}/submit"))

    assert (plan["state"], plan["submitted_at"]) == ("submitted", "2026-10-15T06:00:00+00:00")
    assert door.said() == []


def test_nobody_submits_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post(f"{drafted(door)}/submit")) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN, ZHENG], ids=lambda person: person.name)
def test_only_the_author_or_her_superiors_may_submit(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post(f"{drafted(door)}/submit")) == (403, "forbidden")


def test_another_schools_principal_finds_nothing(door: Door) -> None:
    assert code_of(door.as_(HU).post(f"{drafted(door)}/submit")) == (404, "not_found")


def test_an_unknown_plan_is_not_found(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"/plans/{NOBODY}/submit")) == (404, "not_found")


@pytest.mark.parametrize(("reach", "code"), [(submitted, "plan_submitted"), (approved, "plan_approved")])
def test_a_plan_is_submitted_once(door: Door, reach: Reach, code: str) -> None:
    assert code_of(door.as_(WU).post(f"{reach(door)}/submit")) == (409, code)
