"""Pairings are shown to those within reach."""

from uuid import uuid4

import pytest

from shared.auth import Actor
from tests.directory.test_start_pairing import pair
from tests.signed_in import (
    CHEN,
    HU,
    LIN,
    OTHER_SCHOOL,
    QIAN,
    SCHOOL,
    WU,
    ZHAO,
    Door,
    code_of,
    said_in,
    wrong_fields,
)


@pytest.fixture
def three(door: Door) -> list[str]:
    """Lin and Chen until October, Wu and Chen since, Lin and Wu all along."""
    zhao = door.as_(ZHAO)
    ids = [
        said_in(zhao.post("/pairings", pair(*two)))["pairing_id"]
        for two in ((LIN, CHEN), (WU, CHEN, "2026-10-01"), (LIN, WU))
    ]
    zhao.post(f"/pairings/{ids[0]}/end", {"ended_on": "2026-10-01"})
    return ids


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("", {0, 1, 2}),
        ("?on=2026-09-30", {0, 2}),
        ("?on=2026-10-01", {1, 2}),
        ("?on=2026-08-31", set()),
        (f"?teacher_id={LIN.person_id}", {0, 2}),
        (f"?teacher_id={CHEN.person_id}&on=2026-10-01", {1}),
        (f"?school_id={SCHOOL}", {0, 1, 2}),
        (f"?school_id={OTHER_SCHOOL}", set()),
    ],
)
def test_pairings_are_found_by_day_person_and_school(
    door: Door, three: list[str], query: str, which: set[int]
) -> None:
    found = said_in(door.as_(ZHAO).get(f"/pairings{query}"))["items"]

    assert {pairing["pairing_id"] for pairing in found} == {three[number] for number in which}


@pytest.mark.parametrize(("somebody", "which"), [(CHEN, {0, 1}), (LIN, {0, 2}), (WU, {1, 2})])
def test_a_teacher_sees_her_own_pairings_only(
    door: Door, three: list[str], somebody: Actor, which: set[int]
) -> None:
    found = said_in(door.as_(somebody).get("/pairings"))["items"]

    assert {pairing["pairing_id"] for pairing in found} == {three[number] for number in which}


def test_pairings_come_page_by_page(door: Door, three: list[str]) -> None:
    qian, seen, cursor = door.as_(QIAN), [], ""
    while cursor is not None:
        page = said_in(qian.get(f"/pairings?limit=2{cursor and '&cursor=' + cursor}"))
        seen += [pairing["pairing_id"] for pairing in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(seen) == sorted(three)


@pytest.mark.usefixtures("three")
def test_another_schools_pairings_are_not_shown(door: Door) -> None:
    hu = door.as_(HU)

    assert said_in(hu.get("/pairings"))["items"] == []
    assert said_in(hu.get(f"/pairings?school_id={SCHOOL}"))["items"] == []


def test_one_pairing_is_shown_to_its_school_alone(door: Door, three: list[str]) -> None:
    path = f"/pairings/{three[0]}"

    assert said_in(door.as_(CHEN).get(path))["ended_on"] == "2026-10-01"
    assert code_of(door.as_(HU).get(path)) == (404, "not_found")
    assert code_of(door.as_(CHEN).get(f"/pairings/{uuid4()}")) == (404, "not_found")


def test_who_is_not_signed_in_sees_none(door: Door) -> None:
    assert code_of(door.anonymous().get("/pairings")) == (401, "not_signed_in")


def test_every_wrong_parameter_is_named(door: Door) -> None:
    answer = door.as_(ZHAO).get("/pairings?on=2026-13-01&teacher_id=%00&school_id=x&limit=-1")

    assert set(wrong_fields(answer)) == {"on", "teacher_id", "school_id", "limit"}
