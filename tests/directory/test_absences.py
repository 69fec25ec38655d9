"""Absences hold by day; who leaves for good is let in no more, and may come back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from shared.events.directory import AccessRevoked, TeacherChanged
from tests.directory.register import NOW, PASSWORD
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in
from tests.signed_in import wrong_fields as wrong

SICK = {
    "kind": "sick_leave",
    "starts_on": "2026-10-01",
    "ends_on": "2026-11-01",
    "document": "教病2026-3号",
}
RETIRED = {"kind": "retired", "starts_on": "2026-10-01"}
RIGHT = {"username": "lin", "password": PASSWORD}


def enter(door: Door, absence: dict[str, Any], *, of: Any = LIN, by: Any = ZHAO) -> TestResponse:
    return door.as_(by).post(f"/people/{of.person_id}/absences", absence)


def entered(door: Door, absence: dict[str, Any], *, of: Any = LIN) -> str:
    return str(said_in(enter(door, absence, of=of))["absence_id"])


def back(door: Door, absence: str, day: str, *, by: Any = ZHAO) -> TestResponse:
    return door.as_(by).post(f"/absences/{absence}/return", {"returned_on": day})


def absent(door: Door, day: str, *, by: Any = ZHAO, known_at: str = "") -> list[tuple[str, str]]:
    known = f"&known_at={known_at}" if known_at else ""
    page = said_in(door.as_(by).get(f"/absences?on={day}{known}"))
    return [(one["name"], one["kind"]) for one in page["items"]]


def teaches(door: Door, day: str) -> bool:
    page = said_in(door.as_(QIAN).get(f"/schools/{SCHOOL}/teachers?on={day}"))
    return str(LIN.person_id) in {one["person_id"] for one in page["items"]}


# --- for a time


def test_an_absence_holds_for_its_days(door: Door) -> None:
    entered(door, SICK)

    assert absent(door, "2026-09-30") == []
    assert absent(door, "2026-10-01") == [("林老师", "sick_leave")]
    assert absent(door, "2026-11-01") == []
    assert teaches(door, "2026-10-14")
    assert door.said() == []


def test_an_early_return_ends_an_absence_and_the_old_end_stays_known(door: Door) -> None:
    absence = entered(door, SICK)
    door.later(days=1)

    assert back(door, absence, "2026-10-20").status_code == 204

    assert absent(door, "2026-10-19") == [("林老师", "sick_leave")]
    assert absent(door, "2026-10-20") == []
    then = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert absent(door, "2026-10-20", known_at=then) == [("林老师", "sick_leave")]


def test_an_absence_entered_by_mistake_was_never_there(door: Door) -> None:
    back(door, entered(door, SICK), "2026-10-01")

    assert absent(door, "2026-10-14") == []


def test_an_absence_is_corrected_whole(door: Door) -> None:
    absence = entered(door, SICK)

    better = {"kind": "maternity_leave", "starts_on": "2026-09-01", "ends_on": "2027-01-01"}
    said_in(door.as_(ZHAO).post(f"/absences/{absence}/correct", better))

    assert absent(door, "2026-09-01") == [("林老师", "maternity_leave")]
    assert absent(door, "2026-12-31") == [("林老师", "maternity_leave")]
    assert code_of(back(door, absence, "2026-10-20")) == (404, "not_found")


def test_nobody_is_absent_twice_on_a_day(door: Door) -> None:
    entered(door, SICK)

    answer = enter(door, {"kind": "personal_leave", "starts_on": "2026-10-31", "ends_on": "2026-11-03"})

    assert code_of(answer) == (409, "already_absent")


@pytest.mark.parametrize(
    ("absence", "code"),
    [
        ({"kind": "retired", "starts_on": "2026-10-01", "ends_on": "2027-10-01"}, "absence_for_good"),
        ({"kind": "long_training", "starts_on": "2026-10-01"}, "absence_needs_an_end"),
        ({"kind": "sick_leave", "starts_on": "2026-10-01", "ends_on": "2026-10-01"}, "period_empty"),
        ({"kind": "sick_leave", "starts_on": "2030-10-01"}, "day_out_of_range"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(door: Door, absence: dict[str, Any], code: str) -> None:
    assert code_of(enter(door, absence)) == (409, code)


@pytest.mark.parametrize("day", ["2026-09-30", "2026-11-01"])
def test_a_return_lies_within_the_absence(door: Door, day: str) -> None:
    assert code_of(back(door, entered(door, SICK), day)) == (409, "return_outside_absence")


def test_one_sees_ones_own_absences_and_no_colleagues(door: Door) -> None:
    entered(door, SICK)
    path = f"/people/{LIN.person_id}/absences"

    own = said_in(door.as_(LIN).get(path))["items"]

    assert [(one["kind"], one["document"]) for one in own] == [("sick_leave", "教病2026-3号")]
    assert code_of(door.as_(CHEN).get(path)) == (403, "forbidden")
    assert code_of(door.as_(CHEN).get("/absences")) == (403, "forbidden")
    assert len(said_in(door.as_(QIAN).get(path))["items"]) == 1


# --- for good


def test_who_retires_leaves_everything_on_that_day(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(seconds=1)

    absence = entered(door, RETIRED)

    assert absence
    assert teaches(door, "2026-09-30")
    assert not teaches(door, "2026-10-01")
    assert absent(door, "2026-10-14") == [("林老师", "retired")]
    assert code_of(lin.get("/me")) == (401, "token_revoked")
    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (401, "wrong_credentials")
    assert [type(said) for said in door.said()] == [TeacherChanged, AccessRevoked]


def test_who_retires_on_a_day_to_come_works_until_then(door: Door) -> None:
    entered(door, RETIRED | {"starts_on": "2026-10-16"})

    assert door.anonymous().post("/sign-in", RIGHT).status_code == 200
    door.later(days=2)
    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (403, "no_post")


def test_a_retirement_taken_back_leaves_everything_as_it_was(door: Door) -> None:
    absence = entered(door, RETIRED)
    door.later(days=1)

    assert back(door, absence, "2026-10-01").status_code == 204

    assert teaches(door, "2026-10-14")
    assert absent(door, "2026-10-14") == []
    assert door.anonymous().post("/sign-in", RIGHT).status_code == 200


def test_who_comes_back_later_is_a_teacher_there_again(door: Door) -> None:
    absence = entered(door, RETIRED | {"kind": "resigned"}, of=WU)

    assert back(door, absence, "2026-10-12").status_code == 204

    posts = said_in(door.as_(ZHAO).get(f"/posts?person_id={WU.person_id}"))["items"]
    assert [(one["role"], one["starts_on"]) for one in posts] == [("teacher", "2026-10-12")]
    assert absent(door, "2026-10-11") == [("吴老师", "resigned")]
    assert absent(door, "2026-10-12") == []


def test_sick_leave_ends_where_retirement_begins(door: Door) -> None:
    entered(door, SICK)
    entered(door, RETIRED | {"starts_on": "2026-10-10"})

    assert absent(door, "2026-10-09") == [("林老师", "sick_leave")]
    assert absent(door, "2026-10-10") == [("林老师", "retired")]


def test_nobody_retires_twice_and_no_retirement_is_corrected_in_place(door: Door) -> None:
    absence = entered(door, RETIRED)

    assert code_of(enter(door, RETIRED | {"kind": "resigned"})) == (409, "already_absent")
    corrected = door.as_(ZHAO).post(f"/absences/{absence}/correct", SICK)
    assert code_of(corrected) == (409, "correct_by_returning")


def test_death_is_taken_back_as_a_mistake_alone(door: Door) -> None:
    absence = entered(door, RETIRED | {"kind": "deceased"})

    assert code_of(back(door, absence, "2026-10-12")) == (409, "return_from_death")
    assert back(door, absence, "2026-10-01").status_code == 204
    assert teaches(door, "2026-10-14")


def test_an_account_closed_for_another_reason_stays_closed(door: Door) -> None:
    door.as_(ZHAO).post(f"/people/{LIN.person_id}/disable-account")
    door.later(days=1)
    absence = entered(door, RETIRED)
    back(door, absence, "2026-10-01")

    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (401, "wrong_credentials")


# --- who may


def test_a_principal_is_retired_by_the_county_alone(door: Door) -> None:
    assert code_of(enter(door, RETIRED, of=ZHAO, by=ZHAO)) == (409, "own_post")
    assert code_of(enter(door, RETIRED, of=CHEN, by=CHEN)) == (403, "forbidden")
    assert enter(door, RETIRED, of=ZHAO, by=QIAN).status_code == 201


def test_another_schools_people_are_not_there(door: Door) -> None:
    absence = entered(door, SICK)
    hu = door.as_(HU)

    another, none = (hu.post(f"/people/{one}/absences", SICK) for one in (LIN.person_id, uuid4()))
    assert code_of(another) == (404, "not_found")
    assert another.json == none.json
    assert code_of(back(door, absence, "2026-10-20", by=HU)) == (404, "not_found")
    assert code_of(hu.post(f"/absences/{absence}/correct", SICK)) == (404, "not_found")
    assert code_of(hu.get(f"/people/{LIN.person_id}/absences")) == (404, "not_found")
    assert said_in(hu.get("/absences?on=2026-10-14"))["items"] == []


def test_who_is_not_signed_in_enters_nothing(door: Door) -> None:
    answer = door.anonymous().post(f"/people/{LIN.person_id}/absences", SICK)

    assert code_of(answer) == (401, "not_signed_in")


def test_every_wrong_field_of_an_absence_is_named(door: Door) -> None:
    answer = enter(door, {"kind": "holiday", "ends_on": "soon", "document": ""})

    assert set(wrong(answer)) == {"kind", "starts_on", "ends_on", "document"}


def test_an_absence_sent_twice_is_entered_once(door: Door) -> None:
    path = f"/people/{LIN.person_id}/absences"

    first, second = (door.as_(ZHAO).post(path, SICK, key="k") for _ in range(2))

    assert first.json == second.json
    assert absent(door, "2026-10-14") == [("林老师", "sick_leave")]
