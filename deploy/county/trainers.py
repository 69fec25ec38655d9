"""The county's trainers with the schools they look after (教育联点), and base schools with their partners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from deploy.county.draws import Draws, largest_remainder
from deploy.county.names import GIVEN, SURNAMES
from deploy.county.places import BUREAU, TRAINING_SCHOOL
from deploy.county.schools import School, scaled

TRAINERS = 58
OFFICERS = 14
WOMEN_SHARE = 0.5
LIAISONS = {1: 12, 2: 40, 3: 6}
"""How many trainers look after so many schools."""
WITH_LIAISON = ("KG-A", "KG-B", "PS-A", "PS-B", "NY", "JH-A", "JH-B", "SH", "VS", "SP")
BASES = {"KG-A": 2, "PS-A": 3, "PS-B": 2, "NY": 1, "JH-A": 3, "SH": 1}
PARTNERS = (3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6)
PARTNER_STRATA = {
    "KG-A": ("KG-B", "KG-C"),
    "PS-A": ("PS-B", "PS-C"),
    "PS-B": ("PS-C",),
    "NY": ("NY", "PS-C"),
    "JH-A": ("JH-B", "NY"),
    "SH": ("SH", "VS"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyPerson:
    """Somebody who works for the county rather than for a school."""

    staff_number: str
    name: str
    sex: str
    office: str
    role: str | None
    joined_on: date


def county_people(draws: Draws, *, year: int) -> list[CountyPerson]:
    """The bureau's officers and the trainers; they are the same at every scale."""
    found = []
    for prefix, count, office, role in (
        ("T00001", OFFICERS, BUREAU, None),
        ("T00002", TRAINERS, TRAINING_SCHOOL, "county_trainer"),
    ):
        for number in range(1, count + 1):
            staff_number = f"{prefix}{number:04d}"
            sex = "female" if draws.u("sex", staff_number) < WOMEN_SHARE else "male"
            name = draws.pick(SURNAMES, "surname", staff_number) + "".join(
                draws.pick(GIVEN[sex], key, staff_number) for key in ("given1", "given2")
            )
            joined = date(year - draws.below(20, "joined", staff_number), 9, 1)
            found.append(
                CountyPerson(
                    staff_number=staff_number, name=name, sex=sex, office=office, role=role, joined_on=joined
                )
            )
    return found


def liaisons_of(
    draws: Draws, schools: Sequence[School], people: Sequence[CountyPerson]
) -> list[tuple[str, str]]:
    """Which trainer looks after which school: the staff number and the school's code."""
    trainers = draws.ordered((one.staff_number for one in people if one.role), "liaison")
    units = draws.ordered((school.code for school in schools if school.stratum in WITH_LIAISON), "unit")
    counts = [count for count, times in LIAISONS.items() for _ in range(times)]
    if len(units) != sum(counts):
        counts = largest_remainder(len(units), counts)
    left = iter(units)
    return sorted(
        (trainer, next(left)) for trainer, count in zip(trainers, counts, strict=True) for _ in range(count)
    )


def base_schools_of(schools: Sequence[School], *, scale: float) -> list[School]:
    """The largest schools of some strata."""
    found = []
    for stratum, count in BASES.items():
        largest = sorted((s for s in schools if s.stratum == stratum), key=lambda s: (-s.size, s.code))
        found += largest[: scaled(count, scale)]
    return found


def partnerships_of(
    draws: Draws, schools: Sequence[School], bases: Sequence[School]
) -> list[tuple[str, str]]:
    """Base schools with the schools they help."""
    counts = dict(
        zip(draws.ordered((base.code for base in bases), "partners"), PARTNERS * len(bases), strict=False)
    )
    taken = {base.code for base in bases}
    found = []
    for base in bases:
        fitting = [
            s.code for s in schools if s.stratum in PARTNER_STRATA[base.stratum] and s.code not in taken
        ]
        for code in draws.ordered(fitting, f"partner|{base.code}")[: counts[base.code]]:
            found.append((base.code, code))
            taken.add(code)
    return sorted(found)
