"""The county's schools: how large, where, what they are called and what else they are called."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import exp
from statistics import NormalDist

from deploy.county.draws import Draws, largest_remainder
from deploy.county.places import (
    BY_CODE,
    COUNTY,
    STRATA,
    TOWNSHIPS,
    VILLAGE_FIRSTS,
    VILLAGE_LASTS,
    Stratum,
    Township,
)

SHARED_SHORT_NAMES = 7
CLOSED_POINTS = 3
CLOSING_TEACHERS_MAX = 6
FIRST_OPENED = 1950
OPENED_WITHIN_YEARS = 60
NUMERALS = "零一二三四五六七八九十"

_VILLAGE_SUFFIX = {"PS-C": ("完全小学", "完小"), "TP": ("教学点", "教学点"), "KG-C": ("幼儿园", "幼儿园")}
_CENTRAL = {
    "KG-B": ("中心幼儿园", "中心园"),
    "PS-B": ("中心小学", "中心小学"),
    "NY": ("九年一贯制学校", "九年制学校"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A school as the year begins."""

    code: str
    name: str
    short_name: str
    aliases: tuple[str, ...]
    stratum: str
    township: Township
    size: int
    opened_on: date
    central_school: str | None = None
    closed_on: date | None = None

    @property
    def group(self) -> str:
        """Between schools of one group teachers move."""
        return BY_CODE[self.stratum].group


def scaled(count: int, scale: float) -> int:
    """A number of the whole county at another scale, at least 1."""
    return max(1, round(count * scale))


def sizes(stratum: Stratum, count: int) -> list[int]:
    """How many teach at the 1st, 2nd ... school of a stratum, smallest first."""
    total = round(stratum.teachers * count / stratum.schools)
    normal = NormalDist()
    weights = [
        round(exp(stratum.sigma * normal.inv_cdf((place - 0.5) / count)), 9) for place in range(1, count + 1)
    ]
    shares = largest_remainder(total - count * stratum.size_min, weights)
    return [stratum.size_min + share for share in shares]


def schools_of(draws: Draws, *, scale: float, year: int) -> list[School]:
    """Every school, in the order of its code."""
    placed: list[tuple[Township, Stratum, int, int]] = []
    for column, stratum in enumerate(STRATA):
        count = scaled(stratum.schools, scale)
        where = largest_remainder(count, [township.schools[column] for township in TOWNSHIPS])
        sized = list(enumerate(sizes(stratum, count), start=1))
        dealt = iter(draws.ordered(sized, f"deal|{stratum.code}", lambda item: item[0]))
        for township, times in zip(TOWNSHIPS, where, strict=True):
            placed += [(township, stratum, within, next(dealt)[1]) for within in range(1, times + 1)]
    found = _named(draws, placed)
    found = _with_shared_short_names(draws, found, scale=scale)
    return _with_closures(draws, _with_central(found), scale=scale, year=year)


def _named(draws: Draws, placed: Sequence[tuple[Township, Stratum, int, int]]) -> list[School]:
    villages = {code: iter(draws.ordered(_villages(), f"village|{code}")) for code in _VILLAGE_SUFFIX}
    ranks = {
        stratum.code: sorted(
            (-size, place) for place, (_, own, _, size) in enumerate(placed) if own is stratum
        )
        for stratum in STRATA
    }
    numbers: dict[str, int] = {}
    found = []
    for place, (township, stratum, within, size) in enumerate(placed):
        numbers[township.code] = numbers.get(township.code, 0) + 1
        code = f"S{township.code}{numbers[township.code]:03d}"
        if stratum.code in _VILLAGE_SUFFIX:
            names = _village_names(township, next(villages[stratum.code]), stratum.code)
        elif stratum.code in {*_CENTRAL, "JH-B"}:
            names = _township_names(township, within, stratum.code)
        else:
            names = _county_names(stratum.code, ranks[stratum.code].index((-size, place)) + 1)
        found.append(_school(draws, code, names, placed=(township, stratum, size)))
    return found


def _school(
    draws: Draws, code: str, names: tuple[str, str, tuple[str, ...]], *, placed: tuple[Township, Stratum, int]
) -> School:
    township, stratum, size = placed
    opened = date(FIRST_OPENED + draws.below(OPENED_WITHIN_YEARS, "opened", code), 9, 1)
    return School(
        code=code,
        name=names[0],
        short_name=names[1],
        aliases=names[2],
        stratum=stratum.code,
        township=township,
        size=size,
        opened_on=opened,
    )


def _villages() -> list[str]:
    return [first + last for first in VILLAGE_FIRSTS for last in VILLAGE_LASTS]


def _village_names(township: Township, village: str, stratum: str) -> tuple[str, str, tuple[str, ...]]:
    long, short = _VILLAGE_SUFFIX[stratum]
    aliases = (f"{village}小学",) if stratum == "PS-C" else ()
    return f"{township.name}{village}{long}", f"{village}{short}", aliases


def _township_names(township: Township, within: int, stratum: str) -> tuple[str, str, tuple[str, ...]]:
    ordinal = "" if within == 1 else f"第{numeral(within)}"
    if stratum == "JH-B":
        short = f"{township.short}{numeral(within)}中" if ordinal else f"{township.short}中学"
        return f"{township.name}{ordinal}中学", short, () if ordinal else (f"{township.short}初中",)
    long, brief = _CENTRAL[stratum]
    aliases = {"PS-B": (f"{township.short}{ordinal}中小",), "NY": (f"{township.short}{ordinal}学校",)}
    return (
        f"{township.name}{ordinal}{long}",
        f"{township.short}{ordinal}{brief}",
        aliases.get(stratum, ()),
    )


def _county_names(stratum: str, rank: int) -> tuple[str, str, tuple[str, ...]]:
    """Names of schools that belong to the county; the largest of some have names everybody knows."""
    n = numeral(rank)
    if rank == 1:
        fixed = {
            "PS-A": ("县实验小学", "县实小", ("实验小学", "实小")),
            "JH-A": ("县实验中学", "县实中", ("实验中学",)),
            "VS": (f"{COUNTY}职业中等专业学校", "县职校", ("职业中专", "职中")),
            "SP": (f"{COUNTY}特殊教育学校", "县特校", ("特校",)),
        }
        if stratum in fixed:
            return fixed[stratum]
    return {
        "KG-A": (f"县直第{n}幼儿园", f"县{n}幼", (f"第{n}幼儿园",)),
        "PS-A": (f"{COUNTY}第{n}小学", f"县{n}小", (f"第{n}小学",)),
        "JH-A": (f"{COUNTY}第{n}初级中学", f"县{n}初", (f"第{n}初中",)),
        "SH": (f"{COUNTY}第{n}高级中学", f"县{n}中", (f"第{n}高中",)),
        "VS": (f"{COUNTY}第{n}职业学校", f"县{n}职", ()),
        "SP": (f"{COUNTY}第{n}特殊教育学校", f"县{n}特", ()),
    }[stratum]


def numeral(number: int) -> str:
    """A number below 100 in Chinese: 12 is 十二."""
    tens, ones = divmod(number, 10)
    front = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return front + (NUMERALS[ones] if ones or not front else "")


def _with_shared_short_names(draws: Draws, schools: list[School], *, scale: float) -> list[School]:
    """Pairs of village schools in different townships that everybody calls by one name."""
    by_code = {school.code: school for school in schools}
    chosen = draws.ordered((s.code for s in schools if s.stratum == "PS-C"), "shared_short")
    pairs = 0
    wanted = scaled(SHARED_SHORT_NAMES, scale)
    while pairs < wanted and len(chosen) > 1:
        one = by_code[chosen.pop(0)]
        other = next((c for c in chosen if by_code[c].township != one.township), None)
        if other is None:
            continue
        chosen.remove(other)
        village = "新塘" if pairs == 0 else one.short_name.removesuffix("完小")
        for code in (one.code, other):
            name, short, aliases = _village_names(by_code[code].township, village, "PS-C")
            by_code[code] = replace(by_code[code], name=name, short_name=short, aliases=aliases)
        pairs += 1
    taken = {code for code, school in by_code.items() if school.short_name == "新塘完小"}
    return [_renamed_if_taken(by_code[s.code], s, taken) for s in schools]


def _renamed_if_taken(school: School, before: School, taken: set[str]) -> School:
    """新塘完小 is the name of two only."""
    if school is before and school.code in taken and len(taken) > 2:  # noqa: PLR2004  the pair, and a third
        name, short, aliases = _village_names(school.township, "新塘上", "PS-C")
        return replace(school, name=name, short_name=short, aliases=aliases)
    return school


def central_of(schools: Iterable[School], township: Township) -> School | None:
    """The school that looks after a township's small ones: its central school, in a street a large one."""
    own = [school for school in schools if school.township == township]
    for stratum in ("PS-B", "PS-A"):
        for school in own:
            if school.stratum == stratum:
                return school
    return None


def _with_central(schools: list[School]) -> list[School]:
    central = {township.code: central_of(schools, township) for township in TOWNSHIPS}
    found = []
    for school in schools:
        over = central[school.township.code] if school.stratum in _VILLAGE_SUFFIX else None
        found.append(replace(school, central_school=over.code) if over else school)
    return found


def _with_closures(draws: Draws, schools: list[School], *, scale: float, year: int) -> list[School]:
    """Teaching points given up in the year, small ones whose teachers can go to the central school."""
    small = [
        school.code
        for school in schools
        if school.stratum == "TP" and school.size <= CLOSING_TEACHERS_MAX and school.central_school
    ]
    closing = set(draws.ordered(small, "close")[: scaled(CLOSED_POINTS, scale)])
    closed_on = date(year + 1, 2, 1)
    return [replace(s, closed_on=closed_on) if s.code in closing else s for s in schools]
