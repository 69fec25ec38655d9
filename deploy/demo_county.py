"""A small county, set up and lived in through the same HTTP doors that everybody else uses."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from deploy import cast
from shared.client import Client, Problem
from shared.values import county_day, school_year_of
from shared.vocabulary import HourCategory, NoticeKind, SessionRole

FORM = "same_topic_different_designs"
FORM_LABEL = "同课异构"
LENGTH_MINUTES = 90
WAIT_SECONDS_MAX = 60.0
WATCH_SECONDS = 0.01
ASKED = (cast.CHEN, cast.LIN, cast.WU, cast.ZHAO, cast.HU)
"""Who is asked what came of it: also those for whom nothing should have."""

RULE_PACK: Mapping[str, Any] = {
    "name": "示范县校本研训学时规则",
    "source": "示范数据：72学时，其中校本不少于24学时",
    "required_hours_hundredths": 7200,
    "required_school_based_hours_hundredths": 2400,
    "minutes_per_hour": 45,
    "session_hundredths_max": 800,
    "default_category": HourCategory.SCHOOL_BASED,
    "role_weights": {SessionRole.PARTICIPANT: 100, SessionRole.HOST: 150, SessionRole.SPEAKER: 200},
    "forms": {
        FORM: {"category": HourCategory.SCHOOL_BASED, "label": FORM_LABEL},
        "topic_lecture": {"category": HourCategory.SCHOOL_BASED, "label": "专题讲座"},
        "county_forum": {"category": HourCategory.CROSS_SCHOOL, "label": "论坛"},
    },
    "year_caps": {},
}
"""Shown with its source, so that nobody takes it for a county's own rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The county once it is set up: who is who, and how to speak for them."""

    clients: Mapping[str, Client]
    ids: Mapping[str, str]
    """Username -> person id."""
    school_ids: Mapping[str, str]
    """Name of a school -> its id."""
    tokens: dict[str, str]

    def as_person(self, member: cast.Member) -> Mapping[str, Client]:
        """Every service's door, as this person; signs in once."""
        if member.username not in self.tokens:
            self.tokens[member.username] = sign_in(self.clients["directory"], member)
        token = self.tokens[member.username]
        return {name: client.signed_in(token) for name, client in self.clients.items()}


def sign_in(directory: Client, member: cast.Member) -> str:
    """A bearer token."""
    body = {"username": member.username, "password": cast.PASSWORD}
    return str(directory.post("/api/directory/v1/sign-in", body)["token"])


def settle_in(directory: Client, member: cast.Member) -> str:
    """Sign in for the first time and choose the password a visitor is told; the token to go on with."""
    first = {"username": member.username, "password": cast.FIRST_PASSWORD}
    token = directory.post("/api/directory/v1/sign-in", first)["token"]
    chosen = {"new_password": cast.PASSWORD}
    return str(directory.signed_in(token).post("/api/directory/v1/change-password", chosen)["token"])


def set_up(clients: Mapping[str, Client], *, now: datetime, token: str | None = None) -> County:
    """Open the schools, enter the people, publish the rules, pair mentor and apprentice.

    The county officer must have an account already: that first one comes from the command line. A `token` is
    hers, if she has settled in. Schools of these names, and rules, that are there are taken as they are.
    """
    began = date(school_year_of(county_day(now)), 9, 1)
    county = County(clients=clients, ids={}, school_ids={}, tokens={})
    county.tokens[cast.QIAN.username] = token or settle_in(clients["directory"], cast.QIAN)
    qian = county.as_person(cast.QIAN)
    schools = {school.name: _opened(qian, school, began) for school in cast.SCHOOLS}
    ids: dict[str, str] = {}
    for school in cast.SCHOOLS:
        members = [one for one in cast.SCHOOL_PEOPLE if one.school is school]
        ids |= _enter(qian, schools[school.name], members=members, began=began)
    for member in cast.SCHOOL_PEOPLE:
        county.tokens[member.username] = settle_in(clients["directory"], member)
    if not qian["credits"].get("/api/credits/v1/rule-packs"):
        qian["credits"].post("/api/credits/v1/rule-packs", {**RULE_PACK, "valid_from": began.isoformat()})
    pairing = {
        "mentor_id": ids[cast.LIN.username],
        "apprentice_id": ids[cast.CHEN.username],
        "started_on": began.isoformat(),
    }
    qian["directory"].post("/api/directory/v1/pairings", pairing)
    return County(clients=clients, ids=ids, school_ids=schools, tokens=county.tokens)


def _opened(qian: Mapping[str, Client], school: cast.School, began: date) -> str:
    """Its id."""
    for found in qian["directory"].get("/api/directory/v1/schools/find", text=school.name)["items"]:
        if found["way"] == "name" and found["name"] == school.name:
            return str(found["school_id"])
    body = {
        "name": school.name,
        "stage": school.stage,
        "township": school.township,
        "opened_on": began.isoformat(),
    }
    return str(qian["directory"].post("/api/directory/v1/schools", body)["school_id"])


def _enter(
    qian: Mapping[str, Client], school_id: str, *, members: list[cast.Member], began: date
) -> dict[str, str]:
    if not members:
        return {}
    body = {
        "teachers": [
            {
                "name": member.name,
                "subject": member.subject,
                "roles": list(member.roles),
                "joined_on": began.isoformat(),
                "username": member.username,
                "password": cast.FIRST_PASSWORD,
            }
            for member in members
        ]
    }
    added = qian["directory"].post(f"/api/directory/v1/schools/{school_id}/teachers", body)["teachers"]
    return {member.username: str(one["person_id"]) for member, one in zip(members, added, strict=True)}


# --- one activity, from plan to notice ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of one logged activity, as the services answer each of its people: nothing is left out."""

    entries: Sequence[tuple[cast.Member, Any]]
    """In whose ledger, and the entry."""
    notices: Sequence[tuple[cast.Member, Any]]
    """In whose inbox, and the notice."""
    seconds: float
    """From the confirmation's request to the mentor's notice."""

    @property
    def credited(self) -> int:
        """How many people have hours of it."""
        return len({member for member, _ in self.entries})

    @property
    def mentors_notified(self) -> int:
        """How many people were told of an apprentice's hours."""
        kind = NoticeKind.APPRENTICE_ACCRUED
        return len({member for member, notice in self.notices if notice["kind"] == kind})

    @property
    def hours_hundredths(self) -> int:
        """What all entries add up to."""
        return sum(entry["hours_hundredths"] for _, entry in self.entries)

    @property
    def lines(self) -> Sequence[str]:
        """The story, for people."""
        return (
            *(f"入账  {member.name}：{entry['explanation']}" for member, entry in self.entries),
            *(f"通知  {member.name}：{notice['title']}" for member, notice in self.notices),
            "计划  青石镇中心小学语文组计划：条目已落实",
            f"用时  从确认出勤到导师收到通知 {self.seconds * 1000:.0f} 毫秒",
        )

    def twice(self) -> Sequence[str]:
        """What is there more than once, though it happened once."""
        seen = [f"学时条目 {member.name}" for member, _ in self.entries]
        seen += [f"通知 {member.name}：{notice['title']}" for member, notice in self.notices]
        return [what for what, times in Counter(seen).items() if times > 1]


def live_an_activity(county: County, *, now: datetime) -> Told:
    """Plan, announce, check in, hold, record and confirm one activity; then wait for what it causes."""
    item_id, plan_id = _approved_item(county, now=now)
    activity_id = _held(county, item_id, now=now)
    attendees = [
        _attendee(county, cast.CHEN, SessionRole.PARTICIPANT, minutes=LENGTH_MINUTES),
        _attendee(county, cast.LIN, SessionRole.SPEAKER, minutes=LENGTH_MINUTES),
    ]
    began = time.monotonic()
    wu = county.as_person(cast.WU)["activities"]
    wu.post(f"/api/activities/v1/sessions/{activity_id}/attendance", {"attendees": attendees})
    _wait_for(lambda: _mentor_is_told(county, activity_id), "导师的通知")
    seconds = time.monotonic() - began
    _wait_for(lambda: _is_fulfilled(county, plan_id), "计划条目的落实")
    return Told(
        entries=_of_all(lambda member: _entries(county, member, activity_id)),
        notices=_of_all(lambda member: _notices(county, member, activity_id)),
        seconds=seconds,
    )


def _approved_item(county: County, *, now: datetime) -> tuple[str, str]:
    """A group's plan with one item, approved by the principal; waits until activities knows it."""
    wu, zhao = county.as_person(cast.WU)["plans"], county.as_person(cast.ZHAO)["plans"]
    today = county_day(now)
    draft = {
        "school_year": school_year_of(today),
        "title": "语文组学期研训计划",
        "items": [{"form": FORM, "topic": "《草船借箭》同课异构", "due_on": today.isoformat()}],
    }
    plan = wu.post("/api/plans/v1/plans", draft)
    path = f"/api/plans/v1/plans/{plan['plan_id']}"
    wu.post(f"{path}/submit")
    zhao.post(f"{path}/approve")
    return str(plan["items"][0]["item_id"]), str(plan["plan_id"])


def _held(county: County, item_id: str, *, now: datetime) -> str:
    wu = county.as_person(cast.WU)["activities"]
    starts_at = now - timedelta(minutes=LENGTH_MINUTES)
    announcement = {
        "form": FORM,
        "topic": "《草船借箭》同课异构",
        "starts_at": starts_at.isoformat(),
        "length_minutes": LENGTH_MINUTES,
        "place": "二楼会议室",
        "speaker_id": county.ids[cast.LIN.username],
        "plan_item_id": item_id,
    }
    sessions = "/api/activities/v1/sessions"
    activity = _wait_for(lambda: _unless_unknown(lambda: wu.post(sessions, announcement)), "计划送达活动服务")
    path = f"{sessions}/{activity['activity_id']}"
    county.as_person(cast.CHEN)["activities"].post(f"{path}/check-ins", {})
    wu.post(f"{path}/hold")
    wu.post(f"{path}/record", {"content": "两位老师各上一节，课后集体评议，形成共同教案一份。"})
    return str(activity["activity_id"])


def _attendee(county: County, member: cast.Member, role: SessionRole, *, minutes: int) -> dict[str, Any]:
    return {"teacher_id": county.ids[member.username], "minutes": minutes, "role": role}


def _of_all(items_of: Callable[[cast.Member], Sequence[Any]]) -> Sequence[tuple[cast.Member, Any]]:
    return [(member, item) for member in ASKED for item in items_of(member)]


def _entries(county: County, member: cast.Member, activity_id: str) -> Sequence[Any]:
    statement = county.as_person(member)["credits"].get("/api/credits/v1/me/statement")
    return [entry for entry in statement["entries"] if entry["activity_id"] == activity_id]


def _notices(county: County, member: cast.Member, activity_id: str) -> Sequence[Any]:
    """The newest page holds all of them: nobody is told anything else meanwhile."""
    inbox = county.as_person(member)["notify"].get("/api/notify/v1/inbox")
    return [notice for notice in inbox["items"] if notice["activity_id"] == activity_id]


def _mentor_is_told(county: County, activity_id: str) -> bool:
    notices = _notices(county, cast.LIN, activity_id)
    return any(notice["kind"] == NoticeKind.APPRENTICE_ACCRUED for notice in notices)


def _is_fulfilled(county: County, plan_id: str) -> bool:
    plan = county.as_person(cast.WU)["plans"].get(f"/api/plans/v1/plans/{plan_id}")
    return all(item["state"] == "fulfilled" for item in plan["items"])


def _unless_unknown(ask: Callable[[], Any]) -> Any:
    """Services learn of each other a moment later: what one does not know yet, it refuses as unknown."""
    try:
        return ask()
    except Problem as problem:
        if problem.status in {404, 422, 409}:
            return None
        raise


def _wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(WATCH_SECONDS)
    raise TimeoutError(f"等不到{what}")
