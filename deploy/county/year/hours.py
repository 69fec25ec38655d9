"""What attendance is worth in the year: a small model of the rules, apart from the product's ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from deploy.county.year.days import term_of
from deploy.county.year.session import Session
from shared.values import HUNDREDTHS
from shared.vocabulary import HourCategory

MINUTES_PER_HOUR = 60
ROLE_WEIGHTS: Mapping[str, int] = {"participant": 100, "host": 100, "speaker": 200}
"""Who gives an open lesson has the hour twice."""
SCHOOL_BASED_OF_TERM_MAX = 15 * HUNDREDTHS
REQUIRED = 72 * HUNDREDTHS
REQUIRED_SCHOOL_BASED = 24 * HUNDREDTHS


@dataclass(slots=True)
class Account:
    """What somebody has earned, in hundredths of an hour."""

    school_based: dict[str, int] = field(default_factory=lambda: {"autumn": 0, "spring": 0})
    other: int = 0

    @property
    def school_based_counted(self) -> int:
        """At most so much of each term."""
        return sum(min(SCHOOL_BASED_OF_TERM_MAX, earned) for earned in self.school_based.values())

    @property
    def total(self) -> int:
        """All that counts."""
        return self.school_based_counted + self.other


@dataclass(slots=True)
class Accounts:
    """Everybody's hours of one school year."""

    year_ends: date
    of: dict[str, Account] = field(default_factory=dict)

    def enter(self, session: Session) -> None:
        """Add what a session is worth, unless it is taken back or of another year."""
        if session.reversed or session.day >= self.year_ends:
            return
        for row in session.rows:
            account = self.of.setdefault(row.staff_number, Account())
            hundredths = row.minutes * ROLE_WEIGHTS[row.role] // MINUTES_PER_HOUR
            if session.form.category is HourCategory.SCHOOL_BASED:
                account.school_based[term_of(session.day)] += hundredths
            else:
                account.other += hundredths
