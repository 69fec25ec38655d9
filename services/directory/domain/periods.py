"""Periods of days: from a day on, until before another."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a day on, until before another; without an end it lasts."""

    starts_on: date
    ends_on: date | None

    def overlaps(self, other: "Period") -> bool:
        """Whether there is a day in both."""
        begins_in_time = other.ends_on is None or self.starts_on < other.ends_on
        return begins_in_time and (self.ends_on is None or other.starts_on < self.ends_on)
