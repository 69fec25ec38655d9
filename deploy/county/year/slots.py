"""When each group meets: its weekday, its weeks, and which of the meetings are open lessons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from deploy.county.draws import Draws
from deploy.county.groups import Group
from deploy.county.year.belonging import group_id
from deploy.county.year.days import SchoolYear
from deploy.county.year.forms import GROUP_FORMS, OPEN_LESSON, Form

WEEKLY_SHARE = 0.45
FIRST_WEEK, LAST_WEEK = 2, 18
BEGINS_LATER_SHARE = 0.5
OPEN_LESSONS = 4
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = range(4)
OF_SUBJECT = {
    "语文": TUESDAY,
    "数学": WEDNESDAY,
    "英语": MONDAY,
    "道法": MONDAY,
    "政治": MONDAY,
}
OF_OTHERS = {0: 20.0, 1: 10.0, 2: 15.0, 3: 25.0, 4: 30.0}


@dataclass(frozen=True)
class Slot:
    """The regular time of one group."""

    draws: Draws
    group: Group
    year: SchoolYear

    @cached_property
    def id(self) -> str:
        """What it is drawn by."""
        return group_id(self.group)

    @cached_property
    def weekday(self) -> int:
        """Monday is 0."""
        if self.group.kind == "mixed":
            return THURSDAY
        if self.group.subject in OF_SUBJECT:
            return OF_SUBJECT[self.group.subject]
        return self.draws.pick(OF_OTHERS, "weekday", self.id)

    @cached_property
    def weeks(self) -> range:
        """In which weeks of a term the group meets."""
        if not self.group.spans_schools and self.draws.u("weekly", self.id) < WEEKLY_SHARE:
            return range(FIRST_WEEK, LAST_WEEK + 1)
        later = self.draws.u("first_week", self.id) < BEGINS_LATER_SHARE
        return range(FIRST_WEEK + later, LAST_WEEK + 1, 2)

    def dates(self) -> Iterator[date]:
        """Every day on which the group meets; a slot on a day without school is left out."""
        for term in self.year.terms:
            for week in self.weeks:
                day = term.day(week, self.weekday)
                if day not in self.year.no_school:
                    yield day

    @cached_property
    def open_lessons(self) -> frozenset[date]:
        """On which of these somebody gives an open lesson."""
        ordered = self.draws.ordered(self.dates(), f"open|{self.id}")
        return frozenset(ordered[:OPEN_LESSONS])

    def form(self, day: date) -> Form:
        """What the group does on one of its days."""
        if day in self.open_lessons:
            return OPEN_LESSON
        return self.draws.pick(GROUP_FORMS, "form", self.id, day)

    def key(self, day: date) -> str:
        """What names its meeting of a day."""
        return f"{self.id}-{day:%Y%m%d}"


def by_weekday_and_week(slots: Sequence[Slot]) -> Mapping[tuple[int, int], Sequence[Slot]]:
    """Who meets on a weekday of a week; a school day is looked up in it."""
    found: dict[tuple[int, int], list[Slot]] = {}
    for slot in slots:
        for week in slot.weeks:
            found.setdefault((week, slot.weekday), []).append(slot)
    return found
