"""A session is announced with its fixed points, by those who lead the school's sessions."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.auth import Actor
from shared.events.activities import SessionAnnounced
from tests.activities.facts import ITEM, NOBODY, OTHER_ITEM, announcement
from tests.signed_in import (
    CHEN,
    HU,
    LIN,
    QIAN,
    SCHOOL,
    WU,
    ZHAO,
    Door,
    code_of,
    said_in,
    wrong_fields,
)


def test_a_leader_announces_a_session_against_a_plan_item(door: Door) -> None:
    shown = said_in(door.as_(WU).post("/sessions", announcement()))

    assert (shown["state"], shown["state_label"], shown["school_name"]) == (
        "announced",
        "已发布",
        "青山镇中心小学",
    )
    assert door.said() == [
        SessionAnnounced(
            activity_id=UUID(shown["activity_id"]),
            school_id=SCHOOL,
            form="topic_lecture",
            starts_at=datetime(2026, 10, 14, 7, 0, tzinfo=UTC),
            plan_item_id=ITEM,
        )
    ]


def test_a_session_may_stand_outside_every_plan(door: Door) -> None:
    shown = said_in(door.as_(ZHAO).post("/sessions", announcement(plan_item_id=None)))

    assert shown["plan_item_id"] is None


@pytest.mark.parametrize("changed", [{"place": None}, {"speaker_id": None}], ids=["speaker", "place"])
def test_the_speaker_or_the_place_is_enough(door: Door, changed: dict[str, None]) -> None:
    assert door.as_(WU).post("/sessions", announcement(**changed)).status_code == 201


def test_nobody_announces_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post("/sessions", announcement())) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_announce(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post("/sessions", announcement())) == (403, "forbidden")
    assert door.said() == []


def test_a_leader_without_a_school_has_none_to_announce_for(door: Door) -> None:
    nowhere = replace(WU, school_id=None)

    assert code_of(door.as_(nowhere).post("/sessions", announcement())) == (403, "forbidden")


def test_every_wrong_field_is_named_at_once(door: Door) -> None:
    body = {
        "form": "Topic Lecture",
        "topic": "",
        "starts_at": "2026-10-14T15:00:00",
        "length_minutes": 0,
        "place": None,
        "speaker_id": None,
        "plan_item_id": "第一条",
        "school_id": str(SCHOOL),
        "state": "held",
    }

    assert wrong_fields(door.as_(WU).post("/sessions", body)) == {
        "form": "invalid",
        "topic": "wrong_length",
        "starts_at": "not_a_moment",
        "length_minutes": "out_of_range",
        "place": "invalid",
        "plan_item_id": "not_an_id",
        "school_id": "unknown_field",
        "state": "unknown_field",
    }


def test_everything_missing_is_named_at_once(door: Door) -> None:
    assert wrong_fields(door.as_(WU).post("/sessions", {})) == {
        "form": "required",
        "topic": "required",
        "starts_at": "required",
        "length_minutes": "required",
        "place": "invalid",
    }


@pytest.mark.parametrize("form", ["a", "1st", "topic-lecture", "x" * 65, "讲座", "a\nb", "topic lecture"])
def test_a_form_is_a_code_of_the_catalogue(door: Door, form: str) -> None:
    assert "form" in wrong_fields(door.as_(WU).post("/sessions", announcement(form=form)))


@pytest.mark.parametrize(
    "starts_at",
    [
        "2025-02-30T09:00:00+08:00",
        "2025/2/3",
        "下周三",
        "2026-10-14",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        1760425200,
        None,
    ],
)
def test_a_moment_has_its_zone_and_is_in_the_calendar(door: Door, starts_at: object) -> None:
    answer = door.as_(WU).post("/sessions", announcement(starts_at=starts_at))

    assert "starts_at" in wrong_fields(answer)


@pytest.mark.parametrize(
    "starts_at",
    [
        "2027-11-19T00:00:00+08:00",
        "2025-09-08T00:00:00+08:00",
    ],
)
def test_a_session_far_from_today_is_refused(door: Door, starts_at: str) -> None:
    answer = door.as_(WU).post("/sessions", announcement(starts_at=starts_at))

    assert wrong_fields(answer) == {"starts_at": "starts_too_far"}


def test_any_zone_names_the_same_moment(door: Door) -> None:
    shown = said_in(door.as_(WU).post("/sessions", announcement(starts_at="2026-10-14T21:00:00+14:00")))

    assert shown["starts_at"] == "2026-10-14T07:00:00+00:00"


@pytest.mark.parametrize("minutes", [-1, 0, 1441, 10**9, "90", True, 1.5])
def test_a_length_is_one_minute_to_a_day(door: Door, minutes: object) -> None:
    answer = door.as_(WU).post("/sessions", announcement(length_minutes=minutes))

    assert set(wrong_fields(answer)) == {"length_minutes"}


def test_people_and_items_of_elsewhere_are_named_at_once(door: Door) -> None:
    body = announcement(speaker_id=str(HU.person_id), host_id=str(NOBODY), plan_item_id=str(OTHER_ITEM))

    assert wrong_fields(door.as_(WU).post("/sessions", body)) == {
        "speaker_id": "teacher_not_here",
        "host_id": "teacher_not_here",
        "plan_item_id": "plan_item_unknown",
    }
    assert door.rows("activity_sessions") == []


def test_an_item_of_no_plan_is_refused(door: Door) -> None:
    answer = door.as_(WU).post("/sessions", announcement(plan_item_id=str(NOBODY)))

    assert wrong_fields(answer) == {"plan_item_id": "plan_item_unknown"}


def test_the_same_key_announces_once(door: Door) -> None:
    first, second = (door.as_(WU).post("/sessions", announcement(), key="eins") for _ in range(2))

    assert first.json == second.json
    assert len(door.said()) == 1


def test_a_key_is_needed(door: Door) -> None:
    answer = door.as_(WU).post_without_key("/sessions", announcement())

    assert code_of(answer) == (400, "idempotency_key_missing")


def test_the_speaker_may_be_the_host(door: Door) -> None:
    shown = said_in(door.as_(WU).post("/sessions", announcement(host_id=str(LIN.person_id))))

    assert shown["host_id"] == shown["speaker_id"] == str(LIN.person_id)
