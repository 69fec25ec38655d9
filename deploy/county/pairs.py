"""Mentor pairs (师徒结对): who needs one, who may be one, how far from home one is found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.county.draws import Draws
from deploy.county.schools import School, scaled
from deploy.county.subjects import ALL_SUBJECTS
from deploy.county.teachers import RANKS, Teacher

PAIRS = 1_200
YOUNG_AND_NEW = 1_090
"""Apprentices of up to 5 years: all of the first three, then the others."""
NEW_YEARS_MAX, YOUNG_YEARS_MAX = 2, 5
OLDER = {"新学科": 40, "返岗": 25, "骨干培养": 45}
SAME_SCHOOL, SAME_TOWNSHIP = 864, 240
MENTOR_YEARS_MIN = 10
CAPACITY = {1: 69.0, 2: 21.0, 3: 10.0}
"""How many apprentices a mentor would take; in the end 78, 18 and 4 of a hundred have one, two and three."""
ONE_YEAR_SHARE = 0.70
AUTUMN_SHARE = 0.85
EXPIRED, DISSOLVED, WAITING = 60, 30, 20
REVERSE, BOTH_WAYS = 24, 9
REVERSE_FOCUS = "信息技术"
SENIOR_YEARS_MIN = 20
FOCUSES = {"教学常规": 50.0, "班级管理": 20.0, "课堂教学": 30.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A mentor and an apprentice, from a day on."""

    mentor: str
    apprentice: str
    focus: str
    started_on: date
    term_years: int
    state: str
    ended_on: date | None = None
    where: str
    """same school, township or base school; reverse for the young who mentor the old."""

    def covers(self, day: date) -> bool:
        """Whether the mentor is told of that day; one that waits for a signature covers none."""
        has_begun = self.state != "waiting" and self.started_on <= day
        return has_begun and (self.ended_on is None or day < self.ended_on)


class _Mentors:
    """Who may be a mentor, with how many apprentices each still takes."""

    def __init__(self, draws: Draws, teachers: Iterable[Teacher], townships: Mapping[str, str]) -> None:
        self._draws = draws
        self._townships = townships
        self._left: dict[str, int] = {}
        self._begun: set[str] = set()
        self._by_place: dict[tuple[str, str], list[Teacher]] = {}
        for one in teachers:
            if one.years >= MENTOR_YEARS_MIN and RANKS.index(one.title) >= RANKS.index("first"):
                self._left[one.staff_number] = draws.pick(CAPACITY, "capacity", one.staff_number)
                for place in (one.school, townships[one.school]):
                    self._by_place.setdefault((place, one.subject), []).append(one)

    def take(self, apprentice: Teacher, places: Sequence[str]) -> str | None:
        """A mentor at one of these places who teaches the same; rather one who has begun with another."""
        subjects = {apprentice.subject}
        if ALL_SUBJECTS in subjects:
            subjects |= {"语文", "数学"}
        free = [
            one
            for place in places
            for subject in sorted(subjects)
            for one in self._by_place.get((place, subject), ())
            if self._left[one.staff_number] and one.staff_number != apprentice.staff_number
        ]
        if not free:
            return None
        chosen = min(
            free,
            key=lambda one: (
                one.staff_number not in self._begun,
                self._draws.u("mentor", apprentice.staff_number, one.staff_number),
                one.staff_number,
            ),
        )
        self._left[chosen.staff_number] -= 1
        self._begun.add(chosen.staff_number)
        return chosen.staff_number

    def township_of(self, one: Teacher) -> str:
        """The place that holds the whole township of a teacher."""
        return self._townships[one.school]


def pairs_of(
    draws: Draws,
    teachers: Sequence[Teacher],
    *,
    schools: Sequence[School],
    base_schools: Sequence[str],
    scale: float,
    year: int,
) -> list[Pair]:
    """Every pair of the year, and the few in which the young teach the old."""
    townships = {school.code: f"township {school.township.code}" for school in schools}
    mentors = _Mentors(draws, teachers, townships)
    apprentices = _apprentices(draws, teachers, scale=scale)
    found = _matched(draws, mentors, apprentices, bases=base_schools)
    pairs = list(_lived(draws, found, year=year))
    reverse = list(_reverse(draws, teachers, pairs, scale=scale, year=year))
    return sorted(pairs + reverse, key=lambda pair: (pair.mentor, pair.apprentice, pair.focus))


def _apprentices(
    draws: Draws, teachers: Sequence[Teacher], *, scale: float
) -> list[tuple[Teacher, str | None]]:
    """Who gets a mentor, and for the older ones why."""
    new = [one for one in teachers if one.years <= NEW_YEARS_MAX]
    young = [one for one in teachers if NEW_YEARS_MAX < one.years <= YOUNG_YEARS_MAX]
    older = [one for one in teachers if one.years > YOUNG_YEARS_MAX and one.title != "professor"]
    wanted = scaled(YOUNG_AND_NEW, scale)
    chosen: list[tuple[Teacher, str | None]] = [
        (one, None) for one in _ordered(draws, new, "apprentice")[:wanted]
    ]
    chosen += [(one, None) for one in _ordered(draws, young, "apprentice")[: wanted - len(chosen)]]
    rest = iter(_ordered(draws, older, "older_apprentice"))
    missing = scaled(PAIRS, scale) - len(chosen)
    reasons = [reason for reason, count in OLDER.items() for _ in range(count)]
    chosen += [(next(rest), reasons[place % len(reasons)]) for place in range(missing)]
    return chosen


def _ordered(draws: Draws, teachers: Iterable[Teacher], key: str) -> list[Teacher]:
    return draws.ordered(teachers, key, lambda one: one.staff_number)


_Match = tuple[str, str, str, str]
"""Mentor, apprentice, focus, where."""


def _matched(
    draws: Draws,
    mentors: _Mentors,
    apprentices: Sequence[tuple[Teacher, str | None]],
    *,
    bases: Sequence[str],
) -> Iterator[_Match]:
    """At home for most, then in the township, then at a base school; each share exact as far as it goes."""
    total = len(apprentices)
    left = {
        "school": round(SAME_SCHOOL * total / PAIRS),
        "township": round(SAME_TOWNSHIP * total / PAIRS),
        "base": total,
    }
    order = sorted(
        apprentices, key=lambda item: (draws.u("pair", item[0].staff_number), item[0].staff_number)
    )
    for one, reason in order:
        focus = reason or draws.pick(FOCUSES, "focus", one.staff_number)
        tried = [("school", [one.school]), ("township", [mentors.township_of(one)]), ("base", list(bases))]
        tried = [(where, places) for where, places in tried if left[where] > 0]
        tried += [("township", [mentors.township_of(one)]), ("base", list(bases)), ("school", [one.school])]
        for where, places in tried:
            mentor = mentors.take(one, places)
            if mentor is not None:
                left[where] -= 1
                yield (mentor, one.staff_number, focus, where)
                break


def _lived(draws: Draws, matches: Iterable[_Match], *, year: int) -> Iterator[Pair]:
    """When each began, for how long, and what has become of it by the end of the year."""
    found = list(matches)
    share = len(found) / PAIRS
    counts = (("expired", EXPIRED), ("dissolved", DISSOLVED), ("waiting", WAITING))
    states = [state for state, count in counts for _ in range(round(count * share))]
    ordered = draws.ordered((apprentice for _, apprentice, _, _ in found), "state")
    state_of = dict(zip(ordered, states, strict=False))
    for mentor, apprentice, focus, where in found:
        autumn = draws.u("pair_start", apprentice) < AUTUMN_SHARE
        started_on = date(year, 9, 10) if autumn else date(year + 1, 2, 20)
        state = state_of.get(apprentice, "active")
        short = state == "expired" or draws.u("pair_term", apprentice) < ONE_YEAR_SHARE
        yield Pair(
            mentor=mentor,
            apprentice=apprentice,
            focus=focus,
            started_on=started_on,
            term_years=1 if short else 3,
            state=state,
            ended_on=_ended(draws, apprentice, state, started_on=started_on),
            where=where,
        )


def _ended(draws: Draws, apprentice: str, state: str, *, started_on: date) -> date | None:
    if state == "expired":
        return date(started_on.year + (started_on.month > 8), 8, 31)  # noqa: PLR2004  begun in autumn
    if state == "dissolved":
        return started_on + timedelta(days=30 + draws.below(100, "dissolved", apprentice))
    return None


def _reverse(
    draws: Draws, teachers: Sequence[Teacher], pairs: Sequence[Pair], *, scale: float, year: int
) -> Iterator[Pair]:
    """The young who teach the old the use of computers; some pairs go both ways."""
    by_number = {one.staff_number: one for one in teachers}
    wanted, both = scaled(REVERSE, scale), scaled(BOTH_WAYS, scale)
    mutual = [
        (pair.apprentice, pair.mentor)
        for pair in draws.ordered(pairs, "both_ways", lambda pair: pair.apprentice)
        if by_number[pair.apprentice].years <= YOUNG_YEARS_MAX
        and by_number[pair.mentor].years >= SENIOR_YEARS_MIN
        and pair.state == "active"
    ][:both]
    taken = {number for both_numbers in mutual for number in both_numbers}
    seniors: dict[str, list[str]] = {}
    for one in _ordered(draws, teachers, "reverse_apprentice"):
        if one.years >= SENIOR_YEARS_MIN and one.staff_number not in taken:
            seniors.setdefault(one.school, []).append(one.staff_number)
    chosen = list(mutual)
    for one in _ordered(draws, teachers, "reverse_mentor"):
        if len(chosen) == wanted:
            break
        if one.years <= YOUNG_YEARS_MAX and one.staff_number not in taken and seniors.get(one.school):
            chosen.append((one.staff_number, seniors[one.school].pop(0)))
    for mentor, apprentice in chosen:
        yield Pair(
            mentor=mentor,
            apprentice=apprentice,
            focus=REVERSE_FOCUS,
            started_on=date(year, 9, 10),
            term_years=1,
            state="active",
            where="reverse",
        )
