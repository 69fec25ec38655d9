"""The year's sessions with their attendance, as many a request as the door takes, and what is taken back."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.county.load.lines import Line
from deploy.county.load.people import Register
from deploy.doors import Visit
from shared.client import Problem
from shared.values import county_day

PAST_SESSIONS = "/api/activities/v1/past-sessions"
SESSIONS = "/api/activities/v1/sessions"
SESSIONS_AT_ONCE, ATTENDEES_AT_ONCE = 100, 500
NOT_HEARD_OF = frozenset({"plan_item_unknown", "school_unknown", "teacher_not_here"})
HEARD_OF_SECONDS_MAX, ASK_AGAIN_SECONDS = 120.0, 0.5


@dataclass(slots=True, kw_only=True)
class Portion:
    """What goes into one request: sessions with whoever was there."""

    day: str
    number: int = 0
    """Its place among the day's."""
    sessions: list[tuple[Line, Sequence[Line]]] = field(default_factory=list)
    attendees: int = 0

    @property
    def people(self) -> Iterator[str]:
        """The staff number of everybody who is named."""
        for session, attendance in self.sessions:
            yield from (number for number in (session["speaker"], session["host"]) if number)
            yield from (line["staff_number"] for line in attendance)

    def has_room_for(self, session: Line, attendance: Sequence[Line]) -> bool:
        """Whether one more session of the same day fits; the first always does."""
        if self.day != day_of(session):
            return False
        fits = self.attendees + len(attendance) <= ATTENDEES_AT_ONCE and len(self.sessions) < SESSIONS_AT_ONCE
        return not self.sessions or fits

    def add(self, session: Line, attendance: Sequence[Line]) -> None:
        """One more."""
        self.sessions.append((session, attendance))
        self.attendees += len(attendance)


def day_of(session: Line) -> str:
    """On which day of the county it begins."""
    return county_day(datetime.fromisoformat(session["starts_at"])).isoformat()


def is_over(session: Line, *, today: date) -> bool:
    """Whether its day is over: of one that goes on, more is to come, and would go into other portions."""
    length = timedelta(minutes=int(session["length_minutes"]))
    return county_day(datetime.fromisoformat(session["starts_at"]) + length) < today


def portions(sessions: Iterable[Line], attendance: Iterable[Line]) -> Iterator[Portion]:
    """Both files side by side: attendance comes in the order of the sessions. A day begins a new one."""
    present = groupby(attendance, key=lambda line: line["session"])
    ahead = next(present, None)
    portion = Portion(day="")
    for session in sessions:
        there: Sequence[Line] = ()
        if ahead is not None and ahead[0] == session["key"]:
            there = list(ahead[1])
            ahead = next(present, None)
        if not there:
            continue  # called off, not over yet, or nobody came
        if not portion.has_room_for(session, there):
            if portion.sessions:
                yield portion
            day = day_of(session)
            portion = Portion(day=day, number=portion.number + 1 if portion.day == day else 0)
        portion.add(session, there)
    if portion.sessions:
        yield portion
    if ahead is not None:
        raise ValueError(f"attendance of a session that is not in its place: {ahead[0]}")


@dataclass(slots=True, kw_only=True)
class Entering:
    """Enters portions; which session became which activity is kept of those that somebody asks for later."""

    visit: Visit
    register: Register
    digest: str
    """Of the county: the same portion of the same county has the same key, and is entered once."""
    items: Mapping[str, str] = field(default_factory=dict)
    """Keys of plan items and their ids."""
    asked_for: frozenset[str] = frozenset()
    activities: dict[str, str] = field(default_factory=dict)

    def enter(self, portion: Portion) -> int:
        """One request; how many attendances are confirmed by it, now or when it was sent before."""
        self.register.meet(portion.people)
        body = {"sessions": [self._session(*one) for one in portion.sessions]}
        key = str(uuid5(NAMESPACE_URL, f"{self.digest}/sessions/{portion.day}/{portion.number}"))
        entered = self._sent(body, key=key)["sessions"]
        for (session, _), answer in zip(portion.sessions, entered, strict=True):
            if session["key"] in self.asked_for:
                self.activities[session["key"]] = answer["activity_id"]
        return sum(answer["confirmed"] for answer in entered)

    def _sent(self, body: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """The answer; what one service was told a moment ago, another may hear of a moment later."""
        deadline = time.monotonic() + HEARD_OF_SECONDS_MAX
        while True:
            try:
                answer: Mapping[str, Any] = self.visit.client().post(PAST_SESSIONS, body, key=key)
            except Problem as problem:
                wrong = {error.get("code") for error in problem.errors}
                if not wrong or wrong - NOT_HEARD_OF or time.monotonic() > deadline:
                    raise
                time.sleep(ASK_AGAIN_SECONDS)
            else:
                return answer

    def _session(self, session: Line, attendance: Sequence[Line]) -> Mapping[str, Any]:
        item = session["item"]
        return {
            "school_id": self.register.school(session["school"]),
            "form": session["form"],
            "topic": session["topic"],
            "starts_at": session["starts_at"],
            "length_minutes": int(session["length_minutes"]),
            "place": session["place"] or None,
            "speaker_id": self._person(session["speaker"]),
            "host_id": self._person(session["host"]),
            "plan_item_id": self.items.get(item),
            "record": {"content": session["content"], "result": session["result"] or None},
            "attendees": [
                {
                    "teacher_id": self.register.person(line["staff_number"]),
                    "minutes": int(line["minutes"]),
                    "role": line["role"],
                }
                for line in attendance
            ],
        }

    def _person(self, number: str) -> str | None:
        return self.register.person(number) if number else None

    def take_back(self, reversal: Line) -> None:
        """One attendance that was entered twice."""
        self.register.meet([reversal["staff_number"]])
        path = f"{SESSIONS}/{self.activities[reversal['session']]}/attendance/revocations"
        teachers = [self.register.person(reversal["staff_number"])]
        which = f"{reversal['session']}/{reversal['staff_number']}"
        key = str(uuid5(NAMESPACE_URL, f"{self.digest}/reversals/{which}"))
        self.visit.client().post(path, {"teacher_ids": teachers, "reason": reversal["reason"]}, key=key)
