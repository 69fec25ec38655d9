"""Periods of days: from a day on, until before another."""

from dataclasses import dataclass
from datetime import date

from shared.values import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a day on, until before another; without an end it lasts."""

    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "Period") -> bool:
        """Whether there is a day in both."""
        begins_in_time = other.ends_on is None or self.starts_on < other.ends_on
        return begins_in_time and (self.ends_on is None or other.starts_on < self.ends_on)

    def covers(self, day: date) -> bool:
        """Whether the day is in it."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def within(self, other: "Period") -> "Period | None":
        """The days that are in both; None when there is none."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.ends_on, other.ends_on) if end is not None]
        return Period(starts_on=max(self.starts_on, other.starts_on), ends_on=min(ends, default=None))

    def without(self, other: "Period") -> "list[Period]":
        """The days that are not in the other: none, one or two periods, in order."""
        if not self.overlaps(other):
            return [self]
        rest = []
        if self.starts_on < other.starts_on:
            rest.append(Period(starts_on=self.starts_on, ends_on=other.starts_on))
        if other.ends_on is not None and (self.ends_on is None or other.ends_on < self.ends_on):
            rest.append(Period(starts_on=other.ends_on, ends_on=self.ends_on))
        return rest


def check_period(*, starts_on: date, ends_on: date | None) -> Period:
    """The period, or Refused when it would not hold on a single day."""
    if ends_on is not None and ends_on <= starts_on:
        raise Refused(
            "period_empty", "结束日期{ends_on}应晚于开始日期{starts_on}", starts_on=starts_on, ends_on=ends_on
        )
    return Period(starts_on=starts_on, ends_on=ends_on)
