"""The exact few of the year: meetings cancelled, moved, entered late, held by two schools, entered twice."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.county.draws import Draws
from deploy.county.schools import School, scaled
from deploy.county.year.days import SchoolYear
from deploy.county.year.slots import Slot

LATE, MOVED, CANCELLED = 25, 6, 15
IN_TWO_SCHOOLS = 9
DUPLICATES = 40
AROUND_THE_BORDER = 4
"""Of the last day of the year, and of the first of the next."""
LATE_DAYS_MAX = 21
MOVED_DAYS_MAX = 14
MEMBERS_MIN = 4
"""Of a smaller group there may be nobody."""
SPARE = 10
"""How many more candidates are looked at than wanted, where some may not fit."""

Meeting = tuple[Slot, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Which meetings of groups, by their keys, are out of the ordinary."""

    cancelled: frozenset[str]
    moved: Mapping[str, date]
    """To which day."""
    moved_in: Mapping[date, Sequence[Meeting]]
    late: Mapping[str, date]
    """When they were entered."""
    together: Mapping[str, Meeting]
    """With which other school's meeting they are one; each names the other."""
    guests: frozenset[str]
    """Those of them that go to the other's school."""
    duplicated: frozenset[str]
    border: Mapping[date, Sequence[str]]
    """Schools that meet on the last day of the year, or on the first of the next."""


def quotas_of(
    draws: Draws, slots: Sequence[Slot], *, year: SchoolYear, schools: Sequence[School], scale: float
) -> Quotas:
    """The quotas of a county; of each the candidates with the least draws."""
    single = [
        slot for slot in slots if not slot.group.spans_schools and len(slot.group.members) >= MEMBERS_MIN
    ]
    taken: set[str] = set()

    def least(key: str, wanted: int) -> Iterator[Meeting]:
        """Meetings by their draws, without those taken."""
        drawn = (
            (draws.u(key, slot.key(day)), slot.key(day), place, day)
            for place, slot in enumerate(single)
            for day in slot.dates()
        )
        for _, name, place, day in heapq.nsmallest(wanted * SPARE + len(taken), drawn):
            if name not in taken:
                yield single[place], day

    def take(key: str, count: int) -> list[Meeting]:
        found: list[Meeting] = []
        for slot, day in least(key, scaled(count, scale)):
            if len(found) == scaled(count, scale):
                break
            found.append((slot, day))
            taken.add(slot.key(day))
        return found

    cancelled = take("cancelled", CANCELLED)
    moved = [(slot, day, _other_day(draws, slot, day, year=year)) for slot, day in take("moved", MOVED)]
    late = take("late_entry", LATE)
    pairs = _pairs(draws, least("two_schools", scaled(IN_TWO_SCHOOLS, scale)), single, taken=taken)
    together = _first(pairs, scaled(IN_TWO_SCHOOLS, scale))
    duplicated = take("duplicate", DUPLICATES)
    return Quotas(
        cancelled=frozenset(slot.key(day) for slot, day in cancelled),
        moved={slot.key(day): to for slot, day, to in moved},
        moved_in=_by_day(moved),
        late={
            slot.key(day): day + timedelta(days=1 + draws.below(LATE_DAYS_MAX, "late_days", slot.key(day)))
            for slot, day in late
        },
        together={one.key(day): (two, day) for one, two, day in together}
        | {two.key(day): (one, day) for one, two, day in together},
        guests=frozenset(two.key(day) for _, two, day in together),
        duplicated=frozenset(slot.key(day) for slot, day in duplicated),
        border=_border(draws, schools, year=year, count=scaled(AROUND_THE_BORDER, scale)),
    )


def _by_day(moved: Iterable[tuple[Slot, date, date]]) -> dict[date, list[Meeting]]:
    """Meetings by the day they are moved to."""
    found: dict[date, list[Meeting]] = {}
    for slot, day, to in moved:
        found.setdefault(to, []).append((slot, day))
    return found


_Pair = tuple[Slot, Slot, date]


def _pairs(
    draws: Draws, meetings: Iterable[Meeting], slots: Sequence[Slot], *, taken: set[str]
) -> Iterator[_Pair]:
    """Meetings with that of another school on the same day, rather of the same subject."""
    for slot, day in meetings:
        name = slot.key(day)
        others = [
            other
            for other in slots
            if other.group.school != slot.group.school
            and other.weekday == slot.weekday
            and other.key(day) not in taken
            and day in set(other.dates())
        ]
        if name in taken or not others:
            continue
        other = min(
            others,
            key=lambda one: (one.group.subject != slot.group.subject, draws.u("twin", name, one.id), one.id),
        )
        taken.update((name, other.key(day)))
        yield slot, other, day


def _first(pairs: Iterator[_Pair], count: int) -> list[_Pair]:
    return [pair for _, pair in zip(range(count), pairs, strict=False)]


def _other_day(draws: Draws, slot: Slot, day: date, *, year: SchoolYear) -> date:
    """One of the school days that follow, on which the group does not meet anyway."""
    following = (day + timedelta(days=days) for days in range(1, MOVED_DAYS_MAX + 1))
    fitting = [one for one in following if year.is_school_day(one) and one.weekday() != slot.weekday]
    return fitting[draws.below(len(fitting), "moved_to", slot.key(day))]


def _border(
    draws: Draws, schools: Sequence[School], *, year: SchoolYear, count: int
) -> dict[date, list[str]]:
    """Schools that meet on each of the two days."""
    open_still = [school.code for school in schools if school.closed_on is None]
    ordered = draws.ordered(open_still, "border")
    days = (date(year.year + 1, 8, 31), date(year.year + 1, 9, 1))
    return {day: sorted(ordered[place * count : (place + 1) * count]) for place, day in enumerate(days)}
