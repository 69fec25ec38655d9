"""What teachers do alone or far away: reading, online study, long courses, and what they count for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from deploy.county.absences import Absence
from deploy.county.year.belonging import Stay
from deploy.county.year.days import at
from deploy.county.year.forms import LONG_COURSE, ONLINE, READING, Form
from deploy.county.year.presence import READING_SHARE, Presence
from deploy.county.year.scene import Scene, item_key, there
from deploy.county.year.session import Draft, Row, Session

READING_MINUTES = 300
"""Each of two a year: 10 hours for a year's reading."""
ONLINE_RESULT = {30: 88.0, 20: 4.0, 10: 3.0, 0: 5.0}
"""How many hours of the task of 30 are done, in per cent."""
ONLINE_STAGES = (1200, 600)
"""A session cannot be longer than a day, so 30 hours are entered in two stages."""
COURSE_LENGTH = 600
WEEK_DAYS, WEEKEND = 7, 5
COURSE_DAY_MINUTES = 60
HOUR_MINUTES = 60


def reading_days(scene: Scene) -> list[date]:
    """The Sundays of the two reading tests, within the terms."""
    autumn, spring = scene.days.terms
    return [autumn.day(15, 6), spring.day(14, 6)]


def online_days(scene: Scene) -> list[date]:
    """The Saturdays after each term, by which a stage is done."""
    return [term.day(20, 5) for term in scene.days.terms]


class Alone:
    """Reading and online study: a session a school and stage, of everybody who has done it."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        self._scene, self._presence = scene, presence
        self._reading = reading_days(scene)
        self._online = online_days(scene)

    def on(self, day: date) -> Iterator[Draft]:
        """What is done by this day."""
        for school, stays in self._scene.belonging.at_work.items():
            roster = partial(there, stays, day)
            if day in self._reading:
                key = f"{school}-读书-{day:%Y%m%d}"
                yield Draft(at(day, 8), key, partial(self._read, key, school, day=day, roster=roster))
            if day in self._online:
                stage = self._online.index(day)
                key = f"{school}-网络研修{stage + 1}"
                yield Draft(at(day, 0), key, partial(self._studied, key, school, day=day, roster=roster))

    def _read(self, key: str, school: str, *, day: date, roster: "partial[list[str]]") -> Session | None:
        time = self._reading.index(day) + 1
        u, presence = self._scene.draws.u, self._presence
        expected = roster()
        rows = [
            Row(number, READING_MINUTES)
            for number in expected
            if number not in presence.without_training
            and u("reading", time, number) < READING_SHARE[presence.reliability[number]]
        ]
        return self._session(
            (key, school, f"第{time}次读书活动测试"), day=day, form=READING, length=READING_MINUTES, rows=rows
        )

    def _studied(self, key: str, school: str, *, day: date, roster: "partial[list[str]]") -> Session | None:
        stage = self._online.index(day)
        before, length = sum(ONLINE_STAGES[:stage]), ONLINE_STAGES[stage]
        rows = []
        for number in roster():
            done = self._scene.draws.pick(ONLINE_RESULT, "online", number) * HOUR_MINUTES
            minutes = min(length, done - before)
            if minutes > 0 and number not in self._presence.without_training:
                rows.append(Row(number, minutes))
        return self._session(
            (key, school, f"网络研修第{stage + 1}阶段"), day=day, form=ONLINE, length=length, rows=rows
        )

    def _session(
        self, named: tuple[str, str, str], *, day: date, form: Form, length: int, rows: Sequence[Row]
    ) -> Session | None:
        key, school, topic = named
        if not rows:
            return None
        return Session(
            key=key,
            school=school,
            kind=form.code,
            form=form,
            topic=topic,
            starts_at=at(day, 0 if form is ONLINE else 8),
            length_minutes=length,
            place="自主安排",
            rows=tuple(rows),
            roster=len(rows),
            meeting=f"{form.code}-{day:%Y%m%d}",
            item=item_key(school, day, form),
        )


class LongCourses:
    """Long courses away, entered week by week: a day counts an hour."""

    def __init__(self, scene: Scene, presence: Presence) -> None:
        del presence
        self._on: dict[date, list[tuple[str, int]]] = {}
        for absence in scene.county.absences:
            if absence.kind == "long_training":
                for day, days in weeks_of(absence).items():
                    self._on.setdefault(day, []).append((absence.staff_number, days))
        away = {number for weeks in self._on.values() for number, _ in weeks}
        self._stays: dict[str, list[Stay]] = {}
        for stays in scene.belonging.by_school.values():
            for stay in stays:
                if stay.staff_number in away:
                    self._stays.setdefault(stay.staff_number, []).append(stay)

    def on(self, day: date) -> Iterator[Draft]:
        """Whose week is entered on a day."""
        for number, days in self._on.get(day, ()):
            key = f"{number}-长周期培训-{day:%Y%m%d}"
            school = next(stay.school for stay in self._stays[number] if stay.covers(day))
            yield Draft(
                at(day, 8), key, partial(self._session, key, number, day=day, days=days, school=school)
            )

    @staticmethod
    def _session(key: str, number: str, *, day: date, days: int, school: str) -> Session:
        return Session(
            key=key,
            school=school,
            kind="long_course",
            form=LONG_COURSE,
            topic="长周期脱产培训",
            starts_at=at(day, 8),
            length_minutes=COURSE_LENGTH,
            place="培训基地",
            rows=(Row(number, days * COURSE_DAY_MINUTES),),
            roster=1,
            meeting=key,
        )


def weeks_of(absence: Absence) -> dict[date, int]:
    """The first working day of each week of a course, with the days of that week."""
    ends_on = absence.ends_on or absence.starts_on
    found: dict[date, int] = {}
    day = absence.starts_on
    while day < ends_on:
        week = [day + timedelta(days=more) for more in range(min(WEEK_DAYS, (ends_on - day).days))]
        first = next((one for one in week if one.weekday() < WEEKEND), max(found, default=day))
        found[first] = found.get(first, 0) + len(week)
        day += timedelta(days=WEEK_DAYS)
    return found
