"""A session as one school enters it, with the people who were there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from deploy.county.year.forms import Form


class Row(NamedTuple):
    """Somebody's attendance: how many minutes count, and as what she was there."""

    staff_number: str
    minutes: int
    role: str = "participant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of one school; `kind` is the line of the year it belongs to."""

    key: str
    school: str
    kind: str
    form: Form
    topic: str
    starts_at: datetime
    length_minutes: int
    place: str
    rows: tuple[Row, ...] = ()
    roster: int = 0
    """How many should have been there."""
    meeting: str | None = None
    """What several schools enter each for its own teachers."""
    speaker: str | None = None
    host: str | None = None
    item: str | None = None
    """The item of the plan that it fulfils."""
    is_cancelled: bool = False
    registered_on: date | None = None
    """When it was entered, if that was late."""
    moved_from: date | None = None
    held_with: str | None = None
    """The other school's session that is the same meeting."""
    reversed: str | None = None
    """Why its attendance is taken back."""

    @property
    def day(self) -> date:
        """On which it begins."""
        return self.starts_at.date()


class Draft(NamedTuple):
    """A session to come: drawn up when its turn has come, so that a day of them takes no room."""

    starts_at: datetime
    key: str
    make: Callable[[], Session | None]
    """None where nobody came and so nothing is entered."""
