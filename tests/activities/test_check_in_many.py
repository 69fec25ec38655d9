"""Many are checked in with one request: by the rules of a single check-in, all of them or nobody."""

from datetime import date

import pytest

from shared.auth import Actor
from shared.events.directory import Belonging, TeacherChanged
from shared.vocabulary import MembershipKind
from tests.activities.facts import (
    NOBODY,
    announced,
    checks,
    counted,
    crowd,
    held,
)
from tests.signed_in import (
    CHEN,
    HU,
    LIN,
    OTHER_SCHOOL,
    QIAN,
    SCHOOL,
    SUN,
    WU,
    ZHAO,
    Door,
    code_of,
    said_in,
    wrong_fields,
)

EVENING = "2026-10-14T19:00:00+08:00"


def there(door: Door, path: str) -> set[tuple[str, str]]:
    """Who checked in to a session, and through whom."""
    shown = said_in(door.as_(ZHAO).get(path))["check_ins"]
    return {(one["teacher_id"], one["entered_by"]) for one in shown}


def test_a_list_of_two_sessions_is_entered_at_once(door: Door) -> None:
    first, second = announced(door), announced(door, starts_at="2026-10-14T15:30:00+08:00")
    door.later(minutes=75)

    answer = door.as_(WU).post(
        "/check-ins",
        checks((first, CHEN.person_id), (second, LIN.person_id), (second, CHEN.person_id), (first, None)),
    )

    assert (answer.status_code, answer.json) == (201, {"entered": 4, "known": 0})
    chen, lin, wu = (str(one.person_id) for one in (CHEN, LIN, WU))
    assert there(door, first) == {(chen, wu), (wu, wu)}
    assert there(door, second) == {(chen, wu), (lin, wu)}


def test_who_is_there_already_stays_as_she_is(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    said_in(door.as_(CHEN).post(f"{path}/check-ins", {}))
    door.later(minutes=10)

    answer = door.as_(WU).post("/check-ins", checks((path, CHEN.person_id), (path, LIN.person_id)))

    assert answer.json == {"entered": 1, "known": 1}
    assert (str(CHEN.person_id), str(CHEN.person_id)) in there(door, path)


def test_a_teacher_sends_her_own_check_ins_of_a_day(door: Door) -> None:
    first, second = announced(door), announced(door, starts_at="2026-10-14T15:30:00+08:00")
    door.later(minutes=75)

    answer = door.as_(CHEN).post("/check-ins", checks((first, None), (second, CHEN.person_id)))

    assert answer.json == {"entered": 2, "known": 0}


def test_five_hundred_are_entered_and_a_leader_may_do_it_after_the_end(door: Door) -> None:
    path, everybody = held(door), crowd(door, 500)

    answer = door.as_(WU).post("/check-ins", checks(*((path, one) for one in everybody)))

    assert answer.json == {"entered": 500, "known": 0}
    assert {teacher_id for teacher_id, _ in there(door, path)} == {str(one) for one in everybody}


def test_a_long_list_asks_the_database_no_more_often_than_a_short_one(door: Door) -> None:
    paths = [announced(door, starts_at=f"2026-10-14T15:{minute:02}:00+08:00") for minute in range(10)]
    everybody = crowd(door, 51)
    door.later(minutes=75)
    wu = door.as_(WU)

    with counted(door) as few:
        said_in(wu.post("/check-ins", checks((paths[0], everybody[50]))))
    with counted(door) as many:
        said_in(wu.post("/check-ins", checks(*((path, one) for path in paths for one in everybody[:50]))))

    assert len(many) == len(few)
    assert len(door.rows("check_ins")) == 501


def test_a_list_sent_again_with_its_key_is_answered_alike(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    body = checks((path, CHEN.person_id), (path, LIN.person_id))

    answers = [door.as_(WU).post("/check-ins", body, key="eins") for _ in range(2)]

    assert [(answer.status_code, answer.json) for answer in answers] == [
        (201, {"entered": 2, "known": 0})
    ] * 2


def test_another_list_under_the_same_key_is_refused(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    said_in(door.as_(WU).post("/check-ins", checks((path, CHEN.person_id)), key="eins"))

    answer = door.as_(WU).post("/check-ins", checks((path, LIN.person_id)), key="eins")

    assert code_of(answer) == (422, "idempotency_key_reused")
    assert len(door.rows("check_ins")) == 1


def test_a_list_needs_a_key(door: Door) -> None:
    answer = door.as_(WU).post_without_key("/check-ins", checks((announced(door), CHEN.person_id)))

    assert code_of(answer) == (400, "idempotency_key_missing")


def test_nobody_is_entered_without_signing_in(door: Door) -> None:
    answer = door.anonymous().post("/check-ins", checks((announced(door), CHEN.person_id)))

    assert code_of(answer) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN, SUN], ids=lambda person: person.name)
def test_a_list_with_others_is_a_leaders(door: Door, person: Actor) -> None:
    path = announced(door)
    door.later(minutes=45)

    answer = door.as_(person).post("/check-ins", checks((path, None), (path, LIN.person_id)))

    assert code_of(answer) == (403, "forbidden")
    assert door.rows("check_ins") == []


def test_another_schools_session_looks_like_none(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    hu = door.as_(HU)

    theirs, none = (
        hu.post("/check-ins", checks((one, HU.person_id))) for one in (path, f"/sessions/{NOBODY}")
    )

    assert wrong_fields(theirs) == {"check_ins.0.activity_id": "session_not_found"}
    assert theirs.json == none.json
    assert door.rows("check_ins") == []


def test_who_is_sent_to_a_school_checks_in_there_in_her_time_only(door: Door) -> None:
    home, sent = (
        Belonging(school_id=school_id, kind=kind, subject="语文", starts_on=starts_on, ends_on=None)
        for school_id, kind, starts_on in (
            (OTHER_SCHOOL, MembershipKind.HOME, date(2020, 9, 1)),
            (SCHOOL, MembershipKind.SUPPORTING, door.now.date()),
        )
    )
    door.hear(
        TeacherChanged(
            teacher_id=HU.person_id, school_id=OTHER_SCHOOL, version=1, name=HU.name, belongs=(home, sent)
        )
    )
    today, before = announced(door), announced(door, starts_at="2026-10-13T15:00:00+08:00")
    door.later(minutes=45)

    answer = door.as_(HU).post("/check-ins", checks((today, None), (before, None)))

    assert wrong_fields(answer) == {"check_ins.1.activity_id": "session_not_found"}
    assert door.as_(HU).post("/check-ins", checks((today, None))).json == {"entered": 1, "known": 0}


def test_every_wrong_row_is_named_at_once_and_nobody_is_entered(door: Door) -> None:
    now, later, off = announced(door), announced(door, starts_at=EVENING), announced(door)
    said_in(door.as_(WU).post(f"{off}/cancel"))
    door.later(minutes=45)
    body = checks(
        (now, CHEN.person_id),
        (now, HU.person_id),
        (later, LIN.person_id),
        (off, NOBODY),
        (now, CHEN.person_id),
        (f"/sessions/{NOBODY}", LIN.person_id),
    )

    answer = door.as_(WU).post("/check-ins", body)

    assert code_of(answer) == (422, "teacher_not_here")
    assert wrong_fields(answer) == {
        "check_ins.1.teacher_id": "teacher_not_here",
        "check_ins.2.activity_id": "check_in_not_open",
        "check_ins.3.activity_id": "session_cancelled",
        "check_ins.3.teacher_id": "teacher_not_here",
        "check_ins.4.teacher_id": "teacher_twice",
        "check_ins.5.activity_id": "session_not_found",
    }
    assert door.rows("check_ins") == []


def test_oneself_named_and_not_named_is_twice(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)

    answer = door.as_(CHEN).post("/check-ins", checks((path, CHEN.person_id), (path, None)))

    assert wrong_fields(answer) == {"check_ins.1.teacher_id": "teacher_twice"}


def test_a_teachers_own_check_in_closes_half_an_hour_after_the_end(door: Door) -> None:
    path = announced(door)
    door.later(minutes=181)

    answer = door.as_(CHEN).post("/check-ins", checks((path, None)))

    assert wrong_fields(answer) == {"check_ins.0.activity_id": "check_in_closed"}


def test_unreadable_rows_are_named_at_once(door: Door) -> None:
    body = {
        "check_ins": [
            {"activity_id": "甲", "teacher_id": 7},
            {"teacher_id": str(CHEN.person_id), "at": "now"},
        ],
        "now": 1,
    }

    assert wrong_fields(door.as_(WU).post("/check-ins", body)) == {
        "check_ins.0.activity_id": "not_an_id",
        "check_ins.0.teacher_id": "not_an_id",
        "check_ins.1.activity_id": "required",
        "check_ins.1.at": "unknown_field",
        "now": "unknown_field",
    }


@pytest.mark.parametrize("count", [0, 501])
def test_a_list_has_one_to_five_hundred_rows(door: Door, count: int) -> None:
    row = {"activity_id": str(NOBODY), "teacher_id": str(CHEN.person_id)}

    answer = door.as_(WU).post("/check-ins", {"check_ins": [row] * count})

    assert wrong_fields(answer) == {"check_ins": "wrong_length"}


def test_the_log_says_who_entered_a_list(door: Door) -> None:
    path = announced(door)
    door.later(minutes=45)
    said_in(door.as_(WU).post("/check-ins", checks((path, CHEN.person_id), (path, LIN.person_id))))

    newest = said_in(door.as_(ZHAO).get("/audit-entries"))["items"][0]

    assert (newest["verb"], newest["actor_name"]) == ("check_in_many", WU.name)
    assert newest["counts"] == {"check_ins": {"added": 2}}
