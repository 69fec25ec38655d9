"""Who is where on which day: schools and groups as people come, go, move and are away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from deploy.county.absences import Absence
from deploy.county.county import County
from deploy.county.draws import Draws
from deploy.county.groups import Group
from deploy.county.places import KINDERGARTENS
from deploy.county.teachers import Teacher

ALWAYS, NEVER = date.min, date.max


class Stay(NamedTuple):
    """That somebody is at a school from a day on, until before another."""

    staff_number: str
    school: str
    starts_on: date
    ends_on: date

    def covers(self, day: date) -> bool:
        """Whether the day lies within it."""
        return self.starts_on <= day < self.ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The county's people by day."""

    by_school: Mapping[str, Sequence[Stay]]
    """Whoever belongs to a school, away or not."""
    at_work: Mapping[str, Sequence[Stay]]
    """Without those on leave."""
    on_hand: Mapping[str, Sequence[Stay]]
    """Nor those at a long course."""
    by_group: Mapping[str, Sequence[Stay]]
    """Who is on hand of a group, by `group_id`."""
    by_person: Mapping[str, Sequence[Stay]]
    """When and where somebody is on hand."""


def group_id(group: Group) -> str:
    """What a group is drawn by."""
    return f"{group.school}-{group.name}"


def belonging_of(county: County, draws: Draws) -> Belonging:
    """Everybody's stays, from the transfers, entries and absences of the year."""
    people = [*county.teachers, *county.entries]
    stays = _stays(county, people)
    leave = _by_person(one for one in county.absences if not one.is_for_good)
    courses = _by_person(one for one in county.absences if one.kind == "long_training")
    found = _Found()
    groups = _Groups(county, draws)
    for one in people:
        absent, away = leave.get(one.staff_number, []), courses.get(one.staff_number, [])
        for stay in stays[one.staff_number]:
            found.by_school.setdefault(stay.school, []).append(stay)
            at_work = _without(stay, [absence for absence in absent if absence not in away])
            on_hand = _without(stay, absent)
            found.at_work.setdefault(stay.school, []).extend(at_work)
            found.on_hand.setdefault(stay.school, []).extend(on_hand)
            found.by_person.setdefault(one.staff_number, []).extend(on_hand)
            group = groups.of(one, stay.school)
            if group is not None:
                found.by_group.setdefault(group_id(group), []).extend(on_hand)
    return Belonging(
        by_school=found.by_school,
        at_work=found.at_work,
        on_hand=found.on_hand,
        by_group=found.by_group,
        by_person=found.by_person,
    )


@dataclass(slots=True)
class _Found:
    by_school: dict[str, list[Stay]] = field(default_factory=dict)
    at_work: dict[str, list[Stay]] = field(default_factory=dict)
    on_hand: dict[str, list[Stay]] = field(default_factory=dict)
    by_group: dict[str, list[Stay]] = field(default_factory=dict)
    by_person: dict[str, list[Stay]] = field(default_factory=dict)


class _Groups:
    """In which group somebody meets, at the school of the beginning and at a later one."""

    def __init__(self, county: County, draws: Draws) -> None:
        self._draws = draws
        self._first = {number: group for group in county.groups for number in group.members}
        self._at: dict[str, list[Group]] = {}
        for group in county.groups:
            self._at.setdefault(group.school, []).append(group)
        self._schools = {school.code: school for school in county.schools}

    def of(self, one: Teacher, school: str) -> Group | None:
        """The group of the subject, else the one for everybody else; of several, one is drawn."""
        first = self._first.get(one.staff_number)
        if first is not None and one.school == school:
            return first
        found = self._fitting(one, school)
        if not found:
            return None
        return found[self._draws.below(len(found), "group_of", one.staff_number, school)]

    def _fitting(self, one: Teacher, school: str) -> list[Group]:
        place = self._schools[school]
        if place.stratum == "TP" and place.central_school:
            return [group for group in self._at[place.central_school] if group.spans_schools]
        own = [group for group in self._at[school] if not group.spans_schools]
        if place.stratum in KINDERGARTENS:
            return own
        same = [group for group in own if group.subject == one.subject]
        return same or [group for group in own if group.subject is None] or own


def _stays(county: County, people: Sequence[Teacher]) -> dict[str, list[Stay]]:
    ends = {one.staff_number: one.starts_on for one in county.absences if one.is_for_good}
    moves = {move.staff_number: move for move in county.moves}
    begun = {one.staff_number for one in county.entries}
    found = {}
    for one in people:
        number = one.staff_number
        starts_on = one.joined_on if number in begun else ALWAYS
        ends_on, move = ends.get(number, NEVER), moves.get(number)
        if move is None or move.effective_on >= ends_on:
            found[number] = [Stay(number, one.school, starts_on, ends_on)]
        else:
            found[number] = [
                Stay(number, one.school, starts_on, move.effective_on),
                Stay(number, move.to_school, move.effective_on, ends_on),
            ]
    return found


def _by_person(absences: Iterable[Absence]) -> dict[str, list[Absence]]:
    found: dict[str, list[Absence]] = {}
    for one in absences:
        found.setdefault(one.staff_number, []).append(one)
    return found


def _without(stay: Stay, absences: Sequence[Absence]) -> list[Stay]:
    """What is left of a stay between absences."""
    found, starts_on = [], stay.starts_on
    for absence in absences:
        if absence.starts_on > starts_on:
            found.append(stay._replace(starts_on=starts_on, ends_on=min(stay.ends_on, absence.starts_on)))
        starts_on = max(starts_on, absence.ends_on or NEVER)
    if starts_on < stay.ends_on:
        found.append(stay._replace(starts_on=starts_on))
    return [one for one in found if one.starts_on < one.ends_on]
