"""What the county holds, entered by each school for its own: subject days, classes, forums."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from deploy.county.draws import largest_remainder
from deploy.county.places import TRAINING_SCHOOL
from deploy.county.schools import scaled
from deploy.county.year.days import at
from deploy.county.year.forms import COUNTY_DAY, FORUM, Form
from deploy.county.year.presence import Presence
from deploy.county.year.scene import Scene, item_key, there
from deploy.county.year.session import Draft, Session

DAY_MINUTES, DAY_LENGTH = 360, 480
"""A day of county training counts 6 hours."""
CLASSES, CLASS_MEMBERS = 42, 2_400
CLASS_SIZE = (40, 90)
CLASS_SHARE = 0.97
CLASS_DAYS = 3
WINTER_WEEKS, SUMMER_WEEKS = (21, 24), range(45, 51)
"""In holidays, counted from the first week of the autumn term: nobody's lessons are lost."""
FORUMS, DELEGATES = 9, 120
FORUM_SHARE, FORUM_MINUTES = 0.90, 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One county event on one day."""

    name: str
    kind: str
    form: Form
    topic: str
    starts_at: datetime
    length_minutes: int
    minutes: int
    place: str
    share: float | None = None
    is_planned: bool = False


class EnteredBySchool:
    """Enters an event at every school of those who were there."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence

    def drafts(self, event: Event, expected: Mapping[str, Sequence[str]]) -> Iterator[Draft]:
        """A draft a school; `expected` are its teachers who should come."""
        for school, roster in expected.items():
            key = f"{school}-{event.name}-{event.starts_at:%Y%m%d}"
            yield Draft(event.starts_at, key, partial(self._session, key, school, event=event, roster=roster))

    def _session(self, key: str, school: str, *, event: Event, roster: Sequence[str]) -> Session | None:
        rows = self._presence.at(
            key, roster, minutes=event.minutes, length_minutes=event.length_minutes, share=event.share
        )
        if not rows:
            return None
        return Session(
            key=key,
            school=school,
            kind=event.kind,
            form=event.form,
            topic=event.topic,
            starts_at=event.starts_at,
            length_minutes=event.length_minutes,
            place=event.place,
            rows=tuple(rows),
            roster=len(roster),
            meeting=event.name,
            item=item_key(school, event.starts_at.date(), event.form) if event.is_planned else None,
        )


def subject_days(scene: Scene) -> dict[str, list[date]]:
    """On which Saturday of each term the teachers of a subject come together."""
    draws, saturdays = scene.draws, scene.days.saturdays
    return {
        subject: [
            days[draws.below(len(days), "subject_day", subject, term)] for term, days in saturdays.items()
        ]
        for subject in sorted(set(scene.subjects.values()))
    }


class SubjectDays:
    """A day a term for the teachers of each subject."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence
        self._by_school = EnteredBySchool(scene, presence)
        self._on: dict[date, list[str]] = {}
        for subject, days in subject_days(scene).items():
            for day in days:
                self._on.setdefault(day, []).append(subject)

    def on(self, day: date) -> Iterator[Draft]:
        """The subjects of a day."""
        for subject in self._on.get(day, ()):
            event = Event(
                name=f"{subject}培训日",
                kind="county_day",
                form=COUNTY_DAY,
                topic=f"全县{subject}学科培训日",
                starts_at=at(day, 8, 30),
                length_minutes=DAY_LENGTH,
                minutes=DAY_MINUTES,
                place=TRAINING_SCHOOL,
                is_planned=True,
            )
            yield from self._by_school.drafts(event, self._expected(subject, day))

    def _expected(self, subject: str, day: date) -> dict[str, list[str]]:
        posted, taught = self._presence.posted, self._scene.subjects
        found = {}
        for school, stays in self._scene.belonging.on_hand.items():
            roster = [
                number for number in there(stays, day) if taught[number] == subject and number not in posted
            ]
            if roster:
                found[school] = roster
        return found


class Classes:
    """Classes of several days for selected teachers, in the holidays."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene = scene
        self._by_school = EnteredBySchool(scene, presence)
        self._on: dict[date, list[tuple[str, list[str]]]] = {}
        draws, scale = scene.draws, scene.county.plan.scale
        chosen = draws.ordered(scene.free(presence), "class")[: scaled(CLASS_MEMBERS, scale)]
        least, most = CLASS_SIZE
        count = scaled(CLASSES, scale)
        weights = [1 + draws.u("class_size", place) for place in range(count)]
        more = largest_remainder(len(chosen) - count * least, weights)
        monday = scene.days.terms[0].monday
        weeks = [*WINTER_WEEKS, *SUMMER_WEEKS]
        left = iter(chosen)
        for place in range(count):
            members = sorted(next(left) for _ in range(min(most, least + more[place])))
            week = weeks[draws.below(len(weeks), "class_week", place)]
            for day in range(CLASS_DAYS):
                on = monday + timedelta(weeks=week - 1, days=1 + day)
                self._on.setdefault(on, []).append((f"研修班{place + 1:02d}", members))

    def on(self, day: date) -> Iterator[Draft]:
        """The classes of a day."""
        for name, members in self._on.get(day, ()):
            event = Event(
                name=name,
                kind="class",
                form=COUNTY_DAY,
                topic=f"县级{name}",
                starts_at=at(day, 8, 30),
                length_minutes=DAY_LENGTH,
                minutes=DAY_MINUTES,
                place=TRAINING_SCHOOL,
                share=CLASS_SHARE,
            )
            yield from self._by_school.drafts(event, among(self._scene, members, day))


class Forums:
    """The forum of a month, at one base school after the other."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene = scene
        self._by_school = EnteredBySchool(scene, presence)
        wanted = scaled(DELEGATES, scene.county.plan.scale)
        self._delegates = sorted(scene.draws.ordered(scene.free(presence), "delegate")[:wanted])
        days = scene.days.last_school_days()[:FORUMS]
        self._hosts = {
            day: scene.county.bases[place % len(scene.county.bases)] for place, day in enumerate(days)
        }

    def on(self, day: date) -> Iterator[Draft]:
        """The forum, if it is held on this day."""
        host = self._hosts.get(day)
        if host is None:
            return
        event = Event(
            name=f"{day.month}月论坛",
            kind="forum",
            form=FORUM,
            topic=f"{day.month}月教学论坛（{host.short_name}承办）",
            starts_at=at(day, 8, 30),
            length_minutes=FORUM_MINUTES,
            minutes=FORUM_MINUTES,
            place=host.name,
            share=FORUM_SHARE,
        )
        yield from self._by_school.drafts(event, among(self._scene, self._delegates, day))


def among(scene: Scene, chosen: Sequence[str], day: date) -> dict[str, list[str]]:
    """Some people by the schools they are at on a day."""
    found: dict[str, list[str]] = {}
    for number in chosen:
        for stay in scene.belonging.by_person[number]:
            if stay.covers(day):
                found.setdefault(stay.school, []).append(number)
    return found
