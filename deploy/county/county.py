"""The whole county of a school year: everything made, in any order, from one seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from deploy.county.absences import Absence, absences_of
from deploy.county.draws import DEFAULT_SEED, Draws
from deploy.county.groups import Group, groups_of
from deploy.county.moves import Move, entries_of, moves_of
from deploy.county.pairs import Pair, pairs_of
from deploy.county.progress import Tell
from deploy.county.schools import School, schools_of
from deploy.county.teachers import Teacher, name_changes, teachers_of, with_planted_names, with_professors
from deploy.county.trainers import CountyPerson, base_schools_of, county_people, liaisons_of, partnerships_of

OFFICES_MIN = 12
"""Smaller schools have no academic office of their own."""

Order = Callable[[Sequence[School]], Sequence[School]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which county: nothing else has a say in it."""

    scale: float = 1.0
    seed: str = DEFAULT_SEED
    year: int = 2024
    """In which the school year begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """Schools and people of a year, and what becomes of them in it."""

    plan: Plan
    schools: Sequence[School]
    teachers: Sequence[Teacher]
    roles: Mapping[str, tuple[str, ...]]
    """Who is more than a teacher."""
    groups: Sequence[Group]
    """Those that meet."""
    split_groups: Sequence[Group]
    absences: Sequence[Absence]
    pairs: Sequence[Pair]
    moves: Sequence[Move]
    entries: Sequence[Teacher]
    renamed: Sequence[Teacher]
    people: Sequence[CountyPerson]
    liaisons: Sequence[tuple[str, str]]
    bases: Sequence[School]
    partnerships: Sequence[tuple[str, str]]


def _as_they_come(schools: Sequence[School]) -> Sequence[School]:
    return schools


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def make(plan: Plan, *, order: Order = _as_they_come, tell: Tell = _silent) -> County:
    """The county of a plan; `order` is the order in which its schools are made, and changes nothing."""
    draws = Draws(plan.seed)
    scale, year = plan.scale, plan.year
    schools = schools_of(draws, scale=scale, year=year)
    teachers = _teachers(draws, schools, plan=plan, order=order, tell=tell)
    by_school = {code: list(found) for code, found in groupby(teachers, key=lambda one: one.school)}
    meeting, split = groups_of(draws, schools, by_school)
    absences = absences_of(draws, teachers, scale=scale, year=year)
    away = frozenset(one.staff_number for one in absences if one.is_for_good or one.kind == "sick_leave")
    bases = base_schools_of(schools, scale=scale)
    tell("师徒", 0, 1)
    pairs = pairs_of(
        draws,
        [one for one in teachers if one.staff_number not in away],
        schools=schools,
        base_schools=[base.code for base in bases],
        scale=scale,
        year=year,
    )
    tell("师徒", 1, 1)
    mentors = frozenset(pair.mentor for pair in pairs if pair.state == "active" and pair.where != "reverse")
    apprentices = frozenset(pair.apprentice for pair in pairs)
    leaving = frozenset(one.staff_number for one in absences)
    people = county_people(draws, year=year)
    return County(
        plan=plan,
        schools=schools,
        teachers=teachers,
        roles=_roles(schools, by_school, [*meeting, *split]),
        groups=meeting,
        split_groups=split,
        absences=absences,
        pairs=pairs,
        moves=moves_of(
            draws,
            by_school,
            schools=schools,
            staying=leaving | apprentices,
            mentors=mentors,
            scale=scale,
            year=year,
        ),
        entries=entries_of(draws, schools, scale=scale, year=year),
        renamed=name_changes(draws, [one for one in teachers if one.staff_number not in away], scale=scale),
        people=people,
        liaisons=liaisons_of(draws, schools, people),
        bases=bases,
        partnerships=partnerships_of(draws, schools, bases),
    )


def _teachers(
    draws: Draws, schools: Sequence[School], *, plan: Plan, order: Order, tell: Tell
) -> list[Teacher]:
    found: list[Teacher] = []
    total = sum(school.size for school in schools)
    for school in order(schools):
        found += teachers_of(draws, school, year=plan.year)
        tell("教师", len(found), total)
    found.sort(key=lambda one: one.staff_number)
    found = with_professors(draws, found, scale=plan.scale)
    return with_planted_names(draws, found, scale=plan.scale)


def _roles(
    schools: Sequence[School], teachers: Mapping[str, Sequence[Teacher]], groups: Sequence[Group]
) -> dict[str, tuple[str, ...]]:
    """Leaders of groups, a principal a school, an academic office where the school is large enough."""
    roles: dict[str, list[str]] = {}
    for leader in sorted({group.leader for group in groups}):
        roles[leader] = ["group_leader"]
    for school in schools:
        ordered = sorted(teachers[school.code], key=lambda one: one.seniority)
        ready = [one for one in ordered if one.title != "professor"] or ordered
        roles.setdefault(ready[0].staff_number, []).append("principal")
        if len(ordered) >= OFFICES_MIN:
            roles.setdefault(ready[1].staff_number, []).append("academic_office")
    return {number: ("teacher", *found) for number, found in roles.items()}
