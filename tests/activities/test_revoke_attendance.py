"""Confirmed attendance is taken back with a reason, once a round; confirming anew is another round."""

import pytest

from shared.auth import Actor
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from tests.activities.facts import NOBODY, attendees, confirmed, row
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields

REASON = "经核实当日请假"


def revocation(*people: object) -> dict[str, object]:
    """The body of a revocation; Chen's unless said otherwise."""
    return {"teacher_ids": [str(one) for one in people or [CHEN.person_id]], "reason": REASON}


def test_attendance_is_taken_back_and_the_reason_is_shown(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(WU).post(f"{path}/attendance/revocations", revocation())

    assert (answer.status_code, answer.json) == (201, {"revoked": 1})
    said = door.said()[-1]
    assert isinstance(said, AttendanceRevoked)
    assert said.school_id == SCHOOL
    assert [(one.teacher_id, one.round_no) for one in said.attendees] == [(CHEN.person_id, 1)]
    shown = said_in(door.as_(CHEN).get(path))["attendees"]
    assert [one["revoked_because"] for one in shown] == [None, REASON]


@pytest.mark.parametrize(
    ("reader", "reason"),
    [(CHEN, REASON), (WU, REASON), (ZHAO, REASON), (QIAN, REASON), (LIN, None)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_colleague_is_not_told_why_anothers_attendance_was_taken_back(
    door: Door, reader: Actor, reason: str | None
) -> None:
    path = confirmed(door)
    said_in(door.as_(WU).post(f"{path}/attendance/revocations", revocation()))

    chens = said_in(door.as_(reader).get(path))["attendees"][1]

    assert chens["revoked_at"] is not None
    assert chens["revoked_because"] == reason


def test_the_county_office_may_take_attendance_back(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(QIAN).post(f"{path}/attendance/revocations", revocation())

    assert answer.json == {"revoked": 1}


def test_nobody_revokes_without_signing_in(door: Door) -> None:
    path = confirmed(door)

    answer = door.anonymous().post(f"{path}/attendance/revocations", revocation())

    assert code_of(answer) == (401, "not_signed_in")


def test_a_plain_teacher_may_not_revoke(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(CHEN).post(f"{path}/attendance/revocations", revocation())

    assert code_of(answer) == (403, "forbidden")


def test_another_schools_leader_finds_nothing(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(HU).post(f"{path}/attendance/revocations", revocation())

    assert code_of(answer) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    answer = door.as_(WU).post(f"/sessions/{NOBODY}/attendance/revocations", revocation())

    assert code_of(answer) == (404, "not_found")


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    body = {"teacher_ids": ["chen"], "reason": "", "round_no": 1}

    assert wrong_fields(door.as_(WU).post(f"{confirmed(door)}/attendance/revocations", body)) == {
        "teacher_ids.0": "not_an_id",
        "reason": "wrong_length",
        "round_no": "unknown_field",
    }


def test_revoking_twice_is_refused_and_says_nothing_more(door: Door) -> None:
    path = confirmed(door)
    said_in(door.as_(WU).post(f"{path}/attendance/revocations", revocation()))
    before = door.said()

    answer = door.as_(WU).post(f"{path}/attendance/revocations", revocation())

    assert code_of(answer) == (409, "already_revoked")
    assert door.said() == before


def test_naming_somebody_twice_revokes_once(door: Door) -> None:
    path = confirmed(door)

    answer = door.as_(WU).post(f"{path}/attendance/revocations", revocation(CHEN.person_id, CHEN.person_id))

    assert answer.json == {"revoked": 1}


@pytest.mark.parametrize("other", [WU.person_id, HU.person_id, NOBODY])
def test_all_or_none_are_taken_back(door: Door, other: object) -> None:
    path = confirmed(door)

    answer = door.as_(WU).post(f"{path}/attendance/revocations", revocation(LIN.person_id, other))

    assert code_of(answer) == (409, "not_confirmed")
    assert door.rows("attendance_revocations") == []


def test_confirming_anew_is_another_round(door: Door) -> None:
    path = confirmed(door)
    said_in(door.as_(WU).post(f"{path}/attendance/revocations", revocation()))

    again = said_in(door.as_(WU).post(f"{path}/attendance", attendees(row(CHEN.person_id, minutes=45))))
    said_in(door.as_(WU).post(f"{path}/attendance/revocations", revocation()))

    assert again == {"confirmed": 1}
    told = [
        (type(event).__name__, one.round_no)
        for event in door.said()
        if isinstance(event, AttendanceConfirmed | AttendanceRevoked)
        for one in event.attendees
        if one.teacher_id == CHEN.person_id
    ]
    assert told == [
        ("AttendanceConfirmed", 1),
        ("AttendanceRevoked", 1),
        ("AttendanceConfirmed", 2),
        ("AttendanceRevoked", 2),
    ]


def test_the_same_key_revokes_once_and_answers_alike(door: Door) -> None:
    path = confirmed(door)

    answers = [
        door.as_(WU).post(f"{path}/attendance/revocations", revocation(), key="eins") for _ in range(2)
    ]

    assert [(answer.status_code, answer.json) for answer in answers] == [(201, {"revoked": 1})] * 2
