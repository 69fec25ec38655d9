"""The directory's decisions, as tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.directory.domain import access, names, pairings, people
from services.directory.domain.access import Tries
from services.directory.domain.pairings import Member
from services.directory.domain.periods import Period
from shared.values import Forbidden, Refused
from shared.vocabulary import Role

TODAY = date(2026, 10, 14)
NOW = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("县实验小学", "县 实验小学"),
        ("第3小学", "第\uff13小学"),
        ("ABC School", "abc school"),
        ("Ａ校", "a校"),
    ],
)
def test_names_a_reader_would_take_for_one_have_one_key(one: str, other: str) -> None:
    assert names.name_key(one) == names.name_key(other)


@pytest.mark.parametrize(
    ("held", "roles", "may"),
    [
        ([Role.COUNTY_OFFICER], [Role.PRINCIPAL, Role.TEACHER], True),
        ([Role.COUNTY_OFFICER], [Role.COUNTY_OFFICER], False),
        ([Role.PRINCIPAL], [Role.ACADEMIC_OFFICE, Role.GROUP_LEADER], True),
        ([Role.PRINCIPAL], [Role.PRINCIPAL], False),
        ([Role.ACADEMIC_OFFICE], [Role.TEACHER, Role.GROUP_LEADER], True),
        ([Role.ACADEMIC_OFFICE], [Role.TEACHER, Role.ACADEMIC_OFFICE], False),
        ([Role.TEACHER, Role.GROUP_LEADER], [Role.TEACHER], False),
        ([], [Role.TEACHER], False),
        ([Role.PRINCIPAL], [], True),
    ],
)
def test_posts_below_ones_own_are_ones_to_manage(held: list[Role], roles: list[Role], may: bool) -> None:  # noqa: FBT001  a column of the table
    if may:
        people.check_may_manage(held, roles)
    else:
        with pytest.raises(Forbidden):
            people.check_may_manage(held, roles)


@pytest.mark.parametrize("day", [date(1949, 12, 31), TODAY + timedelta(days=367)])
def test_a_day_beyond_the_register_is_refused(day: date) -> None:
    with pytest.raises(Refused, match="day_out_of_range"):
        people.check_day(day, today=TODAY)


@pytest.mark.parametrize("day", [date(1950, 1, 1), TODAY, TODAY + timedelta(days=366)])
def test_a_day_within_it_is_not(day: date) -> None:
    people.check_day(day, today=TODAY)


def period(starts: int, ends: int | None) -> Period:
    return Period(starts_on=date(2026, 9, starts), ends_on=date(2026, 9, ends) if ends is not None else None)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (period(1, 10), period(10, 20), False),
        (period(1, 10), period(9, 20), True),
        (period(1, None), period(1, None), True),
        (period(5, None), period(1, 5), False),
        (period(5, None), period(1, 6), True),
        (period(1, 2), period(3, None), False),
    ],
)
def test_half_open_periods_overlap_when_a_day_is_in_both(one: Period, other: Period, overlap: bool) -> None:  # noqa: FBT001  a column of the table
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_the_refusal_of_a_pairing_names_who_it_is_about() -> None:
    lin = Member(name="林老师", school="青石镇中心小学", since=date(2020, 9, 1))
    chen = Member(name="陈老师", school="青石镇中心小学", since=date(2026, 9, 1))

    with pytest.raises(Refused) as refused:
        pairings.check_start(mentor=lin, apprentice=chen, starts_on=date(2026, 8, 31), before=[], today=TODAY)

    assert refused.value.text == "陈老师2026-09-01才到校，结对不能早于这一天"


def tries(recent: int, day: int) -> Tries:
    return Tries(recent_since=NOW, recent_failures=recent, day_since=NOW, day_failures=day)


@pytest.mark.parametrize(
    ("counted", "after", "wait"),
    [
        (tries(4, 4), timedelta(0), timedelta(0)),
        (tries(5, 5), timedelta(0), 15 * MINUTE),
        (tries(5, 5), 14 * MINUTE, MINUTE),
        (tries(5, 5), 15 * MINUTE, timedelta(0)),
        (tries(0, 10), timedelta(0), timedelta(days=1)),
        (tries(5, 10), 15 * MINUTE, timedelta(days=1) - 15 * MINUTE),
        (tries(5, 10), timedelta(days=1), timedelta(0)),
    ],
)
def test_tries_are_bounded_in_a_quarter_of_an_hour_and_in_a_day(
    counted: Tries, after: timedelta, wait: timedelta
) -> None:
    assert access.locked_for(counted, now=NOW + after) == wait


@pytest.mark.parametrize(
    ("after", "recent", "day"), [(MINUTE, 5, 8), (15 * MINUTE, 1, 8), (timedelta(days=1), 1, 1)]
)
def test_a_window_that_has_passed_begins_anew(after: timedelta, recent: int, day: int) -> None:
    counted = access.after_failure(tries(4, 7), now=NOW + after)

    assert (counted.recent_failures, counted.day_failures) == (recent, day)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        (None, NOW),
        (NOW - MINUTE, NOW),
        (NOW, NOW + timedelta(microseconds=1)),
        (NOW + MINUTE, NOW + MINUTE + timedelta(microseconds=1)),
    ],
)
def test_every_sign_in_so_far_is_void(last: datetime | None, before: datetime) -> None:
    assert access.void_before(last_signed_in_at=last, now=NOW) == before
