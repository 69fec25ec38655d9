"""A school's register takes people in, all of a request or none."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.directory import TeacherJoined
from tests.directory.register import PASSWORD
from tests.signed_in import CHEN, HU, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

PATH = f"/schools/{SCHOOL}/teachers"


def newcomer(**other: Any) -> dict[str, Any]:
    return {"name": "孙老师", "subject": "数学", "joined_on": "2026-09-01", **other}


def test_those_added_are_answered_said_and_shown(door: Door) -> None:
    two = [newcomer(), newcomer(name="阿依古丽·买买提", subject="英语", roles=["group_leader"])]

    added = said_in(door.as_(ZHAO).post(PATH, {"teachers": two}))["teachers"]

    assert [one["roles"] for one in added] == [["teacher"], ["group_leader", "teacher"]]
    assert door.said() == [
        TeacherJoined(
            teacher_id=UUID(one["person_id"]),
            school_id=SCHOOL,
            name=one["name"],
            subject=one["subject"],
            joined_on=date(2026, 9, 1),
        )
        for one in added
    ]
    shown = said_in(door.as_(ZHAO).get(PATH))["items"]
    assert {one["person_id"] for one in added} <= {one["person_id"] for one in shown}


def test_who_was_given_an_account_can_sign_in_with_it(door: Door) -> None:
    login = {"username": "sun.lei", "password": "a-first-Word-9"}
    added = said_in(door.as_(ZHAO).post(PATH, {"teachers": [newcomer(**login)]}))["teachers"]

    signed_in = said_in(door.anonymous().post("/sign-in", login))

    assert signed_in["person"] == {
        "person_id": added[0]["person_id"],
        "name": "孙老师",
        "school_id": str(SCHOOL),
        "roles": ["teacher"],
    }


def test_who_joins_later_is_shown_and_admitted_from_that_day(door: Door) -> None:
    login = {"username": "sun.lei", "password": "a-first-Word-9"}
    door.as_(ZHAO).post(PATH, {"teachers": [newcomer(joined_on="2026-10-16", **login)]})
    assert len(said_in(door.as_(ZHAO).get(PATH))["items"]) == 4
    assert code_of(door.anonymous().post("/sign-in", login)) == (403, "no_post")

    door.later(days=2)

    assert len(said_in(door.as_(ZHAO).get(PATH))["items"]) == 5
    assert door.anonymous().post("/sign-in", login).status_code == 200


def test_who_is_not_signed_in_adds_nobody(door: Door) -> None:
    assert code_of(door.anonymous().post(PATH, {"teachers": [newcomer()]})) == (401, "not_signed_in")


def test_another_school_and_none_look_the_same(door: Door) -> None:
    another = door.as_(HU).post(PATH, {"teachers": [newcomer()]})
    none = door.as_(HU).post(f"/schools/{uuid4()}/teachers", {"teachers": [newcomer()]})

    assert code_of(another) == (404, "not_found")
    assert another.json == none.json
    assert door.said() == []


@pytest.mark.parametrize("somebody", [CHEN, WU])
def test_a_teacher_adds_nobody(door: Door, somebody: Any) -> None:
    assert code_of(door.as_(somebody).post(PATH, {"teachers": [newcomer()]})) == (403, "forbidden")


def test_nobody_gives_a_post_as_high_as_their_own(door: Door) -> None:
    teachers = {"teachers": [newcomer(roles=["principal"])]}

    assert code_of(door.as_(ZHAO).post(PATH, teachers)) == (403, "forbidden")
    assert door.as_(QIAN).post(PATH, teachers).status_code == 201


def test_nobody_is_made_a_county_officer_here(door: Door) -> None:
    answer = door.as_(QIAN).post(PATH, {"teachers": [newcomer(roles=["county_officer"])]})

    assert set(wrong_fields(answer)) == {"teachers.0.roles.0"}


def test_every_wrong_field_of_everybody_is_named(door: Door) -> None:
    answer = door.as_(ZHAO).post(
        PATH,
        {
            "teachers": [
                newcomer(),
                {"subject": 7, "joined_on": "明天", "roles": []},
                newcomer(name="字" * 65, school_id=str(SCHOOL), username="Sun Lei"),
                newcomer(username="sun.lei"),
                newcomer(password="a-first-Word-9"),
            ]
        },
    )

    assert set(wrong_fields(answer)) == {
        "teachers.1.name",
        "teachers.1.subject",
        "teachers.1.joined_on",
        "teachers.1.roles",
        "teachers.2.name",
        "teachers.2.school_id",
        "teachers.2.username",
        "teachers.3.password",
        "teachers.4.username",
    }


@pytest.mark.parametrize(
    "password", ["short-1", "13800001234567", "aaaaaaaaaaaa", "sun.lei-2026", "x孙老师-2026-y", "x" * 129]
)
def test_a_password_a_colleague_would_guess_is_refused(door: Door, password: str) -> None:
    answer = door.as_(ZHAO).post(PATH, {"teachers": [newcomer(username="sun.lei", password=password)]})

    assert set(wrong_fields(answer)) == {"teachers.0.password"}


@pytest.mark.parametrize("count", [0, 501])
def test_a_request_has_one_to_five_hundred_people(door: Door, count: int) -> None:
    assert set(wrong_fields(door.as_(ZHAO).post(PATH, {"teachers": [newcomer()] * count}))) == {"teachers"}


def test_five_hundred_people_are_added_at_once(door: Door) -> None:
    answer = door.as_(ZHAO).post(PATH, {"teachers": [newcomer()] * 500})

    assert len(said_in(answer)["teachers"]) == 500
    assert len(door.said()) == 500


def test_no_more_passwords_than_can_be_hashed_while_somebody_waits(door: Door) -> None:
    many = [newcomer(username=f"sun{number}", password=PASSWORD) for number in range(51)]

    assert set(wrong_fields(door.as_(ZHAO).post(PATH, {"teachers": many}))) == {"teachers"}


def test_those_added_twice_are_added_once(door: Door) -> None:
    first = door.as_(ZHAO).post(PATH, {"teachers": [newcomer()]}, key="k")
    second = door.as_(ZHAO).post(PATH, {"teachers": [newcomer()]}, key="k")

    assert first.json == second.json
    assert len(door.said()) == 1


def test_a_username_somebody_has_is_refused_and_nobody_is_added(door: Door) -> None:
    two = [newcomer(), newcomer(username="lin", password="a-first-Word-9")]

    answer = door.as_(ZHAO).post(PATH, {"teachers": two})

    assert code_of(answer) == (409, "username_taken")
    assert answer.json is not None
    assert "lin" in answer.json["title"]
    assert door.said() == []


def test_a_username_twice_in_a_request_is_refused(door: Door) -> None:
    two = [newcomer(username="sun", password="a-first-Word-9")] * 2

    assert set(wrong_fields(door.as_(ZHAO).post(PATH, {"teachers": two}))) == {"teachers"}


def test_a_joining_day_no_register_would_hold_is_refused(door: Door) -> None:
    answer = door.as_(ZHAO).post(PATH, {"teachers": [newcomer(joined_on="2028-09-01")]})

    assert code_of(answer) == (409, "day_out_of_range")
