"""The county office opens a school."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from shared.events.directory import SchoolOpened
from shared.vocabulary import SchoolStage
from tests.signed_in import HU, QIAN, ZHAO, Door, code_of, said_in, wrong_fields

SHUANGQIAO: dict[str, Any] = {
    "name": "双桥镇中学",
    "stage": "junior",
    "township": "双桥镇",
    "opened_on": "2026-09-01",
}
UNSAID = {
    "version": 0,
    "code": None,
    "short_name": None,
    "category": "other",
    "central_school_id": None,
    "closed_on": None,
}


def test_an_opened_school_is_answered_and_said(door: Door) -> None:
    answer = door.as_(QIAN).post("/schools", SHUANGQIAO)

    assert answer.status_code == 201
    school = said_in(answer)
    ids = {name: school[name] for name in ("school_id", "district_id")}
    assert school == SHUANGQIAO | UNSAID | ids
    assert door.said() == [
        SchoolOpened(
            school_id=UUID(school["school_id"]),
            name="双桥镇中学",
            stage=SchoolStage.JUNIOR,
            township="双桥镇",
            opened_on=date(2026, 9, 1),
        )
    ]


def test_who_is_not_signed_in_opens_none(door: Door) -> None:
    assert code_of(door.anonymous().post("/schools", SHUANGQIAO)) == (401, "not_signed_in")


@pytest.mark.parametrize("somebody", [ZHAO, HU])
def test_a_school_opens_no_school(door: Door, somebody: Any) -> None:
    assert code_of(door.as_(somebody).post("/schools", SHUANGQIAO)) == (403, "forbidden")
    assert door.said() == []


def test_every_wrong_field_of_a_school_is_named(door: Door) -> None:
    answer = door.as_(QIAN).post(
        "/schools",
        {"name": "校", "stage": "university", "township": "", "opened_on": "2026-13-01", "code": 1},
    )

    assert set(wrong_fields(answer)) == {"name", "stage", "township", "opened_on", "code"}


def test_a_school_opened_twice_is_opened_once(door: Door) -> None:
    first = door.as_(QIAN).post("/schools", SHUANGQIAO, key="k")
    second = door.as_(QIAN).post("/schools", SHUANGQIAO, key="k")

    assert first.json == second.json
    assert len(door.said()) == 1


@pytest.mark.parametrize("name", ["青石镇中心小学", "青石镇 中心小学", "县实验小学"])
def test_a_name_a_reader_would_take_for_another_is_refused(door: Door, name: str) -> None:
    answer = door.as_(QIAN).post("/schools", SHUANGQIAO | {"name": name})

    assert code_of(answer) == (409, "school_name_taken")
    assert door.said() == []


@pytest.mark.parametrize("opened_on", ["1949-10-01", "2028-09-01"])
def test_an_opening_day_no_register_would_hold_is_refused(door: Door, opened_on: str) -> None:
    answer = door.as_(QIAN).post("/schools", SHUANGQIAO | {"opened_on": opened_on})

    assert code_of(answer) == (409, "day_out_of_range")
