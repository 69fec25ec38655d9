"""A session is called off, unless it took place."""

import pytest

from shared.auth import Actor
from shared.events.activities import SessionCancelled
from tests.activities.facts import ITEM, NOBODY, announced, held
from tests.signed_in import CHEN, HU, QIAN, SCHOOL, WU, Door, code_of, said_in


def test_a_leader_calls_a_session_off(door: Door) -> None:
    shown = said_in(door.as_(WU).post(f"{announced(door)}/cancel"))

    assert (shown["state"], shown["state_label"]) == ("cancelled", "已取消")
    said = door.said()[-1]
    assert isinstance(said, SessionCancelled)
    assert (said.school_id, said.plan_item_id) == (SCHOOL, ITEM)


def test_nobody_cancels_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post(f"{announced(door)}/cancel")) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_cancel(door: Door, person: Actor) -> None:
    assert code_of(door.as_(person).post(f"{announced(door)}/cancel")) == (403, "forbidden")


def test_another_schools_leader_finds_nothing(door: Door) -> None:
    assert code_of(door.as_(HU).post(f"{announced(door)}/cancel")) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"/sessions/{NOBODY}/cancel")) == (404, "not_found")


def test_what_took_place_is_not_called_off(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"{held(door)}/cancel")) == (409, "session_held")


def test_a_session_is_cancelled_once(door: Door) -> None:
    path = announced(door)
    said_in(door.as_(WU).post(f"{path}/cancel"))

    assert code_of(door.as_(WU).post(f"{path}/cancel")) == (409, "session_cancelled")
    assert [type(event).__name__ for event in door.said()] == ["SessionAnnounced", "SessionCancelled"]
