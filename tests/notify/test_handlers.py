"""Hours and pairings into notices: once, twice, from a newer producer, and in every order."""

from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from shared.events.codec import Event
from shared.events.credits import HoursAccrued, HoursReversed
from tests.notify.facts import (
    CHEN,
    LIN,
    WU,
    entry,
    hear,
    hours,
    joined,
    kept,
    paired,
    parted,
    told,
)
from tests.signed_in import Door

CHEN_IS_TOLD = (CHEN, "hours_accrued", CHEN, 200)
LIN_IS_TOLD = (LIN, "apprentice_accrued", CHEN, 200)


def test_teacher_and_mentor_are_each_told_once(door: Door) -> None:
    hear(door, paired(), hours(HoursAccrued))

    assert told(door) == sorted([CHEN_IS_TOLD, LIN_IS_TOLD])


EACH = [hours(HoursAccrued), hours(HoursReversed), paired(), parted(date(2027, 1, 1)), joined()]
each = pytest.mark.parametrize("heard", EACH, ids=[type(one).__name__ for one in EACH])


@each
def test_an_event_heard_twice_changes_nothing(door: Door, heard: Event) -> None:
    nothing = kept(door)
    hear(door, heard)
    once = kept(door)

    hear(door, heard)

    assert kept(door) == once != nothing


@each
def test_a_field_added_later_changes_nothing(door: Door, heard: Event) -> None:
    nothing = kept(door)
    door.hear(heard, extra={"added_later": {"x": 1}})
    once = kept(door)

    hear(door, heard)

    assert kept(door) == once != nothing


def test_a_reversal_is_told_with_its_amount(door: Door) -> None:
    hear(door, paired(), hours(HoursReversed))

    assert told(door) == sorted(
        [(CHEN, "hours_reversed", CHEN, 200), (LIN, "apprentice_reversed", CHEN, 200)]
    )


def test_a_pairing_heard_of_after_the_hours_catches_up(door: Door) -> None:
    hear(door, hours(HoursAccrued), hours(HoursReversed), paired())

    assert told(door) == sorted(
        [
            CHEN_IS_TOLD,
            (CHEN, "hours_reversed", CHEN, 200),
            LIN_IS_TOLD,
            (LIN, "apprentice_reversed", CHEN, 200),
        ]
    )


@pytest.mark.parametrize(
    ("held_on", "mentor_is_told"),
    [
        (date(2026, 8, 31), False),
        (date(2026, 9, 1), True),
        (date(2026, 9, 29), True),
        (date(2026, 9, 30), False),
    ],
)
def test_a_mentor_is_told_of_the_days_of_the_pairing_in_any_order(
    door: Door, *, held_on: date, mentor_is_told: bool
) -> None:
    for number, order in enumerate(permutations(("hours", "start", "end"))):
        apprentice, mentor = UUID(int=0x100 + number), UUID(int=0x200 + number)
        pairing = UUID(int=0x300 + number)
        events: dict[str, Event] = {
            "hours": hours(HoursAccrued, entry(apprentice), held_on=held_on),
            "start": paired(pairing, mentor_id=mentor, apprentice_id=apprentice),
            "end": parted(date(2026, 9, 30), pairing_id=pairing),
        }

        hear(door, *(events[name] for name in order))

        mentors = [recipient for recipient, kind, *_ in told(door) if kind == "apprentice_accrued"]
        assert (mentor in mentors) is mentor_is_told, order


def test_an_end_leaves_what_another_pairing_of_the_two_covers(door: Door) -> None:
    hear(door, paired(), paired(UUID(int=0xD2)), hours(HoursAccrued), parted(date(2026, 9, 5)))

    assert told(door) == sorted([CHEN_IS_TOLD, LIN_IS_TOLD])


@pytest.mark.parametrize("order", ["first later", "first earlier"])
def test_of_two_ends_the_earlier_holds(door: Door, order: str) -> None:
    ends = [parted(date(2026, 9, 30)), parted(date(2026, 9, 1))]

    hear(door, paired(), hours(HoursAccrued), *(ends if order == "first later" else reversed(ends)))

    assert told(door) == [CHEN_IS_TOLD]


def test_every_mentor_is_told(door: Door) -> None:
    hear(door, paired(), paired(UUID(int=0xD2), mentor_id=WU), hours(HoursAccrued))

    assert told(door) == sorted([CHEN_IS_TOLD, LIN_IS_TOLD, (WU, "apprentice_accrued", CHEN, 200)])


def test_each_round_is_told(door: Door) -> None:
    hear(door, hours(HoursAccrued), hours(HoursReversed), hours(HoursAccrued, entry(round_no=2)))

    assert [kind for _, kind, *_ in told(door)] == ["hours_accrued", "hours_accrued", "hours_reversed"]
