"""Timelines: rewriting a period leaves every other day alone, and no day holds two things."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.directory.domain.periods import Period
from services.directory.domain.timelines import Change, Fact, overlaid, value_on

FIRST = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(60)]
VALUES = ["语文", "数学", "科学"]

days = st.integers(min_value=0, max_value=50)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Some days, or all from one on."""
    start, length = draw(days), draw(st.none() | st.integers(min_value=1, max_value=20))
    ends_on = None if length is None else DAYS[0] + timedelta(days=start + length)
    return Period(starts_on=DAYS[start], ends_on=ends_on)


def rewritten(facts: list[Fact[str]], change: Change[str]) -> list[Fact[str]]:
    """The timeline after a change."""
    kept = [fact for fact in facts if fact.id not in change.withdrawn]
    fresh = len(facts) + 1000
    return kept + [
        Fact(id=UUID(int=fresh + number), period=period, value=value)
        for number, (period, value) in enumerate(change.added)
    ]


def always(value: str | None) -> Callable[[str | None], str | None]:
    """Whatever held, this holds."""
    return lambda _: value


@given(st.lists(st.tuples(periods(), st.none() | st.sampled_from(VALUES)), min_size=1, max_size=6))
def test_days_outside_a_rewritten_period_keep_what_they_held(
    deeds: list[tuple[Period, str | None]],
) -> None:
    facts: list[Fact[str]] = []
    for number, (period, value) in enumerate(deeds):
        before = {day: value_on(facts, day) for day in DAYS}
        facts = [
            Fact(id=UUID(int=number * 100 + place), period=fact.period, value=fact.value)
            for place, fact in enumerate(facts)
        ]
        facts = rewritten(facts, overlaid(facts, period=period, become=always(value)))
        after = {day: value_on(facts, day) for day in DAYS}
        assert after == {day: value if period.covers(day) else before[day] for day in DAYS}
        assert all(sum(fact.period.covers(day) for fact in facts) <= 1 for day in DAYS)
