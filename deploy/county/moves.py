"""Who goes from one school to another in the year, and who comes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deploy.county.draws import Draws
from deploy.county.schools import School, scaled
from deploy.county.teachers import Teacher, teacher

IN_FEBRUARY, ON_OTHER_DAYS = 180, 34
MENTORS_IN_FEBRUARY = 10
ENTRIES = 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody's way from one school to another."""

    staff_number: str
    from_school: str
    to_school: str
    effective_on: date


def moves_of(
    draws: Draws,
    teachers: Mapping[str, Sequence[Teacher]],
    *,
    schools: Sequence[School],
    staying: frozenset[str],
    mentors: frozenset[str],
    scale: float,
    year: int,
) -> list[Move]:
    """The transfers of the year: those of closed schools, those of February, a few on other days."""
    found = _of_closed(teachers, schools)
    open_to = _destinations(schools)
    moving = {move.staff_number for move in found}
    free = [
        one
        for school in schools
        if len(open_to[school.group]) > 1 and school.closed_on is None
        for one in teachers[school.code]
        if one.staff_number not in staying | moving
    ]
    by_mentor = (
        [one for one in free if one.staff_number in mentors],
        [one for one in free if one.staff_number not in mentors],
    )
    wanted = scaled(MENTORS_IN_FEBRUARY, scale)
    ordered = [draws.ordered(some, "transfer", lambda one: one.staff_number) for some in by_mentor]
    february = ordered[0][:wanted] + ordered[1][: scaled(IN_FEBRUARY, scale) - wanted]
    others = ordered[1][scaled(IN_FEBRUARY, scale) - wanted :][
        : max(0, scaled(ON_OTHER_DAYS, scale) - len(found))
    ]
    groups = {school.code: school.group for school in schools}

    def move(one: Teacher, day: date) -> Move:
        choices = [code for code in open_to[groups[one.school]] if code != one.school]
        to_school = choices[draws.below(len(choices), "transfer_to", one.staff_number)]
        return Move(
            staff_number=one.staff_number, from_school=one.school, to_school=to_school, effective_on=day
        )

    found += [move(one, date(year + 1, 2, 10)) for one in february]
    found += [move(one, _other_day(draws, one, year=year)) for one in others]
    return sorted(found, key=lambda move: move.staff_number)


def _other_day(draws: Draws, one: Teacher, *, year: int) -> date:
    return date(year, 9, 15) + timedelta(days=draws.below(120, "transfer_day", one.staff_number))


def _of_closed(teachers: Mapping[str, Sequence[Teacher]], schools: Iterable[School]) -> list[Move]:
    return [
        Move(
            staff_number=one.staff_number,
            from_school=school.code,
            to_school=school.central_school,
            effective_on=school.closed_on,
        )
        for school in schools
        if school.closed_on and school.central_school
        for one in teachers[school.code]
    ]


def _destinations(schools: Iterable[School]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for school in schools:
        found.setdefault(school.group, [])
        if school.closed_on is None:
            found[school.group].append(school.code)
    return found


def entries_of(draws: Draws, schools: Sequence[School], *, scale: float, year: int) -> list[Teacher]:
    """Who begins in February: the next numbers of their schools."""
    still = [school for school in schools if school.closed_on is None]
    next_number: dict[str, int] = {}
    found = []
    for place in range(scaled(ENTRIES, scale)):
        school = still[draws.below(len(still), "entry", place)]
        number = next_number.setdefault(school.code, school.size) + 1
        next_number[school.code] = number
        staff_number = f"T{school.code.removeprefix('S')}{number:04d}"
        found.append(_beginning(teacher(draws, staff_number, school, year=year, years=0), year))
    return sorted(found, key=lambda one: one.staff_number)


def _beginning(one: Teacher, year: int) -> Teacher:
    return replace(one, joined_on=date(year + 1, 2, 17), work_year=year + 1, birth_year=one.birth_year + 1)
