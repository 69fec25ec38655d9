"""Attendance into hours: once, twice, from a newer producer, out of order, and without a rule."""

from datetime import date

import pytest

from shared.events.credits import HoursAccrued, HoursReversed
from shared.events.directory import SchoolOpened, TeacherJoined
from shared.values import Refused
from shared.vocabulary import SessionRole
from tests.credits.facts import (
    ACTIVITY,
    attendee,
    balances,
    confirmed,
    hear,
    joined,
    ledger,
    opened,
    revoked,
)
from tests.signed_in import CHEN as CHEN_ACTING
from tests.signed_in import LIN as LIN_ACTING
from tests.signed_in import SCHOOL, Door

CHEN, LIN = CHEN_ACTING.person_id, LIN_ACTING.person_id
CHENS_TWO_HOURS = (CHEN, ACTIVITY, 1, "accrual", 200)
TAKEN_BACK = (CHEN, ACTIVITY, 1, "reversal", -200)


def test_confirmed_attendance_earns_hours(door: Door) -> None:
    hear(door, confirmed())

    assert ledger(door) == [CHENS_TWO_HOURS]
    assert balances(door) == {(CHEN, 2026, "school_based"): 200}


def test_an_attendance_confirmed_twice_earns_once(door: Door) -> None:
    hear(door, confirmed(), confirmed())

    assert ledger(door) == [CHENS_TWO_HOURS]
    assert balances(door) == {(CHEN, 2026, "school_based"): 200}
    assert len(door.said()) == 1


def test_a_field_added_later_changes_nothing(door: Door) -> None:
    for newer in (confirmed(), revoked()):
        door.hear(newer, extra={"added_later": [1]})

    assert ledger(door) == [CHENS_TWO_HOURS, TAKEN_BACK]


def test_a_revocation_takes_the_hours_back(door: Door) -> None:
    hear(door, confirmed(), revoked(), revoked())

    assert ledger(door) == [CHENS_TWO_HOURS, TAKEN_BACK]
    assert balances(door) == {(CHEN, 2026, "school_based"): 0}
    assert [type(event) for event in door.said()] == [HoursAccrued, HoursReversed]


def test_a_revocation_heard_first_reverses_the_hours_when_they_come(door: Door) -> None:
    hear(door, revoked(), confirmed(), confirmed())

    assert ledger(door) == [CHENS_TWO_HOURS, TAKEN_BACK]
    assert balances(door) == {(CHEN, 2026, "school_based"): 0}
    assert [type(event) for event in door.said()] == [HoursAccrued, HoursReversed]


def test_an_attendance_confirmed_anew_earns_anew(door: Door) -> None:
    hear(door, confirmed(), revoked(), confirmed(attendee(round_no=2)))

    assert ledger(door) == [CHENS_TWO_HOURS, TAKEN_BACK, (CHEN, ACTIVITY, 2, "accrual", 200)]
    assert balances(door) == {(CHEN, 2026, "school_based"): 200}


def test_a_revocation_takes_back_only_whom_it_names(door: Door) -> None:
    hear(door, confirmed(attendee(CHEN), attendee(LIN)), revoked(LIN))

    assert balances(door) == {(CHEN, 2026, "school_based"): 200, (LIN, 2026, "school_based"): 0}


def test_one_event_says_all_that_was_earned_together(door: Door) -> None:
    hear(door, confirmed(attendee(LIN, role=SessionRole.SPEAKER), attendee(CHEN)))

    (event,) = door.said()
    assert isinstance(event, HoursAccrued)
    assert {one.teacher_id: one.hours_hundredths for one in event.entries} == {CHEN: 200, LIN: 400}


def test_a_repeated_event_says_only_what_is_new(door: Door) -> None:
    hear(door, confirmed(attendee(CHEN)), confirmed(attendee(CHEN), attendee(LIN)))

    told = [event.entries for event in door.said() if isinstance(event, HoursAccrued)]
    assert [[one.teacher_id for one in entries] for entries in told] == [[CHEN], [LIN]]


def test_an_attendance_worth_nothing_leaves_an_entry_that_says_so(door: Door) -> None:
    hear(door, confirmed(attendee(minutes=0)))

    assert ledger(door) == [(CHEN, ACTIVITY, 1, "accrual", 0)]


def test_without_a_rule_in_force_nothing_is_appended_and_the_reason_is_given(door: Door) -> None:
    with pytest.raises(Refused, match="no_rule_in_force"):
        hear(door, confirmed(held_on=date(2026, 8, 31)))

    assert ledger(door) == []


@pytest.mark.parametrize(
    "heard", [opened(SCHOOL, "青石镇中心小学"), joined(CHEN, "陈老师")], ids=lambda one: one.TYPE
)
def test_what_the_directory_said_is_kept_once(empty: Door, heard: SchoolOpened | TeacherJoined) -> None:
    for extra in ({}, {}, {"added_later": True}):
        empty.hear(heard, extra=extra)

    assert len(empty.rows("known_schools") + empty.rows("known_teachers")) == 1
