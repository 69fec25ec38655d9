"""A pairing ends."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.events.directory import PairingEnded
from tests.directory.test_start_pairing import pair
from tests.signed_in import HU, LIN, SCHOOL, ZHAO, Door, code_of, said_in, wrong_fields

DAY = {"ended_on": "2026-10-10"}


@pytest.fixture
def pairing_id(door: Door) -> str:
    """Lin and Chen, since the first of September."""
    return str(said_in(door.as_(ZHAO).post("/pairings", pair()))["pairing_id"])


def test_an_ended_pairing_is_answered_and_said(door: Door, pairing_id: str) -> None:
    pairing = said_in(door.as_(ZHAO).post(f"/pairings/{pairing_id}/end", DAY))

    assert pairing["ended_on"] == "2026-10-10"
    assert door.said()[1:] == [
        PairingEnded(pairing_id=UUID(pairing_id), school_id=SCHOOL, ended_on=date(2026, 10, 10))
    ]


def test_who_is_not_signed_in_ends_nothing(door: Door, pairing_id: str) -> None:
    assert code_of(door.anonymous().post(f"/pairings/{pairing_id}/end", DAY)) == (401, "not_signed_in")


def test_another_schools_pairing_and_none_look_the_same(door: Door, pairing_id: str) -> None:
    another = door.as_(HU).post(f"/pairings/{pairing_id}/end", DAY)
    none = door.as_(HU).post(f"/pairings/{uuid4()}/end", DAY)

    assert code_of(another) == (404, "not_found")
    assert another.json == none.json


def test_a_teacher_ends_no_pairing(door: Door, pairing_id: str) -> None:
    assert code_of(door.as_(LIN).post(f"/pairings/{pairing_id}/end", DAY)) == (403, "forbidden")


def test_a_wrong_field_is_named(door: Door, pairing_id: str) -> None:
    answer = door.as_(ZHAO).post(f"/pairings/{pairing_id}/end", {"ended_on": "soon", "why": "x"})

    assert set(wrong_fields(answer)) == {"ended_on", "why"}


def test_a_pairing_ended_twice_on_the_same_day_is_ended_once(door: Door, pairing_id: str) -> None:
    zhao = door.as_(ZHAO)

    for _ in range(2):
        assert zhao.post(f"/pairings/{pairing_id}/end", DAY).status_code == 200
    assert len(door.said()) == 2


@pytest.mark.parametrize(
    ("ended_on", "code"), [("2026-09-01", "pairing_ends_too_early"), ("2028-09-01", "day_out_of_range")]
)
def test_a_day_on_which_it_cannot_end_is_refused(
    door: Door, pairing_id: str, ended_on: str, code: str
) -> None:
    answer = door.as_(ZHAO).post(f"/pairings/{pairing_id}/end", {"ended_on": ended_on})

    assert code_of(answer) == (409, code)


def test_the_past_is_not_rewritten(door: Door, pairing_id: str) -> None:
    zhao = door.as_(ZHAO)
    zhao.post(f"/pairings/{pairing_id}/end", DAY)

    answer = zhao.post(f"/pairings/{pairing_id}/end", {"ended_on": "2026-10-01"})

    assert code_of(answer) == (409, "pairing_already_ended")
