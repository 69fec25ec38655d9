"""Attendance into hours: once, twice, from a newer producer, out of order, and without a rule."""

import json
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from shared.values import Refused
from shared.vocabulary import SessionRole
from tests.credits.facts import (
    ACTIVITY,
    CHEN,
    LIN,
    attendee,
    balances,
    confirmed,
    from_a_newer_producer,
    hear,
    ledger,
    publish,
    revoked,
    said,
)

CHENS_TWO_HOURS = (CHEN, ACTIVITY, 1, "accrual", 200)
TAKEN_BACK = (CHEN, ACTIVITY, 1, "reversal", -200)


@pytest.fixture
def ruled(engine: Engine) -> Engine:
    """A database with the county's rules in force."""
    publish(engine)
    return engine


def test_confirmed_attendance_earns_hours(ruled: Engine) -> None:
    hear(ruled, confirmed())

    assert ledger(ruled) == [CHENS_TWO_HOURS]
    assert balances(ruled) == {(CHEN, 2026, "school_based"): 200}


def test_an_attendance_confirmed_twice_earns_once(ruled: Engine) -> None:
    hear(ruled, confirmed(), confirmed())

    assert ledger(ruled) == [CHENS_TWO_HOURS]
    assert balances(ruled) == {(CHEN, 2026, "school_based"): 200}
    assert len(said(ruled)) == 1


def test_a_field_added_later_changes_nothing(ruled: Engine) -> None:
    hear(ruled, from_a_newer_producer(confirmed()), from_a_newer_producer(revoked()))

    assert ledger(ruled) == [CHENS_TWO_HOURS, TAKEN_BACK]


def test_a_revocation_takes_the_hours_back(ruled: Engine) -> None:
    hear(ruled, confirmed(), revoked(), revoked())

    assert ledger(ruled) == [CHENS_TWO_HOURS, TAKEN_BACK]
    assert balances(ruled) == {(CHEN, 2026, "school_based"): 0}
    assert [kind for kind, _ in said(ruled)] == ["credits.hours.accrued.v1", "credits.hours.reversed.v1"]


def test_a_revocation_heard_first_reverses_the_hours_when_they_come(ruled: Engine) -> None:
    hear(ruled, revoked(), confirmed(), confirmed())

    assert ledger(ruled) == [CHENS_TWO_HOURS, TAKEN_BACK]
    assert balances(ruled) == {(CHEN, 2026, "school_based"): 0}
    assert [kind for kind, _ in said(ruled)] == ["credits.hours.accrued.v1", "credits.hours.reversed.v1"]


def test_an_attendance_confirmed_anew_earns_anew(ruled: Engine) -> None:
    hear(ruled, confirmed(), revoked(), confirmed(attendee(round_no=2)))

    assert ledger(ruled) == [CHENS_TWO_HOURS, TAKEN_BACK, (CHEN, ACTIVITY, 2, "accrual", 200)]
    assert balances(ruled) == {(CHEN, 2026, "school_based"): 200}


def test_a_revocation_takes_back_only_whom_it_names(ruled: Engine) -> None:
    hear(ruled, confirmed(attendee(CHEN), attendee(LIN)), revoked(LIN))

    assert balances(ruled) == {(CHEN, 2026, "school_based"): 200, (LIN, 2026, "school_based"): 0}


def test_one_event_says_all_that_was_earned_together(ruled: Engine) -> None:
    hear(ruled, confirmed(attendee(LIN, role=SessionRole.SPEAKER), attendee(CHEN)))

    ((kind, data),) = said(ruled)
    told = json.loads(data)
    assert kind == "credits.hours.accrued.v1"
    assert [(one["teacher_id"], one["hours_hundredths"]) for one in told["entries"]] == [
        (str(CHEN), 200),
        (str(LIN), 400),
    ]


def test_a_repeated_event_says_only_what_is_new(ruled: Engine) -> None:
    hear(ruled, confirmed(attendee(CHEN)), confirmed(attendee(CHEN), attendee(LIN)))

    told = [json.loads(data) for _, data in said(ruled)]
    assert [[one["teacher_id"] for one in data["entries"]] for data in told] == [[str(CHEN)], [str(LIN)]]


def test_an_attendance_worth_nothing_leaves_an_entry_that_says_so(ruled: Engine) -> None:
    hear(ruled, confirmed(attendee(minutes=0)))

    assert ledger(ruled) == [(CHEN, ACTIVITY, 1, "accrual", 0)]


def test_without_a_rule_in_force_nothing_is_appended_and_the_reason_is_given(ruled: Engine) -> None:
    with pytest.raises(Refused, match="no_rule_in_force"):
        hear(ruled, confirmed(held_on=date(2026, 8, 31)))

    assert ledger(ruled) == []


def test_a_full_event_is_five_statements(ruled: Engine) -> None:
    everybody = [attendee(UUID(int=0x1000 + n)) for n in range(500)]
    statements: list[str] = []
    event.listen(ruled, "before_cursor_execute", lambda *args: statements.append(args[2].split()[0]))

    hear(ruled, confirmed(*everybody))

    assert [verb for verb in statements if verb != "BEGIN"] == [
        "SELECT",
        "SELECT",
        "INSERT",
        "INSERT",
        "INSERT",
    ]
