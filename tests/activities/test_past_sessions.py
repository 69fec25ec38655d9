"""Sessions that took place are entered afterwards: record and attendance with them, all of them or none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.auth import Actor
from shared.events.activities import AttendanceConfirmed, Attendee, SessionAnnounced, SessionHeld
from shared.vocabulary import Role, SessionRole
from tests.activities.facts import (
    ITEM,
    NOBODY,
    OPENED,
    OTHER_ITEM,
    RECORD,
    attendees,
    confirmed,
    counted,
    crowd,
    past,
    row,
)
from tests.activities.test_belongings import SECONDED, belongs, changed
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
    Person,
    code_of,
    said_in,
    wrong_fields,
)

AUDITOR = replace(QIAN, name="审计员", roles=frozenset({Role.AUDITOR}))
OFFICE = replace(WU, roles=frozenset({Role.ACADEMIC_OFFICE}))
TABLES = ("activity_sessions", "session_records", "attendance")


def enter(person: Person, *sessions: Mapping[str, object], key: str | None = None) -> Any:
    """Enter past sessions; the answer."""
    return person.post("/past-sessions", {"sessions": list(sessions)}, key=key)


def nothing_is_kept(door: Door) -> bool:
    """No row, and nothing said."""
    return door.said() == [] and all(door.rows(table) == [] for table in TABLES)


def the_other_school_is_known(door: Door) -> None:
    """The county may name it."""
    door.hear(replace(OPENED, school_id=OTHER_SCHOOL, name="双桥镇中心小学"))


def of_another_school(**changed: object) -> dict[str, object]:
    """A session that only Hu attended."""
    there = attendees(row(HU.person_id))
    alone = {"school_id": str(OTHER_SCHOOL), "speaker_id": None, "plan_item_id": None}
    return past(**{**alone, **there, **changed})


def test_a_past_session_is_entered_with_everything_that_belongs_to_it(door: Door) -> None:
    answer = enter(door.as_(WU), past())

    (entered,) = said_in(answer)["sessions"]
    assert (answer.status_code, entered["confirmed"]) == (201, 2)
    shown = said_in(door.as_(CHEN).get(f"/sessions/{entered['activity_id']}"))
    assert (shown["state"], shown["held_on"], shown["school_id"]) == ("held", "2026-10-09", str(SCHOOL))
    assert (shown["record"]["content"], shown["record"]["filed_by"]) == (
        RECORD["content"],
        str(WU.person_id),
    )
    assert [(one["teacher_name"], one["minutes"], one["role"]) for one in shown["attendees"]] == [
        ("林老师", 90, "speaker"),
        ("陈老师", 90, "participant"),
    ]


def test_it_says_what_the_steps_one_by_one_would_have_said(door: Door) -> None:
    (entered,) = said_in(enter(door.as_(WU), past()))["sessions"]

    announced, held, attended = door.said()
    facts = {"activity_id": UUID(entered["activity_id"]), "school_id": SCHOOL, "plan_item_id": ITEM}
    assert isinstance(announced, SessionAnnounced)
    assert announced == SessionAnnounced(form="topic_lecture", starts_at=announced.starts_at, **facts)
    assert announced.starts_at == datetime(2026, 10, 9, 7, 0, tzinfo=UTC)
    assert held == SessionHeld(held_on=date(2026, 10, 9), **facts)
    assert isinstance(attended, AttendanceConfirmed)
    assert attended == AttendanceConfirmed(
        form="topic_lecture", held_on=date(2026, 10, 9), attendees=attended.attendees, **facts
    )
    assert set(attended.attendees) == {
        Attendee(teacher_id=LIN.person_id, minutes=90, role=SessionRole.SPEAKER, round_no=1),
        Attendee(teacher_id=CHEN.person_id, minutes=90, role=SessionRole.PARTICIPANT, round_no=1),
    }


def test_several_are_answered_in_the_order_of_the_request(door: Door) -> None:
    alone = attendees(row(CHEN.person_id))

    answer = enter(
        door.as_(WU),
        past(topic="甲"),
        past(topic="乙", starts_at="2025-11-05T15:00:00+08:00", plan_item_id=None, **alone),
        past(topic="丙", starts_at="2026-10-12T15:00:00+08:00"),
    )

    entered = said_in(answer)["sessions"]
    shown = [said_in(door.as_(WU).get(f"/sessions/{one['activity_id']}")) for one in entered]
    assert [one["confirmed"] for one in entered] == [2, 1, 2]
    assert [one["topic"] for one in shown] == ["甲", "乙", "丙"]


def test_the_county_enters_sessions_of_several_schools_and_of_long_ago(door: Door) -> None:
    the_other_school_is_known(door)

    answer = enter(
        door.as_(QIAN), past(school_id=str(SCHOOL)), of_another_school(starts_at="2021-03-05T15:00:00+08:00")
    )

    assert [one["confirmed"] for one in said_in(answer)["sessions"]] == [2, 1]
    announced = [event for event in door.said() if isinstance(event, SessionAnnounced)]
    assert [event.school_id for event in announced] == [SCHOOL, OTHER_SCHOOL]


@pytest.mark.parametrize("person", [WU, ZHAO, OFFICE], ids=["leader", "principal", "office"])
def test_those_who_lead_the_sessions_of_a_school_enter_its_own(door: Door, person: Actor) -> None:
    assert enter(door.as_(person), past(school_id=str(SCHOOL))).status_code == 201


def test_nobody_enters_without_signing_in(door: Door) -> None:
    assert code_of(enter(door.anonymous(), past())) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, SUN, AUDITOR, replace(WU, school_id=None)])
def test_who_leads_no_school_and_is_not_the_county_office_may_not(door: Door, person: Actor) -> None:
    assert code_of(enter(door.as_(person), past(school_id=str(SCHOOL)))) == (403, "forbidden")
    assert nothing_is_kept(door)


def test_another_schools_session_is_not_for_a_school_to_enter(door: Door) -> None:
    theirs, none = (enter(door.as_(HU), past(school_id=str(school_id))) for school_id in (SCHOOL, NOBODY))

    assert wrong_fields(theirs) == {"sessions.0.school_id": "another_school"}
    assert theirs.json == none.json
    assert nothing_is_kept(door)


@pytest.mark.parametrize(("school_id", "code"), [(None, "school_missing"), (str(NOBODY), "school_unknown")])
def test_the_county_says_which_school(door: Door, school_id: str | None, code: str) -> None:
    answer = enter(door.as_(QIAN), past(school_id=school_id))

    assert wrong_fields(answer) == {"sessions.0.school_id": code}


@pytest.mark.parametrize(
    ("person", "starts_at", "code"),
    [
        (WU, "2026-10-14T12:30:00+08:00", None),
        (WU, "2026-10-14T12:31:00+08:00", "not_over_yet"),
        (WU, "2026-10-15T12:00:00+08:00", "not_over_yet"),
        (WU, "2199-12-31T12:00:00+08:00", "not_over_yet"),
        (WU, "2025-09-09T14:00:00+08:00", None),
        (WU, "2025-09-09T13:59:00+08:00", "starts_too_far"),
        (QIAN, "2025-09-09T13:59:00+08:00", None),
        (QIAN, "2026-10-14T12:31:00+08:00", "not_over_yet"),
        (QIAN, "1999-12-31T23:59:00+08:00", "starts_too_early"),
    ],
)
def test_it_lies_wholly_in_the_past_and_not_too_far_back(
    door: Door, person: Actor, starts_at: str, code: str | None
) -> None:
    answer = enter(door.as_(person), past(school_id=str(SCHOOL), starts_at=starts_at))

    told = wrong_fields(answer).get("sessions.0.starts_at") if answer.status_code != 201 else None
    assert told == code


def test_who_did_not_belong_to_the_school_yet_is_named(door: Door) -> None:
    answer = enter(door.as_(QIAN), past(school_id=str(SCHOOL), starts_at="2020-08-31T15:00:00+08:00"))

    assert wrong_fields(answer) == {
        "sessions.0.speaker_id": "teacher_not_here",
        "sessions.0.attendees.0.teacher_id": "teacher_not_here",
        "sessions.0.attendees.1.teacher_id": "teacher_not_here",
    }


def test_everything_wrong_with_any_of_them_is_named_at_once_and_none_is_kept(door: Door) -> None:
    wrong = past(
        starts_at="2026-10-14T13:30:00+08:00",
        host_id=str(HU.person_id),
        plan_item_id=str(OTHER_ITEM),
        attendees=[
            row(NOBODY),
            row(CHEN.person_id, minutes=91),
            row(LIN.person_id, role="host"),
            row(LIN.person_id),
        ],
    )

    answer = enter(door.as_(WU), past(), wrong)

    assert code_of(answer) == (422, "not_over_yet")
    assert wrong_fields(answer) == {
        "sessions.1.starts_at": "not_over_yet",
        "sessions.1.host_id": "teacher_not_here",
        "sessions.1.plan_item_id": "plan_item_unknown",
        "sessions.1.attendees.0.teacher_id": "teacher_not_here",
        "sessions.1.attendees.1.minutes": "minutes_over_length",
        "sessions.1.attendees.2.role": "role_not_announced",
        "sessions.1.attendees.3.teacher_id": "teacher_twice",
    }
    assert nothing_is_kept(door)


def test_whoever_enters_is_not_the_only_one_who_was_there(door: Door) -> None:
    alone = past(starts_at="2026-10-12T15:00:00+08:00", **attendees(row(WU.person_id)))

    refused = enter(door.as_(WU), past(), alone)
    by_another = enter(door.as_(ZHAO), past(), alone)

    assert wrong_fields(refused) == {"sessions.1.attendees": "only_oneself"}
    assert by_another.status_code == 201


def test_a_minute_confirmed_before_is_not_confirmed_again(door: Door) -> None:
    confirmed(door, topic="评课", starts_at="2026-10-09T15:30:00+08:00")

    answer = enter(door.as_(WU), past(attendees=[row(CHEN.person_id, minutes=31), row(WU.person_id)]))

    assert wrong_fields(answer) == {"sessions.0.attendees.0.minutes": "overlaps"}
    assert "那里已确认90分钟" in answer.json["errors"][0]["text"]


def test_no_minute_is_confirmed_twice_by_sessions_of_one_request(door: Door) -> None:
    beside = past(
        topic="乙", starts_at="2026-10-09T15:30:00+08:00", attendees=[row(CHEN.person_id, minutes=31)]
    )

    answer = enter(door.as_(WU), past(topic="甲"), beside)

    assert wrong_fields(answer) == {"sessions.1.attendees.0.minutes": "overlaps"}
    assert "与本次提交的第1场、10月9日15:00开始的“甲”时间重叠" in answer.json["errors"][0]["text"]
    assert nothing_is_kept(door)


def test_what_fits_beside_each_other_is_confirmed_in_both(door: Door) -> None:
    first = past(attendees=[row(CHEN.person_id, minutes=40)])
    second = past(starts_at="2026-10-09T15:30:00+08:00", attendees=[row(CHEN.person_id, minutes=80)])

    assert [one["confirmed"] for one in said_in(enter(door.as_(WU), first, second))["sessions"]] == [1, 1]


def test_the_same_hour_in_two_schools_is_each_schools_own_word(door: Door) -> None:
    """As with attendance that is confirmed step by step."""
    the_other_school_is_known(door)
    since = date(2020, 9, 1)
    door.hear(changed(CHEN.person_id, belongs(SCHOOL, since), belongs(OTHER_SCHOOL, since, kind=SECONDED)))
    there = attendees(row(CHEN.person_id))

    answer = enter(door.as_(QIAN), past(school_id=str(SCHOOL), **there), of_another_school(**there))

    assert [one["confirmed"] for one in said_in(answer)["sessions"]] == [1, 1]


def test_entering_the_same_session_again_is_refused(door: Door) -> None:
    said_in(enter(door.as_(WU), past()))

    answer = enter(door.as_(WU), past())

    assert set(wrong_fields(answer).values()) == {"overlaps"}
    assert len(door.rows("activity_sessions")) == 1


def test_the_same_key_enters_once_and_answers_alike(door: Door) -> None:
    first, again = (enter(door.as_(WU), past(), key="eins") for _ in range(2))

    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert len(door.rows("activity_sessions")) == 1
    assert len(door.said()) == 3


def test_another_request_under_the_same_key_is_refused(door: Door) -> None:
    said_in(enter(door.as_(WU), past(), key="eins"))

    assert code_of(enter(door.as_(WU), past(topic="别的"), key="eins")) == (422, "idempotency_key_reused")


def test_unreadable_fields_are_named_at_once(door: Door) -> None:
    body: list[dict[str, object]] = [
        {
            **past(),
            "record": {"content": "短"},
            "attendees": [{"teacher_id": "陈", "minutes": 0}],
            "state": 1,
        },
        {"place": None, "attendees": []},
    ]

    assert wrong_fields(enter(door.as_(WU), *body)) == {
        "sessions.0.record.content": "wrong_length",
        "sessions.0.attendees.0.teacher_id": "not_an_id",
        "sessions.0.attendees.0.minutes": "out_of_range",
        "sessions.0.state": "unknown_field",
        "sessions.1.form": "required",
        "sessions.1.topic": "required",
        "sessions.1.starts_at": "required",
        "sessions.1.length_minutes": "required",
        "sessions.1.place": "invalid",
        "sessions.1.record": "required",
        "sessions.1.attendees": "wrong_length",
    }


@pytest.mark.parametrize("count", [0, 101])
def test_a_request_holds_one_to_a_hundred_sessions(door: Door, count: int) -> None:
    assert wrong_fields(enter(door.as_(WU), *[past()] * count)) == {"sessions": "wrong_length"}


def test_a_request_holds_five_hundred_attendees_in_all(door: Door) -> None:
    halves = [
        past(starts_at=f"2026-10-{day:02}T15:00:00+08:00", attendees=[row(one) for one in crowd(door, count)])
        for day, count in ((8, 250), (9, 250), (10, 1))
    ]

    too_many = enter(door.as_(WU), *halves)
    together = enter(door.as_(WU), *halves[:2])

    assert wrong_fields(too_many) == {"sessions": "attendees_too_many"}
    assert [one["confirmed"] for one in said_in(together)["sessions"]] == [250, 250]


def test_one_session_holds_five_hundred_attendees(door: Door) -> None:
    everybody = [row(one) for one in crowd(door, 501)]

    too_many = enter(door.as_(WU), past(attendees=everybody))
    all_but_one = enter(door.as_(WU), past(attendees=everybody[1:]))

    assert wrong_fields(too_many) == {"sessions.0.attendees": "wrong_length"}
    assert said_in(all_but_one)["sessions"][0]["confirmed"] == 500
    assert len(door.rows("attendance")) == 500


def test_a_hundred_sessions_ask_the_database_no_more_often_than_one(door: Door) -> None:
    everybody = crowd(door, 5)
    hundred = [
        past(starts_at=f"2026-{month:02}-{day:02}T15:00:00+08:00", attendees=[row(one) for one in everybody])
        for month in (3, 4, 5, 6)
        for day in range(1, 26)
    ]
    wu = door.as_(WU)

    with counted(door) as few:
        said_in(enter(wu, past(attendees=[row(everybody[0])])))
    with counted(door) as many:
        said_in(enter(wu, *hundred))

    assert len(many) == len(few)
    assert len(door.rows("attendance")) == 501


def test_the_log_of_the_school_tells_what_the_county_entered_there(door: Door) -> None:
    said_in(enter(door.as_(QIAN), past(school_id=str(SCHOOL))))

    newest = said_in(door.as_(ZHAO).get("/audit-entries"))["items"][0]

    assert (newest["verb"], newest["actor_name"]) == ("enter_past_sessions", QIAN.name)
    assert newest["counts"] == {
        "activity_sessions": {"added": 1},
        "session_records": {"added": 1},
        "attendance": {"added": 2},
    }


def test_the_county_office_is_told_that_it_may(door: Door) -> None:
    told = {person.name: said_in(door.as_(person).get("/me/acts"))["may"] for person in (QIAN, WU, AUDITOR)}

    assert {name for name, acts in told.items() if "enter_past_sessions" in acts} == {QIAN.name}
