"""The days of a school year: its two terms of 20 weeks, the days without school, and who is where in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from shared.values import COUNTY_ZONE

WEEKS = 20
SPRING_AFTER_WEEKS = 24
"""How many weeks after the autumn the spring begins: the holidays of the new year lie between."""
SCHOOL_WEEK_DAYS = 5
TERMS = ("autumn", "spring")

_NO_SCHOOL = (
    ((9, 15), (9, 17)),
    ((10, 1), (10, 7)),
    ((1, 1), (1, 1)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((5, 31), (6, 2)),
)
"""From a day to a day, both included."""
_WORKING_WEEKENDS = ((9, 14), (9, 29), (10, 12), (1, 26), (2, 8), (4, 27))
FIRST_MONTH = 9
SPRING_MONTHS = range(2, 9)


@dataclass(frozen=True, slots=True)
class Term:
    """A term: `monday` of its first week; its weeks count from 1."""

    code: str
    monday: date

    def day(self, week: int, weekday: int) -> date:
        """A day of one of its weeks; Monday is 0."""
        return self.monday + timedelta(weeks=week - 1, days=weekday)


@dataclass(frozen=True)
class SchoolYear:
    """The school year that begins on 1 September of `year`."""

    year: int

    @cached_property
    def terms(self) -> tuple[Term, Term]:
        """Autumn and spring."""
        first = date(self.year, 9, 1)
        monday = first + timedelta(days=-first.weekday() % 7)
        return Term("autumn", monday), Term("spring", monday + timedelta(weeks=SPRING_AFTER_WEEKS))

    @cached_property
    def no_school(self) -> frozenset[date]:
        """Days within the terms on which no school is held."""
        found: set[date] = set()
        for first, last in _NO_SCHOOL:
            day, ends = self._on(first), self._on(last)
            while day <= ends:
                found.add(day)
                day += timedelta(days=1)
        return frozenset(found)

    @cached_property
    def working_weekends(self) -> frozenset[date]:
        """Days of a weekend that are worked on for a holiday; without regular slots."""
        return frozenset(map(self._on, _WORKING_WEEKENDS))

    @cached_property
    def saturdays(self) -> dict[str, list[date]]:
        """By term: the free Saturdays, on which the county brings teachers together."""
        return {
            term.code: [
                day
                for day in (term.day(week, 5) for week in range(2, WEEKS))
                if day not in self.no_school and day not in self.working_weekends
            ]
            for term in self.terms
        }

    @cached_property
    def school_days(self) -> dict[str, list[date]]:
        """By term: every day on which lessons are given, but worked weekends."""
        return {
            term.code: [
                day
                for week in range(1, WEEKS + 1)
                for day in (term.day(week, weekday) for weekday in range(SCHOOL_WEEK_DAYS))
                if day not in self.no_school
            ]
            for term in self.terms
        }

    def is_school_day(self, day: date) -> bool:
        """Whether regular lessons are given."""
        return day in self.school_days["autumn"] or day in self.school_days["spring"]

    def all_days(self) -> Iterator[date]:
        """Every day of the year, and the first of the next: some are entered too late by one."""
        day = date(self.year, 9, 1)
        while day <= date(self.year + 1, 9, 1):
            yield day
            day += timedelta(days=1)

    def last_school_days(self) -> Sequence[date]:
        """The last Thursday with lessons of each month that has one."""
        by_month: dict[tuple[int, int], date] = {}
        for term in self.terms:
            for day in self.school_days[term.code]:
                if day.weekday() == 3:  # noqa: PLR2004  a Thursday
                    by_month[day.year, day.month] = day
        return sorted(by_month.values())

    def _on(self, month_and_day: tuple[int, int]) -> date:
        month, day = month_and_day
        return date(self.year + (month < FIRST_MONTH), month, day)


def term_of(day: date) -> str:
    """In which half of the school year a day lies, holidays included."""
    return "spring" if day.month in SPRING_MONTHS else "autumn"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in the county."""
    return datetime.combine(day, time(hour, minute), tzinfo=COUNTY_ZONE)
