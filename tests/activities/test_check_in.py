"""Teachers check in themselves around the session; a group leader enters others."""

import pytest

from tests.activities.facts import NOBODY, announced, held
from tests.signed_in import CHEN, HU, LIN, QIAN, WU, Door, code_of, said_in, wrong_fields


def test_a_teacher_checks_in_herself(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)

    shown = said_in(door.as_(CHEN).post(f"{path}/check-ins", {}))

    assert (shown["teacher_name"], shown["entered_by"]) == ("陈老师", str(CHEN.person_id))
    assert said_in(door.as_(WU).get(path))["check_ins"] == [shown]


def test_a_full_hall_is_not_answered_with_everybody_who_came_before(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    said_in(door.as_(LIN).post(f"{path}/check-ins", {}))

    shown = said_in(door.as_(CHEN).post(f"{path}/check-ins", {}))

    assert set(shown) == {"teacher_id", "teacher_name", "entered_by", "entered_at"}
    assert shown["teacher_id"] == str(CHEN.person_id)


def test_checking_in_twice_changes_nothing(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    first = said_in(door.as_(CHEN).post(f"{path}/check-ins", {}))
    door.later(minutes=10)

    second = said_in(door.as_(WU).post(f"{path}/check-ins", {"teacher_id": str(CHEN.person_id)}))

    assert second == first


def test_a_leader_enters_others_after_the_end_too(door: Door) -> None:
    path = held(door)

    shown = said_in(door.as_(WU).post(f"{path}/check-ins", {"teacher_id": str(LIN.person_id)}))

    assert shown["entered_by"] == str(WU.person_id)


def test_nobody_checks_in_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post(f"{announced(door)}/check-ins", {})) == (401, "not_signed_in")


def test_a_teacher_may_not_enter_others(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)

    answer = door.as_(CHEN).post(f"{path}/check-ins", {"teacher_id": str(LIN.person_id)})

    assert code_of(answer) == (403, "forbidden")


def test_another_schools_teacher_finds_no_session(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)

    assert code_of(door.as_(HU).post(f"{path}/check-ins", {})) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    assert code_of(door.as_(CHEN).post(f"/sessions/{NOBODY}/check-ins", {})) == (404, "not_found")


@pytest.mark.parametrize("teacher_id", [HU.person_id, NOBODY], ids=["of another school", "of no school"])
def test_a_teacher_of_elsewhere_is_not_entered(door: Door, teacher_id: object) -> None:
    path = announced(door)
    door.later(minutes=45)

    answer = door.as_(WU).post(f"{path}/check-ins", {"teacher_id": str(teacher_id)})

    assert wrong_fields(answer) == {"teacher_id": "teacher_not_here"}


def test_the_county_office_is_no_attendee(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)

    assert wrong_fields(door.as_(QIAN).post(f"{path}/check-ins", {})) == {"teacher_id": "teacher_not_here"}


def test_wrong_fields_are_named_at_once(door: Door) -> None:
    answer = door.as_(WU).post(f"{announced(door)}/check-ins", {"teacher_id": 7, "at": "now"})

    assert wrong_fields(answer) == {"teacher_id": "not_an_id", "at": "unknown_field"}


@pytest.mark.parametrize(
    ("minutes", "code"), [(29, "check_in_not_open"), (181, "check_in_closed")], ids=["early", "late"]
)
def test_check_in_is_open_around_the_session_only(door: Door, minutes: int, code: str) -> None:
    path = announced(door)
    door.later(minutes=minutes)

    assert code_of(door.as_(CHEN).post(f"{path}/check-ins", {})) == (409, code)


def test_a_cancelled_session_takes_nobody_in(door: Door) -> None:
    path = announced(door)
    said_in(door.as_(WU).post(f"{path}/cancel"))
    door.later(minutes=45)

    assert code_of(door.as_(CHEN).post(f"{path}/check-ins", {})) == (409, "session_cancelled")
