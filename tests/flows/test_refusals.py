"""What is refused at a door says why, in words for programs and for people, and stores nothing (INV9).

A refused request reaches a real door of the whole platform, then every row of every table of every service is
what it was. The same request made right is taken afterwards, under the same key: it was the fault that was
refused. Notify has no door that takes a body.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.demo_county import RULE_PACK
from tests.cast import CHEN, HU, LIN, QIAN, SCHOOL_YEAR, TODAY, WU, ZHAO, Member
from tests.person import SCHOOL_BASED_FORM, Person
from tests.stored import Stored, stored
from tests.world import World

CREATED = 201
PLEASE = "请"
"""Whoever says it goes on to say what to do."""
INVALID = "填写的内容有误，请按提示逐项修改"
CONTRADICTS = "有内容与平台上的数据不符，请更正标出的各项"
TOKEN_ENDS_AFTER = timedelta(minutes=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A POST as it goes over the wire; a body that is text goes as it is."""

    person: Person
    service: str
    path: str
    body: Mapping[str, Any] | str

    def send(self, *, key: str) -> httpx.Response:
        """Knock."""
        client = self.person.clients[self.service]
        content = self.body if isinstance(self.body, str) else json.dumps(self.body)
        headers = {
            "Authorization": f"Bearer {client.token}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        return client.http.post(f"/api/{self.service}/v1{self.path}", content=content, headers=headers)

    def with_body(self, body: Mapping[str, Any] | str) -> "Request":
        """The same, saying this."""
        return replace(self, body=body)

    def with_changed(self, **changed: object) -> "Request":
        """The same, where the body says otherwise."""
        assert isinstance(self.body, Mapping)
        return replace(self, body={**self.body, **changed})


Story = Callable[[World], Iterator[Request]]
"""Comes to the request that is refused, then to the same made right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a request is refused."""

    status: int
    code: str
    title: str
    """Says in Chinese what to do."""
    errors: tuple[tuple[str, str, str], ...] = ()
    """Field, code and text of each complaint."""

    @property
    def body(self) -> dict[str, Any]:
        """The problem as it is answered."""
        body = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if not self.errors:
            return body
        errors = [{"field": field, "code": code, "text": text} for field, code, text in self.errors]
        return {**body, "errors": errors}


def invalid(field: str, code: str, text: str) -> Answer:
    """A field that no schema takes."""
    return Answer(status=422, code="invalid_input", title=INVALID, errors=((field, code, text),))


# --- requests that are right ------------------------------------------------------------------------------


def pairing(world: World) -> Request:
    """Lin takes one more apprentice."""
    body = {
        "mentor_id": world.id_of(LIN),
        "apprentice_id": world.id_of(WU),
        "started_on": TODAY.isoformat(),
    }
    return Request(person=world.as_person(ZHAO), service="directory", path="/pairings", body=body)


def plan(world: World) -> Request:
    """What a group means to do."""
    item = {"form": SCHOOL_BASED_FORM, "topic": "《草船借箭》同课异构", "due_on": TODAY.isoformat()}
    body = {"school_year": SCHOOL_YEAR, "title": "语文组学期研训计划", "items": [item]}
    return Request(person=world.as_person(WU), service="plans", path="/plans", body=body)


def announcement(world: World) -> Request:
    """A session to come."""
    body = {
        "form": SCHOOL_BASED_FORM,
        "topic": "《草船借箭》同课异构",
        "starts_at": world.clock().isoformat(),
        "length_minutes": 90,
        "place": "二楼会议室",
    }
    return Request(person=world.as_person(WU), service="activities", path="/sessions", body=body)


def rule_pack(world: World) -> Request:
    """Rules from tomorrow on."""
    body = {**RULE_PACK, "valid_from": (TODAY + timedelta(days=1)).isoformat()}
    return Request(person=world.as_person(QIAN), service="credits", path="/rule-packs", body=body)


def confirmation(world: World, activity: str, minutes: Mapping[Member, int], *, by: Member = WU) -> Request:
    """Who was there, and how long."""
    attendees = [{"teacher_id": world.id_of(who), "minutes": stayed} for who, stayed in minutes.items()]
    return Request(
        person=world.as_person(by),
        service="activities",
        path=f"/sessions/{activity}/attendance",
        body={"attendees": attendees},
    )


# --- stories ----------------------------------------------------------------------------------------------


def broken_off(right: Callable[[World], Request]) -> Story:
    """The body ends too early."""

    def story(world: World) -> Iterator[Request]:
        request = right(world)
        yield request.with_body('{"title": ')
        yield request

    return story


def saying(right: Callable[[World], Request], **wrong: object) -> Story:
    """One field is wrong, or one too many."""

    def story(world: World) -> Iterator[Request]:
        request = right(world)
        yield request.with_changed(**wrong)
        yield request

    return story


def attended(minutes: object) -> Story:
    """Chen for so long."""

    def story(world: World) -> Iterator[Request]:
        request = confirmation(world, world.held_activity(), {CHEN: 90})
        yield request.with_body({"attendees": [{"teacher_id": world.id_of(CHEN), "minutes": minutes}]})
        yield request

    return story


def confirmed_before_held(world: World) -> Iterator[Request]:
    wu = world.as_person(WU)
    activity = wu.announce(starts_at=world.clock() - timedelta(minutes=90))
    request = confirmation(world, activity, {CHEN: 90})
    yield request
    wu.hold(activity)
    yield request


def confirmed_twice(world: World) -> Iterator[Request]:
    activity = world.confirmed_activity()
    yield confirmation(world, activity, {CHEN: 90})
    yield confirmation(world, activity, {CHEN: 90, ZHAO: 90})


def teacher_of_another_school(world: World) -> Iterator[Request]:
    activity = world.held_activity()
    yield confirmation(world, activity, {CHEN: 90, HU: 90})
    yield confirmation(world, activity, {CHEN: 90})


def paired_with_oneself(world: World) -> Iterator[Request]:
    request = pairing(world)
    yield request.with_changed(apprentice_id=world.id_of(LIN))
    yield request


def expired_token(world: World) -> Iterator[Request]:
    activity = world.held_activity()
    request = confirmation(world, activity, {CHEN: 90})
    world.later(TOKEN_ENDS_AFTER)
    yield request
    yield replace(request, person=world.as_person(WU))


def confirmed_by(member: Member) -> Story:
    """Somebody whose session it is not to confirm."""

    def story(world: World) -> Iterator[Request]:
        activity = world.held_activity()
        yield confirmation(world, activity, {LIN: 90, CHEN: 90}, by=member)
        yield confirmation(world, activity, {LIN: 90, CHEN: 90})

    return story


# --- what is refused, and how ------------------------------------------------------------------------------

NOT_JSON = Answer(
    status=400, code="not_json", title="内容不是有效的 JSON：第1行第11个字符处有误，请更正后重新提交"
)
UNKNOWN_FIELD = invalid("approved", "unknown_field", "没有这一项，请删去")
OUTSIDE_HOURS = "应在0到1000000之间"

REFUSED: Mapping[str, tuple[Story, Answer]] = {
    "malformed JSON in directory": (broken_off(pairing), NOT_JSON),
    "malformed JSON in plans": (broken_off(plan), NOT_JSON),
    "malformed JSON in activities": (broken_off(announcement), NOT_JSON),
    "malformed JSON in credits": (broken_off(rule_pack), NOT_JSON),
    "an unknown field in directory": (saying(pairing, approved=True), UNKNOWN_FIELD),
    "an unknown field in plans": (saying(plan, approved=True), UNKNOWN_FIELD),
    "an unknown field in activities": (saying(announcement, approved=True), UNKNOWN_FIELD),
    "an unknown field in credits": (saying(rule_pack, approved=True), UNKNOWN_FIELD),
    "a wrong type in directory": (
        saying(pairing, started_on=20260910),
        invalid("started_on", "not_a_date", "应为日期，如 2026-11-23"),
    ),
    "a wrong type in plans": (
        saying(plan, school_year="2026"),
        invalid("school_year", "not_a_number", "应为整数"),
    ),
    "a wrong type in activities": (
        attended("90"),
        invalid("attendees.0.minutes", "not_a_number", "应为整数"),
    ),
    "a wrong type in credits": (
        saying(rule_pack, minutes_per_hour="45"),
        invalid("minutes_per_hour", "not_a_number", "应为整数"),
    ),
    "negative minutes": (
        attended(-5),
        invalid("attendees.0.minutes", "out_of_range", "应在1到1440之间"),
    ),
    "absurd minutes": (
        attended(100_000),
        invalid("attendees.0.minutes", "out_of_range", "应在1到1440之间"),
    ),
    "negative hours": (
        saying(rule_pack, required_school_based_hours_hundredths=-2400),
        invalid("required_school_based_hours_hundredths", "out_of_range", OUTSIDE_HOURS),
    ),
    "absurd hours": (
        saying(rule_pack, required_hours_hundredths=720_000_000),
        invalid("required_hours_hundredths", "out_of_range", OUTSIDE_HOURS),
    ),
    "a confirmation before the session is held": (
        confirmed_before_held,
        Answer(
            status=409,
            code="session_not_held",
            title="活动尚未举行，不能确认出勤；请先登记举行并提交活动记录",
        ),
    ),
    "a second confirmation": (
        confirmed_twice,
        Answer(
            status=409,
            code="already_confirmed",
            title="这些教师的出勤都已确认过，无需再次确认；如需更正请先撤销",
        ),
    ),
    "attendance of another school's teacher": (
        teacher_of_another_school,
        Answer(
            status=422,
            code="teacher_not_here",
            title=CONTRADICTS,
            errors=(
                (
                    "attendees.1.teacher_id",
                    "teacher_not_here",
                    "活动当天这位教师不属于举办活动的学校；刚办理调动的，请稍候再试",
                ),
            ),
        ),
    ),
    "a pairing with oneself": (
        paired_with_oneself,
        invalid("apprentice_id", "invalid", "不能与自己结对，请另选一位教师"),
    ),
    "an expired token": (
        expired_token,
        Answer(status=401, code="token_expired", title="登录已过期，请重新登录"),
    ),
    "another school's group leader": (
        confirmed_by(HU),
        Answer(status=404, code="not_found", title="没有找到您要的内容，请核对后再试"),
    ),
    "a plain teacher": (
        confirmed_by(CHEN),
        Answer(
            status=403,
            code="forbidden",
            title="这件事只能由教研组长、教导处、校长来做，请联系他们办理",
        ),
    ),
}


def everything(world: World) -> Mapping[str, Stored]:
    """What each service has stored."""
    return {name: stored(running.engine) for name, running in world.platform.running.items()}


def changed_since(before: Mapping[str, Stored], world: World) -> list[str]:
    """Every service's tables that hold anything else now."""
    now = everything(world)
    return [
        f"{service}.{table}"
        for service, tables in before.items()
        for table, rows in tables.items()
        if now[service][table] != rows
    ]


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_clear_and_stores_nothing(world: World, case: str) -> None:
    story, wanted = REFUSED[case]
    requests = story(world)
    wrong, key = next(requests), str(uuid4())
    before = everything(world)

    refused = wrong.send(key=key)

    assert (refused.status_code, refused.json()) == (wanted.status, wanted.body)
    assert PLEASE in wanted.title
    assert changed_since(before, world) == []

    right = next(requests)
    taken = right.send(key=key)

    assert taken.status_code == CREATED, taken.text
    assert any(key in row for row in everything(world)[right.service]["idempotency_keys"])
