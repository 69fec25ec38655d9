"""A session is marked as held, once and not before it starts."""

from datetime import date

import pytest

from shared.auth import Actor
from shared.events.activities import SessionHeld
from tests.activities.facts import ITEM, NOBODY, announced, held
from tests.signed_in import CHEN, HU, QIAN, SCHOOL, WU, ZHAO, Door, code_of, said_in


def test_a_session_that_took_place_is_held_on_the_countys_day(door: Door) -> None:
    path = announced(door, starts_at="2026-10-14T07:30:00+08:00")

    shown = said_in(door.as_(ZHAO).post(f"{path}/hold"))

    assert (shown["state"], shown["held_on"]) == ("held", "2026-10-14")
    said = door.said()[-1]
    assert isinstance(said, SessionHeld)
    assert (said.school_id, said.held_on, said.plan_item_id) == (SCHOOL, date(2026, 10, 14), ITEM)


def test_nobody_holds_a_session_without_signing_in(door: Door) -> None:
    assert code_of(door.anonymous().post(f"{announced(door)}/hold")) == (401, "not_signed_in")


@pytest.mark.parametrize("person", [CHEN, QIAN], ids=lambda person: person.name)
def test_a_plain_teacher_and_the_county_office_may_not_hold(door: Door, person: Actor) -> None:
    path = announced(door)
    door.later(hours=2)

    assert code_of(door.as_(person).post(f"{path}/hold")) == (403, "forbidden")


def test_another_schools_leader_finds_nothing(door: Door) -> None:
    assert code_of(door.as_(HU).post(f"{announced(door)}/hold")) == (404, "not_found")


def test_an_unknown_session_is_not_found(door: Door) -> None:
    assert code_of(door.as_(WU).post(f"/sessions/{NOBODY}/hold")) == (404, "not_found")


def test_a_session_is_not_held_before_it_starts(door: Door) -> None:
    path = announced(door)
    door.later(minutes=59)

    assert code_of(door.as_(WU).post(f"{path}/hold")) == (409, "session_not_started")


def test_a_session_is_held_once(door: Door) -> None:
    path = held(door)

    assert code_of(door.as_(WU).post(f"{path}/hold")) == (409, "session_held")
    assert [type(event).__name__ for event in door.said()] == ["SessionAnnounced", "SessionHeld"]


def test_a_cancelled_session_is_not_held(door: Door) -> None:
    path = announced(door)
    said_in(door.as_(WU).post(f"{path}/cancel"))
    door.later(hours=2)

    assert code_of(door.as_(WU).post(f"{path}/hold")) == (409, "session_cancelled")
