"""Lessons brought to the townships (送课下乡): where to, who gives them, who listens."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial

from deploy.county.draws import largest_remainder
from deploy.county.schools import School, scaled
from deploy.county.year.county_days import EnteredBySchool, Event
from deploy.county.year.days import at
from deploy.county.year.forms import DELIVERY
from deploy.county.year.presence import Presence
from deploy.county.year.scene import Scene, there, with_role
from deploy.county.year.session import Draft, Row, Session

TRIPS = (("autumn", 8), ("spring", 5), ("spring", 13))
TRIP_DAYS = 2
VISITED, LESSONS = 38, 92
BASES_A_TRIP = 4
LISTENERS = (25, 60)
LESSON_MINUTES = 40
VISITED_STRATA = ("PS-B", "PS-C", "NY", "JH-B")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """A school that lessons are brought to."""

    school: School
    day: date
    lessons: int
    bases: tuple[str, ...]


class Deliveries:
    """Lessons brought to the townships: who gives them and who listens, each entered at home."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene = scene
        self._by_school = EnteredBySchool(scene, presence)
        self._fit = frozenset(scene.free(presence))
        self._on: dict[date, list[_Visit]] = {}
        visited = self._visited()
        bases = scene.draws.ordered([base.code for base in scene.county.bases], "delivery_base")
        days = [
            (trip, day)
            for trip, (term, week) in enumerate(TRIPS)
            for day in (self._day(term, week, place) for place in range(TRIP_DAYS))
        ]
        lessons = largest_remainder(scaled(LESSONS, scene.county.plan.scale), [1.0] * len(visited))
        for place, school in enumerate(visited):
            trip, day = days[place % len(days)]
            on_trip = (bases * BASES_A_TRIP)[trip * BASES_A_TRIP % len(bases) :][:BASES_A_TRIP]
            visit = _Visit(
                school=school, day=day, lessons=lessons[place], bases=tuple(dict.fromkeys(on_trip))
            )
            self._on.setdefault(day, []).append(visit)

    def _day(self, term: str, week: int, place: int) -> date:
        return next(one for one in self._scene.days.terms if one.code == term).day(week, 1 + place)

    def _visited(self) -> list[School]:
        """One school of every township first."""
        bases = {base.code for base in self._scene.county.bases}
        fitting = [
            school
            for school in self._scene.county.schools
            if school.stratum in VISITED_STRATA and school.code not in bases
        ]
        seen: set[str] = set()
        firsts: list[School] = []
        others: list[School] = []
        for school in self._scene.draws.ordered(fitting, "visited", lambda school: school.code):
            (others if school.township.code in seen else firsts).append(school)
            seen.add(school.township.code)
        return [*firsts, *others][: scaled(VISITED, self._scene.county.plan.scale)]

    def on(self, day: date) -> Iterator[Draft]:
        """The lessons of a day; nobody gives two of them, or hears two at once."""
        given: dict[str, int] = {}
        listening: dict[int, set[str]] = {}
        visits = self._on.get(day, [])
        engaged = {base for visit in visits for base in visit.bases} | {visit.school.code for visit in visits}
        for visit in visits:
            others = engaged - {visit.school.code}
            for lesson in range(visit.lessons):
                base = visit.bases[lesson % len(visit.bases)]
                given[base] = given.get(base, 0) + 1
                listeners = self._listeners(
                    visit, lesson, engaged=others, listening=listening.setdefault(lesson, set())
                )
                yield from self._lesson(visit, lesson, base=base, turn=given[base] - 1, listeners=listeners)

    def _lesson(
        self, visit: _Visit, lesson: int, *, base: str, turn: int, listeners: Mapping[str, Sequence[str]]
    ) -> Iterator[Draft]:
        givers = [
            number for number in there(self._scene.belonging.on_hand[base], visit.day) if number in self._fit
        ]
        giver = self._scene.draws.ordered(givers, f"giver|{visit.day}")[turn]
        name = f"送课{visit.school.code}-{lesson + 1}"
        event = Event(
            name=name,
            kind="delivery",
            form=DELIVERY,
            topic=f"送课到{visit.school.short_name}：{self._scene.subjects[giver]}",
            starts_at=at(visit.day, 9 + lesson),
            length_minutes=LESSON_MINUTES,
            minutes=LESSON_MINUTES,
            place=visit.school.name,
            share=1.0,
        )
        yield from self._by_school.drafts(event, listeners)
        yield Draft(event.starts_at, f"{base}-{name}", partial(self._giving, base, event=event, giver=giver))

    def _listeners(
        self, visit: _Visit, lesson: int, *, engaged: Set[str], listening: set[str]
    ) -> dict[str, list[str]]:
        """Teachers of the school, and of others like it in the township that are not engaged themselves.

        Who is `listening` elsewhere at that hour is left out; those found are added.
        """
        scene, least, most = self._scene, *LISTENERS
        at_school = {
            number: school.code
            for school in scene.county.schools
            if school.township == visit.school.township
            and school.group == visit.school.group
            and school.code not in engaged
            for number in there(scene.belonging.on_hand.get(school.code, ()), visit.day)
            if number in self._fit and number not in listening
        }
        wanted = least + scene.draws.below(most - least + 1, "listeners", visit.school.code, lesson)
        ordered = sorted(
            at_school,
            key=lambda number: (
                at_school[number] != visit.school.code,
                scene.draws.u("listener", visit.school.code, lesson, number),
            ),
        )
        found: dict[str, list[str]] = {}
        listening.update(ordered[:wanted])
        for number in sorted(ordered[:wanted]):
            found.setdefault(at_school[number], []).append(number)
        return found

    @staticmethod
    def _giving(base: str, *, event: Event, giver: str) -> Session:
        """What the base school enters for whoever gives the lesson."""
        return Session(
            key=f"{base}-{event.name}",
            school=base,
            kind="delivery_given",
            form=DELIVERY,
            topic=event.topic,
            starts_at=event.starts_at,
            length_minutes=event.length_minutes,
            place=event.place,
            rows=with_role((Row(giver, event.minutes),), giver, "speaker"),
            roster=1,
            meeting=event.name,
            speaker=giver,
        )
