"""Where a right county lands: what was made, beside what its description says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from deploy.county.absences import Absence
from deploy.county.county import County
from deploy.county.places import STRATA
from deploy.county.teachers import RANKS

WHOLE = 1
"""The scale that the figures describe."""
COUNT_TOLERANCE = 0.03
LOOSE_TOLERANCE = 0.08
"""Of numbers that are the sum of few chances."""
SHARE_TOLERANCE = 1.5
REACHED = {
    "KG-A": (36, 41, 50), "KG-B": (13, 18.5, 34), "KG-C": (5, 8, 18),
    "TP": (1, 3, 11), "PS-A": (75, 111.5, 202), "PS-B": (36, 55.5, 112),
    "PS-C": (9, 16, 47), "NY": (30, 47.5, 100), "JH-A": (118, 146, 194),
    "JH-B": (28, 48.5, 121), "SH": (145, 208.5, 344), "VS": (240, 240, 240), "SP": (38, 38, 38),
}  # fmt: skip
BANDS = (856, 1135, 1372, 2606, 2517, 1514)
BAND_EDGES = ((0, 2), (3, 5), (6, 9), (10, 19), (20, 29), (30, 40))
TITLES = (3.5, 1.3, 27.5, 52.0, 15.4)


@dataclass(frozen=True, slots=True)
class Landing:
    """One figure: what it should be, how far off it may be, what it is."""

    what: str
    expected: float
    off_max: float
    found: float

    @property
    def is_right(self) -> bool:
        """Whether it lies within its tolerance."""
        return abs(self.found - self.expected) <= self.off_max


def landings(county: County) -> list[Landing]:
    """Every figure of a whole county; of one at another scale they say little."""
    return [
        *_sizes(county),
        *_people(county),
        *_names(county),
        *_year(county),
        *_groups(county),
        *_pairs(county),
        *_trainers(county),
    ]


def exit_code(found: Iterable[Landing], *, scale: float) -> int:
    """1 when a figure of a whole county is outside its tolerance; for no other scale are they meant."""
    return int(scale == WHOLE and not all(one.is_right for one in found))


def exact(what: str, expected: float, found: float) -> Landing:
    """A figure that has to be met."""
    return Landing(what, expected, 0, found)


def about(what: str, expected: float, found: float, *, tolerance: float = COUNT_TOLERANCE) -> Landing:
    """A count that is the sum of many chances."""
    return Landing(what, expected, expected * tolerance, found)


def share(what: str, expected: float, found: float) -> Landing:
    """A share in per cent."""
    return Landing(what, expected, SHARE_TOLERANCE, round(found, 1))


def _sizes(county: County) -> Iterator[Landing]:
    yield exact("学校", 300, len(county.schools))
    yield exact("教师", 10_000, len(county.teachers))
    for stratum in STRATA:
        sizes = sorted(school.size for school in county.schools if school.stratum == stratum.code)
        yield exact(f"{stratum.code} 学校", stratum.schools, len(sizes))
        yield exact(f"{stratum.code} 教师", stratum.teachers, sum(sizes))
        middle = (sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) / 2
        for name, expected, found in zip(
            ("最小", "中位", "最大"), REACHED[stratum.code], (sizes[0], middle, sizes[-1]), strict=True
        ):
            yield exact(f"{stratum.code} {name}", expected, found)
    shared = Counter(school.short_name for school in county.schools)
    yield exact("同简称的学校（对）", 7, sum(1 for count in shared.values() if count > 1))
    yield exact("撤并的教学点", 3, sum(1 for school in county.schools if school.closed_on))


def _people(county: County) -> Iterator[Landing]:
    total = len(county.teachers)
    for (low, high), expected in zip(BAND_EDGES, BANDS, strict=True):
        found = sum(low <= one.years <= high for one in county.teachers)
        yield about(f"教龄{low}-{high}", expected, found, tolerance=COUNT_TOLERANCE * 2)
    women = sum(one.sex == "female" for one in county.teachers)
    yield Landing("女教师（%）", 63.6, 1, round(100 * women / total, 1))
    for title, percent in zip(RANKS, TITLES, strict=False):
        found = sum(one.title == title for one in county.teachers)
        yield Landing(f"职称 {title}（%）", percent, 1, round(100 * found / total, 1))
    yield exact("正高级", 12, sum(one.title == "professor" for one in county.teachers))


def _names(county: County) -> Iterator[Landing]:
    names = Counter(one.name for one in county.teachers)
    places = Counter((one.name, one.school) for one in county.teachers)
    sharing = sum(count for count in names.values() if count > 1)
    yield about("不同姓名", 9_480, len(names))
    yield about("与人同名的教师", 935, sharing, tolerance=LOOSE_TOLERANCE)
    yield Landing("最多同名", 8, 4, max(names.values()))
    yield Landing("同校同名（对）", 13, 6, sum(count - 1 for count in places.values() if count > 1))
    yield exact("带间隔号的姓名", 8, sum("·" in name for name in names.elements()))
    yield exact("改名", 4, len(county.renamed))


def _year(county: County) -> Iterator[Landing]:
    kinds = Counter(one.kind for one in county.absences)
    yield exact("调动", 214, len(county.moves))
    february = sum(_is_tenth_of_february(move.effective_on) for move in county.moves)
    yield exact("二月调动", 180, february)
    yield exact("退休", 61, kinds["retired"])
    yield exact("二月新进", 47, len(county.entries))
    yield exact("去世或离职", 9, kinds["deceased"] + kinds["resigned"])
    yield exact("全年病假", 45, kinds["sick_leave"])
    yield exact("产假", 130, kinds["maternity_leave"])
    yield exact("长周期培训", 180, kinds["long_training"])
    yield exact("其中免修", 150, sum(_is_exempted(county.absences)))


def _is_tenth_of_february(day: date) -> bool:
    return (day.month, day.day) == (2, 10)


def _is_exempted(absences: Sequence[Absence]) -> Iterator[bool]:
    return (one.is_exempted for one in absences)


def _groups(county: County) -> Iterator[Landing]:
    sizes = [len(group.members) for group in county.groups]
    yield about("教研组（分组活动的）", 960, len(sizes))
    yield Landing("每组人数", 10.4, 0.4, round(sum(sizes) / len(sizes), 1))
    yield exact("最大的组", 30, max(sizes))
    subjects = Counter(group.subject for group in county.groups)
    kinds = Counter(group.kind for group in county.groups)
    for subject, expected in (("语文", 168), ("数学", 154), ("英语", 87)):
        yield about(f"{subject}组", expected, subjects[subject], tolerance=LOOSE_TOLERANCE)
    for kind, expected in (("mixed", 147), ("grade", 61), ("whole_school", 43)):
        yield about(f"{kind} 组", expected, kinds[kind], tolerance=LOOSE_TOLERANCE)
    yield exact("联片组", 18, kinds["joint"])


def _pairs(county: County) -> Iterator[Landing]:
    pairs = [pair for pair in county.pairs if pair.where != "reverse"]
    yield exact("师徒结对", 1_200, len(pairs))
    states = Counter(pair.state for pair in pairs)
    for state, expected in (("active", 1_090), ("expired", 60), ("dissolved", 30), ("waiting", 20)):
        yield exact(f"结对 {state}", expected, states[state])
    places = Counter(pair.where for pair in pairs)
    for where, expected in (("school", 72), ("township", 20), ("base", 8)):
        yield share(f"师父在 {where}（%）", expected, 100 * places[where] / len(pairs))
    held = Counter(Counter(pair.mentor for pair in pairs).values())
    for count, expected in ((1, 78), (2, 18), (3, 4)):
        yield share(f"带{count}个徒弟的师父（%）", expected, 100 * held[count] / sum(held.values()))
    yield exact("带4个以上的师父", 0, sum(times for count, times in held.items() if count > 3))  # noqa: PLR2004  never four
    short = sum(pair.term_years == 1 for pair in pairs)
    yield Landing("一年期（%）", 70, SHARE_TOLERANCE * 2, round(100 * short / len(pairs), 1))
    autumn = sum(pair.started_on.month == 9 for pair in pairs)  # noqa: PLR2004  teachers' day
    yield Landing("九月开始（%）", 85, SHARE_TOLERANCE * 2, round(100 * autumn / len(pairs), 1))
    yield exact("反向结对", 24, len(county.pairs) - len(pairs))
    moving = {move.staff_number for move in county.moves if _is_tenth_of_february(move.effective_on)}
    mentors = {pair.mentor for pair in pairs if pair.state == "active"}
    yield exact("二月调动的师父", 10, len(moving & mentors))


def _trainers(county: County) -> Iterator[Landing]:
    yield exact("培训教师", 58, sum(one.role is not None for one in county.people))
    yield exact("联点学校", 110, len(county.liaisons))
    held = Counter(Counter(trainer for trainer, _ in county.liaisons).values())
    for count, expected in ((1, 12), (2, 40), (3, 6)):
        yield exact(f"联{count}所的培训教师", expected, held[count])
    yield exact("基地学校", 12, len(county.bases))
    yield exact("牵手学校", 54, len(county.partnerships))
