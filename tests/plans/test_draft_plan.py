"""A plan is drafted by those who lead a school's sessions, with one to five hundred items of its year."""

from dataclasses import replace

import pytest

from shared.auth import Actor
from tests.plans.facts import draft, item
from tests.signed_in import CHEN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields


@pytest.mark.parametrize("person", [WU, ZHAO], ids=lambda person: person.name)
def test_a_plan_is_drafted_with_its_items_in_order(door: Door, person: Actor) -> None:
    plan = said_in(door.as_(person).post("/plans", draft()))

    assert (plan["state"], plan["state_label"], plan["revision_no"]) == ("draft", "草稿", 1)
    assert (plan["school_id"], plan["author_id"]) == (str(SCHOOL), str(person.person_id))
    assert [(one["topic"], one["state"], one["state_label"]) for one in plan["items"]] == [
        ("如何观察一节课", "scheduled", "已计划"),
        ("读书沙龙", "scheduled", "已计划"),
    ]
    assert door.said() == []


def test_nobody_drafts_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post("/plans", draft())) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_draft(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post("/plans", draft())) == (403, "forbidden")
    assert door.rows("plans") == []


def test_a_leader_without_a_school_has_none_to_plan_for(door: Door) -> None:
    nowhere = replace(WU, school_id=None)

    assert code_of(door.as_(nowhere).post("/plans", draft())) == (403, "forbidden")


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    body = {
        "school_year": 1999,
        "title": "",
        "items": [item(form="Lecture"), item(topic="甲" * 201), item(due_on="2025-02-30", done=True), {}],
        "state": "approved",
    }

    assert wrong_fields(door.as_(WU).post("/plans", body)) == {
        "school_year": "out_of_range",
        "title": "wrong_length",
        "items.0.form": "invalid",
        "items.1.topic": "wrong_length",
        "items.2.due_on": "not_a_date",
        "items.2.done": "unknown_field",
        "items.3.form": "required",
        "items.3.topic": "required",
        "items.3.due_on": "required",
        "state": "unknown_field",
    }


@pytest.mark.parametrize("count", [0, 501, 8000])
def test_a_plan_of_no_item_or_too_many_is_refused(door: Door, count: int) -> None:
    answer = door.as_(WU).post("/plans", draft(items=[item()] * count))

    assert set(wrong_fields(answer)) == {"items"}


@pytest.mark.parametrize("count", [1, 500])
def test_a_plan_has_one_to_five_hundred_items(door: Door, count: int) -> None:
    plan = said_in(door.as_(WU).post("/plans", draft(items=[item()] * count)))

    assert len(plan["items"]) == count


@pytest.mark.parametrize("due_on", ["2026-09-01", "2027-08-31"])
def test_the_first_and_the_last_day_are_of_the_school_year(door: Door, due_on: str) -> None:
    assert door.as_(WU).post("/plans", draft(items=[item(due_on=due_on)])).status_code == 201


@pytest.mark.parametrize("due_on", ["2026-08-31", "2027-09-01", "1900-01-01"])
def test_a_day_outside_the_school_year_is_named(door: Door, due_on: str) -> None:
    answer = door.as_(WU).post("/plans", draft(items=[item(), item(due_on=due_on)]))

    assert wrong_fields(answer) == {"items.1.due_on": "invalid"}
    assert "学年" in answer.text


@pytest.mark.parametrize(
    "due_on", ["2026/10/3", "26-10-3", "下周三", "9999-12-31", "0001-01-01", 20261003, None]
)
def test_a_day_is_written_in_one_way(door: Door, due_on: object) -> None:
    answer = door.as_(WU).post("/plans", draft(items=[item(due_on=due_on)]))

    assert set(wrong_fields(answer)) == {"items.0.due_on"}


@pytest.mark.parametrize("school_year", [True, "2026", 2026.5, 10**17, -2026, None])
def test_a_school_year_is_a_number_of_our_time(door: Door, school_year: object) -> None:
    answer = door.as_(WU).post("/plans", draft(school_year=school_year))

    assert set(wrong_fields(answer)) == {"school_year"}


def test_the_same_key_drafts_once(door: Door) -> None:
    first, second = (door.as_(WU).post("/plans", draft(), key="eins") for _ in range(2))

    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert len(door.rows("plans")) == 1


def test_a_key_is_needed(door: Door) -> None:
    answer = door.as_(WU).post_without_key("/plans", draft())

    assert code_of(answer) == (400, "idempotency_key_missing")
