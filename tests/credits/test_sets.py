"""Many confirmations or revocations at once: what they would do one by one, each with its own trace."""

from sqlalchemy import select

from shared.events.credits import HoursAccrued, HoursReversed
from shared.kernel_tables import outbox
from tests.credits.facts import (
    ACTIVITY,
    OTHER_ACTIVITY,
    attendee,
    balances,
    confirmed,
    ledger,
    revoked,
)
from tests.signed_in import CHEN, LIN, Door

ONE, OTHER = f"00-{1:032x}-{1:016x}-01", f"00-{2:032x}-{2:016x}-01"


def traces(door: Door) -> list[str]:
    """The request behind each event that was said, in order."""
    with door.engine.connect() as connection:
        said = connection.execute(select(outbox.c.traceparent).order_by(outbox.c.position)).scalars()
        return [str(traceparent).split("-")[1] for traceparent in said]


def test_an_attendance_that_stands_twice_in_a_set_earns_once(door: Door) -> None:
    door.hear_together(confirmed(), confirmed())

    assert ledger(door) == [(CHEN.person_id, ACTIVITY, 1, "accrual", 200)]
    assert balances(door) == {(CHEN.person_id, 2026, "school_based"): 200}


def test_each_request_is_answered_by_an_event_with_its_trace(door: Door) -> None:
    lin, chen = attendee(LIN.person_id), attendee(CHEN.person_id)

    door.hear_together(confirmed(lin), confirmed(chen), traces=[ONE, OTHER])

    said = [event for event in door.said() if isinstance(event, HoursAccrued)]
    assert [[entry.teacher_id for entry in event.entries] for event in said] == [
        [LIN.person_id],
        [CHEN.person_id],
    ]
    assert traces(door) == [f"{1:032x}", f"{2:032x}"]


def test_parts_of_one_request_are_answered_by_one_event(door: Door) -> None:
    lin, chen = attendee(LIN.person_id), attendee(CHEN.person_id)

    door.hear_together(confirmed(lin), confirmed(chen), traces=[ONE, ONE])

    (said,) = (event for event in door.said() if isinstance(event, HoursAccrued))
    assert [entry.teacher_id for entry in said.entries] == [LIN.person_id, CHEN.person_id]


def test_a_set_of_revocations_reverses_what_each_names_and_nothing_else(door: Door) -> None:
    door.hear_together(
        confirmed(attendee(LIN.person_id), attendee(CHEN.person_id)),
        confirmed(attendee(LIN.person_id), attendee(CHEN.person_id), activity_id=OTHER_ACTIVITY),
    )

    door.hear_together(
        revoked(LIN.person_id), revoked(CHEN.person_id, activity_id=OTHER_ACTIVITY), traces=[ONE, OTHER]
    )

    assert [entry for entry in ledger(door) if entry[3] == "reversal"] == [
        (LIN.person_id, ACTIVITY, 1, "reversal", -200),
        (CHEN.person_id, OTHER_ACTIVITY, 1, "reversal", -200),
    ]
    said = {event.activity_id for event in door.said() if isinstance(event, HoursReversed)}
    assert said == {ACTIVITY, OTHER_ACTIVITY}
    assert traces(door)[-2:] == [f"{1:032x}", f"{2:032x}"]


def test_a_set_that_was_revoked_before_it_came_earns_nothing(door: Door) -> None:
    door.hear_together(revoked(), revoked(activity_id=OTHER_ACTIVITY))

    door.hear_together(confirmed(), confirmed(activity_id=OTHER_ACTIVITY))

    assert len(ledger(door)) == 4
    assert balances(door) == {(CHEN.person_id, 2026, "school_based"): 0}
