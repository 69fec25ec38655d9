"""A mentor takes an apprentice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import Client

from shared.auth import Actor
from shared.events.directory import PairingStarted
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in, wrong_fields


def pair(mentor: Actor = LIN, apprentice: Actor = CHEN, started_on: str = "2026-09-01") -> dict[str, Any]:
    return {
        "mentor_id": str(mentor.person_id),
        "apprentice_id": str(apprentice.person_id),
        "started_on": started_on,
    }


def test_a_started_pairing_is_answered_and_said(door: Door) -> None:
    pairing = said_in(door.as_(ZHAO).post("/pairings", pair()))

    assert pairing == pair() | {
        "pairing_id": pairing["pairing_id"],
        "kind": "paper",
        "state": "active",
        "state_label": "结对中",
        "number": None,
        "focus": "teaching",
        "focus_label": "教学",
        "school_id": str(SCHOOL),
        "school_name": "青石镇中心小学",
        "mentor_school_id": str(SCHOOL),
        "mentor_school_name": "青石镇中心小学",
        "is_across_schools": False,
        "mentor_name": "林老师",
        "apprentice_name": "陈老师",
        "term_ends_on": None,
        "ended_on": None,
        "closed_by": None,
        "closed_for": None,
        "closed_for_label": None,
        "close_reason": None,
    }
    assert door.said() == [
        PairingStarted(
            pairing_id=UUID(pairing["pairing_id"]),
            school_id=SCHOOL,
            mentor_id=LIN.person_id,
            apprentice_id=CHEN.person_id,
            started_on=date(2026, 9, 1),
        )
    ]


def test_who_is_not_signed_in_pairs_nobody(door: Door) -> None:
    assert code_of(door.anonymous().post("/pairings", pair())) == (401, "not_signed_in")


def test_teachers_of_another_school_are_not_found(door: Door) -> None:
    assert code_of(door.as_(HU).post("/pairings", pair())) == (404, "not_found")
    assert code_of(door.as_(ZHAO).post("/pairings", pair(HU))) == (404, "not_found")
    assert door.said() == []


def test_an_unknown_teacher_is_not_found(door: Door) -> None:
    answer = door.as_(ZHAO).post("/pairings", pair() | {"mentor_id": str(uuid4())})

    assert code_of(answer) == (404, "not_found")


@pytest.mark.parametrize("somebody", [LIN, CHEN, WU])
def test_teachers_do_not_pair_themselves(door: Door, somebody: Actor) -> None:
    assert code_of(door.as_(somebody).post("/pairings", pair())) == (403, "forbidden")


def test_every_wrong_field_of_a_pairing_is_named(door: Door) -> None:
    answer = door.as_(ZHAO).post("/pairings", {"mentor_id": "lin", "started_on": None, "school_id": "x"})

    assert set(wrong_fields(answer)) == {"mentor_id", "apprentice_id", "started_on", "school_id"}


def test_nobody_is_paired_with_themselves(door: Door) -> None:
    assert set(wrong_fields(door.as_(ZHAO).post("/pairings", pair(LIN, LIN)))) == {"apprentice_id"}


def test_a_pairing_sent_twice_is_started_once(door: Door) -> None:
    first = door.as_(ZHAO).post("/pairings", pair(), key="k")
    second = door.as_(ZHAO).post("/pairings", pair(), key="k")

    assert first.json == second.json
    assert len(door.said()) == 1


def test_the_same_two_are_paired_once_at_a_time(door: Door) -> None:
    door.as_(ZHAO).post("/pairings", pair())

    assert code_of(door.as_(ZHAO).post("/pairings", pair(started_on="2026-10-01"))) == (409, "already_paired")


def test_after_an_end_the_two_may_be_paired_again_from_that_day(door: Door) -> None:
    zhao = door.as_(ZHAO)
    pairing = said_in(zhao.post("/pairings", pair()))
    zhao.post(f"/pairings/{pairing['pairing_id']}/end", {"ended_on": "2026-10-01"})

    assert code_of(zhao.post("/pairings", pair(started_on="2026-09-30"))) == (409, "already_paired")
    assert zhao.post("/pairings", pair(started_on="2026-10-01")).status_code == 201


def test_a_mentor_has_several_apprentices_and_an_apprentice_several_mentors(door: Door) -> None:
    zhao = door.as_(ZHAO)

    assert zhao.post("/pairings", pair(LIN, CHEN)).status_code == 201
    assert zhao.post("/pairings", pair(LIN, WU)).status_code == 201
    assert zhao.post("/pairings", pair(WU, CHEN)).status_code == 201


def test_the_county_office_pairs_within_a_school_and_across_two(door: Door) -> None:
    across = said_in(door.as_(QIAN).post("/pairings", pair(HU, CHEN)))

    assert (across["school_name"], across["mentor_school_name"]) == ("青石镇中心小学", "县实验小学")
    assert across["is_across_schools"]
    assert door.as_(QIAN).post("/pairings", pair()).status_code == 201


def test_of_two_who_pair_the_same_at_the_same_moment_one_is_refused(door: Door) -> None:
    headers = {"Authorization": f"Bearer {door.as_(ZHAO).token()}"}

    def send(key: str) -> int:
        told = headers | {"Idempotency-Key": key}
        client = Client(door.client.application)
        return client.post("/api/directory/v1/pairings", json=pair(), headers=told).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(send, "abcd"))

    assert sorted(statuses) == [201, 409, 409, 409]
    assert len(door.said()) == 1


@pytest.mark.parametrize(
    ("started_on", "code"), [("2019-09-01", "pairing_before_joining"), ("2028-09-01", "day_out_of_range")]
)
def test_a_day_on_which_they_cannot_begin_is_refused(door: Door, started_on: str, code: str) -> None:
    assert code_of(door.as_(ZHAO).post("/pairings", pair(started_on=started_on))) == (409, code)
