"""Who leaves or is away in the year: retirement, death, resignation, leave, long courses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.county.draws import Draws
from deploy.county.schools import scaled
from deploy.county.teachers import Teacher

RETIREMENTS = 61
DEATHS, RESIGNATIONS = 3, 6
SICK = 45
MATERNITY = 130
MATERNITY_DAYS = (98, 158)
POSTINGS, EXEMPTED = 180, 150
POSTING_DAYS = (60, 120)
RETIRING_AGE = {"female": 55, "male": 60}
MOTHERS_AGE = (23, 42)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody away from a day on, until before another; for good without one."""

    staff_number: str
    kind: str
    starts_on: date
    ends_on: date | None = None
    is_exempted: bool = False
    """Whether a long course frees from the year's other training."""

    @property
    def is_for_good(self) -> bool:
        """Whether somebody leaves the county's schools."""
        return self.kind in {"retired", "resigned", "deceased"}


def absences_of(draws: Draws, teachers: Sequence[Teacher], *, scale: float, year: int) -> list[Absence]:
    """Every absence of the year; nobody has two."""
    year_ends = date(year + 1, 9, 1)
    taken: set[str] = set()

    def choose(key: str, count: int, fits: Callable[[Teacher], bool]) -> list[str]:
        free = [one.staff_number for one in teachers if one.staff_number not in taken and fits(one)]
        chosen = draws.ordered(free, key)[: scaled(count, scale)]
        taken.update(chosen)
        return chosen

    def age(one: Teacher) -> int:
        return year + 1 - one.birth_year

    def may_be_mother(one: Teacher) -> bool:
        return one.sex == "female" and MOTHERS_AGE[0] <= age(one) <= MOTHERS_AGE[1]

    found = [
        _for_good(draws, number, "retired", year=year)
        for number in choose("retire", RETIREMENTS, lambda one: age(one) >= RETIRING_AGE[one.sex])
    ]
    for kind, count in (("deceased", DEATHS), ("resigned", RESIGNATIONS)):
        found += [_for_good(draws, one, kind, year=year) for one in choose(kind, count, lambda _: True)]
    found += [
        Absence(staff_number=number, kind="sick_leave", starts_on=date(year, 9, 1), ends_on=year_ends)
        for number in choose("sick", SICK, lambda _: True)
    ]
    for number in choose("maternity", MATERNITY, may_be_mother):
        found.append(_away(draws, number, "maternity_leave", days=MATERNITY_DAYS, year=year))
    postings = choose("posting", POSTINGS, lambda one: one.years >= 1)
    exempted = scaled(EXEMPTED, scale)
    for place, number in enumerate(postings):
        found.append(
            _away(draws, number, "long_training", days=POSTING_DAYS, year=year, is_exempted=place < exempted)
        )
    return sorted(found, key=lambda one: (one.staff_number, one.starts_on))


def _for_good(draws: Draws, number: str, kind: str, *, year: int) -> Absence:
    """On the first of a month within the year."""
    month = draws.below(12, kind, "month", number)
    on = date(year + (month + 8) // 12, (month + 8) % 12 + 1, 1)
    return Absence(staff_number=number, kind=kind, starts_on=max(on, date(year, 9, 2)))


def _away(
    draws: Draws, number: str, kind: str, *, days: tuple[int, int], year: int, is_exempted: bool = False
) -> Absence:
    least, most = days
    length = least + draws.below(most - least + 1, kind, "days", number)
    starts_on = date(year, 9, 2) + timedelta(days=draws.below(365 - length, kind, "start", number))
    return Absence(
        staff_number=number,
        kind=kind,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=length),
        is_exempted=is_exempted,
    )
