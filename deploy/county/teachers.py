"""The county's teachers: age, sex, title, subjects and name, each drawn by its own key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from deploy.county import subjects
from deploy.county.draws import Draws
from deploy.county.names import GIVEN, HARD, LOOKALIKE, OLD_REGISTER, SURNAMES, WITH_A_DOT
from deploy.county.schools import School, scaled

BANDS = ((0, 2), (3, 5), (6, 9), (10, 19), (20, 29), (30, 40))
_TOWN = (6.0, 9.0, 14.0, 33.0, 28.0, 10.0)
_CENTRE = (9.0, 12.0, 13.0, 24.0, 26.0, 16.0)
_KINDERGARTEN = (14.0, 20.0, 24.0, 28.0, 10.0, 4.0)
YEARS = {
    **dict.fromkeys(("PS-A", "JH-A", "SH", "VS", "SP"), _TOWN),
    **dict.fromkeys(("PS-B", "JH-B", "NY"), _CENTRE),
    "PS-C": (11.0, 13.0, 10.0, 14.0, 24.0, 28.0),
    "TP": (6.0, 6.0, 5.0, 10.0, 25.0, 48.0),
    **dict.fromkeys(("KG-A", "KG-B", "KG-C"), _KINDERGARTEN),
}
AGE_AT_ENTRY = 22
LATER = {0: 45.0, 1: 25.0, 2: 15.0, 3: 10.0, 4: 5.0}
WOMEN = {
    "KG-A": 0.96, "KG-B": 0.97, "KG-C": 0.97, "TP": 0.42, "PS-A": 0.80, "PS-B": 0.70, "PS-C": 0.58,
    "NY": 0.62, "JH-A": 0.62, "JH-B": 0.55, "SH": 0.50, "VS": 0.52, "SP": 0.74,
}  # fmt: skip
TITLES: tuple[tuple[int, dict[str, float]], ...] = (
    (0, {"ungraded": 100}),
    (2, {"ungraded": 10, "third": 20, "second": 70}),
    (5, {"third": 2, "second": 96, "first": 2}),
    (9, {"second": 62, "first": 38}),
    (19, {"second": 12, "first": 80, "senior": 8}),
    (29, {"second": 3, "first": 62, "senior": 35}),
    (40, {"second": 2, "first": 55, "senior": 43}),
)
"""Up to so many years of service."""
RANKS = ("ungraded", "third", "second", "first", "senior", "professor")
FEWER_SENIORS = ("TP", "PS-C", "KG-A", "KG-B", "KG-C")
FALLING_BACK_SHARE = 0.5
MOVED_SHARE = 0.5
"""Who has come to the school later than into service."""
PROFESSORS = {"SH": 6, "JH-A": 3, "PS-A": 2, "KG-A": 1}
PROFESSOR_YEARS_MIN = 20
ONE_CHARACTER = ((15, 0.14), (100, 0.28))
"""Share of one-character given names below so many years of service."""

SAME_NAME_SCHOOL_SUBJECT = 6
HARD_NAMES = 25
LOOKALIKE_NAMES = 2
NAME_CHANGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A teacher as the year begins."""

    staff_number: str
    school: str
    stratum: str
    years: int
    birth_year: int
    work_year: int
    sex: str
    title: str
    subject: str
    second_subjects: tuple[str, ...]
    name: str
    joined_on: date
    phone: str

    @property
    def seniority(self) -> tuple[int, int, str]:
        """What orders a staff room: title, then years."""
        return (-RANKS.index(self.title), -self.years, self.staff_number)


def teachers_of(draws: Draws, school: School, *, year: int) -> list[Teacher]:
    """The teachers of one school, whatever the order in which schools are asked."""
    place = school.code.removeprefix("S")
    return [
        teacher(draws, f"T{place}{number:04d}", school, year=year) for number in range(1, school.size + 1)
    ]


def teacher(
    draws: Draws, staff_number: str, school: School, *, year: int, years: int | None = None
) -> Teacher:
    """One teacher, all of whose draws are named by the staff number."""
    if years is None:
        years = _years(draws, staff_number, school.stratum)
    entry = year - years
    sex = "female" if draws.u("sex", staff_number) < WOMEN[school.stratum] else "male"
    subject, table = _subject(draws, staff_number, school.stratum)
    has_moved = draws.u("moved", staff_number) < MOVED_SHARE
    joined = entry + (draws.below(years + 1, "joined", staff_number) if has_moved else 0)
    return Teacher(
        staff_number=staff_number,
        school=school.code,
        stratum=school.stratum,
        years=years,
        birth_year=entry - AGE_AT_ENTRY - draws.pick(LATER, "later", staff_number),
        work_year=entry,
        sex=sex,
        title=_title(draws, staff_number, school.stratum, years=years),
        subject=subject,
        second_subjects=_second(draws, staff_number, (school.stratum, subject), table=table),
        name=drawn_name(draws, staff_number, sex=sex, years=years),
        joined_on=date(joined, 9, 1),
        phone=_phone(draws, staff_number),
    )


def _phone(draws: Draws, staff_number: str) -> str:
    """A number that no telephone has."""
    first, last = (draws.below(10_000, key, staff_number) for key in ("phone1", "phone2"))
    return f"000-{first:04d}-{last:04d}"


def _years(draws: Draws, staff_number: str, stratum: str) -> int:
    low, high = draws.pick(dict(zip(BANDS, YEARS[stratum], strict=True)), "years", staff_number)
    return low + draws.below(high - low + 1, "years_within", staff_number)


def _title(draws: Draws, staff_number: str, stratum: str, *, years: int) -> str:
    table = next(table for most, table in TITLES if years <= most)
    title = draws.pick(table, "title", staff_number)
    if (
        title == "senior"
        and stratum in FEWER_SENIORS
        and draws.u("title_back", staff_number) < FALLING_BACK_SHARE
    ):
        return "first"
    return title


def _subject(draws: Draws, staff_number: str, stratum: str) -> tuple[str, dict[str, float]]:
    if stratum == "NY":
        primary = draws.u("nine_year", staff_number) < subjects.PRIMARY_SHARE_OF_NINE_YEAR
        table = subjects.PRIMARY if primary else subjects.JUNIOR
    else:
        table = subjects.BY_STRATUM[stratum]
    return draws.pick(table, "subject", staff_number), table


def _second(
    draws: Draws, staff_number: str, taught: tuple[str, str], *, table: dict[str, float]
) -> tuple[str, ...]:
    stratum, subject = taught
    if draws.u("second", staff_number) >= subjects.SECOND.get(stratum, 0):
        return ()
    left = {name: share for name, share in table.items() if name != subject}
    second = draws.pick(left, "second_subject", staff_number)
    # A share of all, drawn among those who have a second one.
    third_share = subjects.THIRD.get(stratum, 0) / subjects.SECOND[stratum]
    if draws.u("third", staff_number) >= third_share:
        return (second,)
    del left[second]
    return (second, draws.pick(left, "third_subject", staff_number))


def drawn_name(draws: Draws, staff_number: str, *, sex: str, years: int) -> str:
    """A surname and a given name of one or two characters."""
    surname = draws.pick(SURNAMES, "surname", staff_number)
    given = draws.pick(GIVEN[sex], "given1", staff_number)
    one = next(share for below, share in ONE_CHARACTER if years < below)
    if draws.u("given_length", staff_number) < one:
        return surname + given
    return surname + given + draws.pick(GIVEN[sex], "given2", staff_number)


def with_professors(draws: Draws, teachers: Sequence[Teacher], *, scale: float) -> list[Teacher]:
    """An exact few of the senior ones are professors."""
    chosen: set[str] = set()
    for stratum, count in PROFESSORS.items():
        senior = [
            one.staff_number
            for one in teachers
            if one.stratum == stratum and one.title == "senior" and one.years >= PROFESSOR_YEARS_MIN
        ]
        chosen.update(draws.ordered(senior, "professor")[: scaled(count, scale)])
    return [replace(one, title="professor") if one.staff_number in chosen else one for one in teachers]


def with_planted_names(draws: Draws, teachers: Sequence[Teacher], *, scale: float) -> list[Teacher]:
    """Names that break programs, put on an exact few."""
    names: dict[str, str] = {}
    surnames = {one.staff_number: _surname(one.name) for one in teachers}
    ordered = iter(draws.ordered((one.staff_number for one in teachers), "planted"))
    for count in range(scaled(HARD_NAMES, scale)):
        person = next(ordered)
        names[person] = surnames[person] + HARD[count % len(HARD)]
    for name in (
        *WITH_A_DOT[: scaled(len(WITH_A_DOT), scale)],
        *OLD_REGISTER[: scaled(len(OLD_REGISTER), scale)],
    ):
        names[next(ordered)] = name
    for _ in range(scaled(LOOKALIKE_NAMES, scale)):
        person = next(ordered)
        names[person] = f"{surnames[person]}{LOOKALIKE}华"
    names |= _same_names(draws, [one for one in teachers if one.staff_number not in names], scale=scale)
    return [replace(one, name=names.get(one.staff_number, one.name)) for one in teachers]


def _surname(name: str) -> str:
    return name[:2] if name[:2] in SURNAMES and len(name) > 2 else name[:1]  # noqa: PLR2004  欧阳 and one more


def _same_names(draws: Draws, teachers: Iterable[Teacher], *, scale: float) -> dict[str, str]:
    """Pairs of one school who teach the same and are called the same."""
    by_place: dict[tuple[str, str, str], list[Teacher]] = {}
    for one in teachers:
        by_place.setdefault((one.school, one.subject, one.sex), []).append(one)
    places = [place for place, found in sorted(by_place.items()) if len(found) > 1]
    names: dict[str, str] = {}
    for place in draws.ordered(places, "same_name", "|".join)[: scaled(SAME_NAME_SCHOOL_SUBJECT, scale)]:
        first, second = draws.ordered(by_place[place], "same_name_of", lambda one: one.staff_number)[:2]
        names[second.staff_number] = first.name
    return names


def name_changes(draws: Draws, teachers: Sequence[Teacher], *, scale: float) -> list[Teacher]:
    """Who has another name from February on."""
    chosen = draws.ordered(teachers, "new_name", lambda one: one.staff_number)[: scaled(NAME_CHANGES, scale)]
    renamed = []
    for one in chosen:
        given = draws.pick(GIVEN[one.sex], "new_given", one.staff_number)
        renamed.append(replace(one, name=f"{_surname(one.name)}{given}{given}"))
    return sorted(renamed, key=lambda one: one.staff_number)
