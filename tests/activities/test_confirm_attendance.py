"""Attendance is confirmed after the checks, once, for teachers of the school."""

from uuid import UUID

import pytest

from shared.auth import Actor
from shared.events.activities import ATTENDEES_PER_EVENT_MAX, AttendanceConfirmed
from shared.vocabulary import SessionRole
from tests.activities.facts import (
    ITEM,
    NOBODY,
    RECORD,
    announced,
    attendees,
    confirmed,
    crowd,
    held,
    recorded,
    row,
)
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

HALF_PAST_THREE = "2026-10-14T15:30:00+08:00"


def confirmations(door: Door) -> list[AttendanceConfirmed]:
    """What was said of attendance."""
    return [event for event in door.said() if isinstance(event, AttendanceConfirmed)]


def test_attendance_of_a_held_session_is_confirmed(door: Door) -> None:
    path = recorded(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees())

    assert (answer.status_code, answer.json) == (201, {"confirmed": 2})
    (said,) = confirmations(door)
    assert (said.school_id, said.form, said.plan_item_id) == (SCHOOL, "topic_lecture", ITEM)
    assert said.held_on.isoformat() == "2026-10-14"
    assert {(one.teacher_id, one.minutes, one.role, one.round_no) for one in said.attendees} == {
        (LIN.person_id, 90, SessionRole.SPEAKER, 1),
        (CHEN.person_id, 90, SessionRole.PARTICIPANT, 1),
    }


def test_the_session_shows_who_was_there(door: Door) -> None:
    path = confirmed(door)

    shown = said_in(door.as_(CHEN).get(path))

    assert [(one["teacher_name"], one["role_label"], one["revoked_at"]) for one in shown["attendees"]] == [
        ("林老师", "主讲人", None),
        ("陈老师", "参与者", None),
    ]


def test_nobody_confirms_without_signing_in(door: Door) -> None:
    path = recorded(door)

    assert code_of(door.anonymous().post(f"{path}/attendance", attendees())) == (401, "not_signed_in")


def test_another_schools_leader_finds_nothing(door: Door) -> None:
    path = recorded(door)

    assert code_of(door.as_(HU).post(f"{path}/attendance", attendees())) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    answer = door.as_(WU).post(f"/sessions/{NOBODY}/attendance", attendees())

    assert code_of(answer) == (404, "not_found")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_confirm(door: Door, person: Actor) -> None:
    path = recorded(door)

    assert code_of(door.as_(person).post(f"{path}/attendance", attendees())) == (403, "forbidden")
    assert confirmations(door) == []


def test_a_teacher_may_not_confirm_her_own_attendance(door: Door) -> None:
    path = recorded(door)

    answer = door.as_(CHEN).post(f"{path}/attendance", attendees(row(CHEN.person_id)))

    assert code_of(answer) == (403, "forbidden")


def test_a_leader_confirms_herself_only_together_with_others(door: Door) -> None:
    path = recorded(door)

    alone = door.as_(WU).post(f"{path}/attendance", attendees(row(WU.person_id)))
    together = door.as_(WU).post(f"{path}/attendance", attendees(row(WU.person_id), row(CHEN.person_id)))

    assert code_of(alone) == (403, "forbidden")
    assert together.json == {"confirmed": 2}


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    path = recorded(door)
    body = {
        "attendees": [
            {"teacher_id": "chen", "minutes": -5, "role": "SPEAKER", "hours": 2},
            {"minutes": 1441},
            {"teacher_id": str(CHEN.person_id), "minutes": "90"},
        ],
        "confirmed_by": str(WU.person_id),
    }

    answer = door.as_(WU).post(f"{path}/attendance", body)

    assert wrong_fields(answer) == {
        "attendees.0.teacher_id": "not_an_id",
        "attendees.0.minutes": "out_of_range",
        "attendees.0.role": "not_a_choice",
        "attendees.0.hours": "unknown_field",
        "attendees.1.teacher_id": "required",
        "attendees.1.minutes": "out_of_range",
        "attendees.2.minutes": "not_a_number",
        "confirmed_by": "unknown_field",
    }


@pytest.mark.parametrize("minutes", [0, -1, 1441, 10**9, True, 1.5, None])
def test_absurd_minutes_are_refused(door: Door, minutes: object) -> None:
    path = recorded(door)
    body = {"attendees": [{"teacher_id": str(CHEN.person_id), "minutes": minutes}]}

    assert "attendees.0.minutes" in wrong_fields(door.as_(WU).post(f"{path}/attendance", body))


def test_nobody_stays_longer_than_the_session(door: Door) -> None:
    path = recorded(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id, minutes=91)))

    assert wrong_fields(answer) == {"attendees.0.minutes": "minutes_over_length"}


def test_a_session_that_has_just_begun_is_not_confirmed_in_full(door: Door) -> None:
    path = announced(door)
    door.later(minutes=61)  # it began a minute ago
    said_in(door.as_(WU).post(f"{path}/hold"))
    said_in(door.as_(WU).post(f"{path}/record", RECORD))

    answer = door.as_(WU).post(f"{path}/attendance", attendees())

    assert wrong_fields(answer) == dict.fromkeys(
        ("attendees.0.minutes", "attendees.1.minutes"), "minutes_not_passed"
    )


def test_a_session_that_ended_early_is_confirmed_with_the_minutes_it_took(door: Door) -> None:
    path = announced(door)
    door.later(minutes=60 + 45)
    said_in(door.as_(WU).post(f"{path}/hold"))
    said_in(door.as_(WU).post(f"{path}/record", RECORD))

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id, minutes=45)))

    assert answer.json == {"confirmed": 1}


@pytest.mark.parametrize("count", [0, 5001])
def test_a_request_names_one_to_five_thousand(door: Door, count: int) -> None:
    path = recorded(door)
    body = {"attendees": [row(CHEN.person_id)] * count}

    assert set(wrong_fields(door.as_(WU).post(f"{path}/attendance", body))) == {"attendees"}


@pytest.mark.parametrize("stranger", [HU.person_id, NOBODY], ids=["of another school", "of no school"])
def test_a_teacher_of_elsewhere_is_named_and_nothing_is_kept(door: Door, stranger: UUID) -> None:
    path = recorded(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(stranger)))

    assert code_of(answer) == (422, "teacher_not_here")
    assert wrong_fields(answer) == {"attendees.1.teacher_id": "teacher_not_here"}
    assert (door.rows("attendance"), confirmations(door)) == ([], [])


def test_the_speakers_role_is_the_announced_speakers(door: Door) -> None:
    path = recorded(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id, role="speaker")))

    assert wrong_fields(answer) == {"attendees.0.role": "role_not_announced"}


def test_a_session_that_was_not_held_is_refused(door: Door) -> None:
    path = announced(door)

    assert code_of(door.as_(WU).post(f"{path}/attendance", attendees())) == (409, "session_not_held")


def test_a_cancelled_session_is_refused(door: Door) -> None:
    path = announced(door)
    door.as_(WU).post(f"{path}/cancel")

    assert code_of(door.as_(WU).post(f"{path}/attendance", attendees())) == (409, "session_cancelled")


def test_a_session_without_a_record_is_refused(door: Door) -> None:
    path = held(door)

    assert code_of(door.as_(WU).post(f"{path}/attendance", attendees())) == (409, "record_missing")


def test_confirming_twice_is_refused_and_says_nothing_more(door: Door) -> None:
    path = confirmed(door)

    assert code_of(door.as_(WU).post(f"{path}/attendance", attendees())) == (409, "already_confirmed")
    assert len(confirmations(door)) == 1


def test_only_newcomers_are_added(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(ZHAO).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(WU.person_id)))

    assert answer.json == {"confirmed": 1}
    assert [one.teacher_id for one in confirmations(door)[-1].attendees] == [WU.person_id]


def test_a_correction_of_what_is_confirmed_is_not_dropped_in_silence(door: Door) -> None:
    path = confirmed(door)
    body = attendees(row(CHEN.person_id, minutes=45), row(LIN.person_id), row(WU.person_id))

    answer = door.as_(WU).post(f"{path}/attendance", body)

    assert code_of(answer) == (422, "already_confirmed_otherwise")
    assert set(wrong_fields(answer)) == {"attendees.0.minutes", "attendees.1.role"}
    assert len(confirmations(door)) == 1


def test_a_leader_is_not_slipped_in_with_somebody_confirmed_before(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id), row(WU.person_id)))

    assert code_of(answer) == (403, "forbidden")
    assert len(confirmations(door)) == 1


def test_overlapping_sessions_do_not_pay_the_same_minutes_twice(door: Door) -> None:
    first, second = recorded(door, topic="甲"), recorded(door, topic="乙", starts_at=HALF_PAST_THREE)
    said_in(door.as_(WU).post(f"{first}/attendance", attendees()))

    answer = door.as_(WU).post(f"{second}/attendance", attendees(row(CHEN.person_id), row(WU.person_id)))

    assert code_of(answer) == (422, "overlaps")
    assert wrong_fields(answer) == {"attendees.0.minutes": "overlaps"}
    assert answer.json is not None
    assert "10月14日15:00开始的“甲”" in answer.json["errors"][0]["text"]
    assert len(confirmations(door)) == 1


def test_what_was_taken_back_leaves_room_for_the_other_session(door: Door) -> None:
    first, second = recorded(door), recorded(door, starts_at=HALF_PAST_THREE)
    said_in(door.as_(WU).post(f"{first}/attendance", attendees()))
    body = {"teacher_ids": [str(CHEN.person_id)], "reason": "当时在另一场"}
    said_in(door.as_(WU).post(f"{first}/attendance/revocations", body))

    answer = door.as_(WU).post(f"{second}/attendance", attendees(row(CHEN.person_id)))

    assert answer.json == {"confirmed": 1}


def test_who_went_from_one_session_to_the_next_is_confirmed_in_both(door: Door) -> None:
    first, second = recorded(door), recorded(door, starts_at=HALF_PAST_THREE)
    said_in(door.as_(WU).post(f"{first}/attendance", attendees(row(CHEN.person_id, minutes=40))))

    answer = door.as_(WU).post(f"{second}/attendance", attendees(row(CHEN.person_id, minutes=80)))

    assert answer.json == {"confirmed": 1}


def test_the_same_key_confirms_once_and_answers_alike(door: Door) -> None:
    path = recorded(door)

    answers = [door.as_(WU).post(f"{path}/attendance", attendees(), key="eins") for _ in range(2)]

    assert [(answer.status_code, answer.json) for answer in answers] == [(201, {"confirmed": 2})] * 2
    assert len(confirmations(door)) == 1


def test_a_large_session_leaves_in_parts_with_everybody_once(door: Door) -> None:
    path = recorded(door)
    everybody = crowd(door, 1201)

    answer = door.as_(WU).post(f"{path}/attendance", attendees(*(row(one) for one in everybody)))

    parts = [[one.teacher_id for one in event.attendees] for event in confirmations(door)]
    assert answer.json == {"confirmed": 1201}
    assert [len(part) for part in parts] == [ATTENDEES_PER_EVENT_MAX, ATTENDEES_PER_EVENT_MAX, 201]
    assert {one for part in parts for one in part} == set(everybody)
