"""One object of each kind, all of one school: what the matrix of routes and posts comes to."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert, select

from services.directory.models import Account, PersonAlias
from shared import db
from shared.auth import Actor
from shared.events.credits import HoursAccrued
from shared.vocabulary import Role
from tests.activities import facts as activities
from tests.credits import facts as credits_
from tests.directory import sending
from tests.directory import test_agreements as agreements
from tests.directory import test_groups as groups
from tests.directory import test_imports as imports
from tests.directory import test_stages as stages
from tests.directory.register import TOWN, enter_everybody
from tests.notify import facts as notify
from tests.plans import facts as plans
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, SUN, WU, ZHAO, Door, Person, said_in

NOW = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)
MA = replace(LIN, person_id=UUID(int=0xC8), name="马老师")
"""A teacher of the school whom none of the objects is about."""
AUDITOR = replace(QIAN, person_id=UUID(int=0xC9), name="审计员", roles=frozenset({Role.AUDITOR}))

ACTORS: Mapping[str, Actor] = {
    "teacher": MA,
    "leader": WU,
    "principal": ZHAO,
    "other school": HU,
    "district": SUN,
    "auditor": AUDITOR,
    "county": QIAN,
}
"""In the order of the columns. Hu has every post of a school, in another one."""

Made = Mapping[str, str]
"""Names in the paths and bodies of the matrix, and what they stand for."""


def _new_id(answer: Any, name: str) -> str:
    return str(said_in(answer)[name])


def of_plans(door: Door) -> Made:
    """A plan that waits for review."""
    return {"plan": plans.submitted(door).removeprefix("/plans/")}


def of_activities(door: Door) -> Made:
    """A session to come, one that was held, one with confirmed attendance."""
    activities.everybody_is_known(door)
    door.hear(activities.joined(MA.person_id, name=MA.name))
    made = {
        "confirmed": activities.confirmed(door),
        "recorded": activities.recorded(door, starts_at="2026-10-14T17:30:00+08:00"),
        "held": activities.held(door, starts_at="2026-10-14T20:30:00+08:00"),
        "announced": activities.announced(door, starts_at="2026-10-14T23:30:00+08:00"),
    }
    door.now = datetime(2026, 10, 14, 15, 35, tzinfo=UTC)
    people = {"wu": WU, "hu": HU, "ma": MA, "person": CHEN}
    return {
        **{name: path.removeprefix("/sessions/") for name, path in made.items()},
        **{name: str(one.person_id) for name, one in people.items()},
        "other_item": str(activities.OTHER_ITEM),
        "school": str(SCHOOL),
        "other": str(OTHER_SCHOOL),
    }


def of_credits(door: Door) -> Made:
    """Hours of Chen's."""
    credits_.publish(door)
    credits_.everybody_is_known(door)
    door.hear(credits_.joined(MA.person_id, MA.name))
    credits_.hear(door, credits_.confirmed())
    statement = said_in(door.as_(CHEN).get("/me/statement?school_year=2026"))
    return {"person": str(CHEN.person_id), "entry": statement["entries"][0]["id"]}


def of_notify(door: Door) -> Made:
    """A notice of Chen's."""
    notify.hear(door, notify.joined(), notify.hours(HoursAccrued))
    return {"notice": said_in(door.as_(CHEN).get("/inbox"))["items"][0]["id"]}


def of_directory(door: Door) -> Made:
    """One of everything that somebody keeps."""
    enter_everybody(door.engine, MA, SUN, AUDITOR)
    zhao, qian = door.as_(ZHAO), door.as_(QIAN)
    _open_accounts(door.engine, WU, HU)
    stages.publish(door, stages.SOUND)
    made = {"person": str(CHEN.person_id), "lin": str(LIN.person_id), "school": str(SCHOOL)}
    made |= {
        "other": str(OTHER_SCHOOL),
        "wu": str(WU.person_id),
        "hu": str(HU.person_id),
        "zhao": str(ZHAO.person_id),
        "district": str(TOWN),
    }
    made |= {**_more_schools(qian), **_facts_of_people(door), **_pairings(door)}
    sent = sending.send(door, [imports.teacher(9, "新老师")], extent="part")
    made["import"] = sending.said_of(sent)["batch"]["import_id"]
    key = {"name": "省平台", "scopes": ["read_schools"], "expires_at": "2027-01-01T00:00:00+08:00"}
    made["api_key"] = _new_id(qian.post("/api-keys", key), "api_key_id")
    transfer = {"person_id": made["person"], "to_school_id": made["third"], "subject": "语文"}
    made["transfer"] = _new_id(
        zhao.post("/transfers", transfer | {"effective_on": "2026-11-01"}), "transfer_id"
    )
    return made


def _open_accounts(engine: Engine, *people: Actor) -> None:
    rows = [
        {"person_id": one.person_id, "username": one.person_id.hex, "password_hash": "-"} for one in people
    ]
    with db.transaction(engine) as session:
        session.execute(insert(Account), rows)


def _more_schools(qian: Person) -> Made:
    school = {"stage": "primary", "township": "青石镇", "opened_on": "2020-09-01"}
    third, fourth = (
        _new_id(qian.post("/schools", school | {"name": name}), "school_id")
        for name in ("山下小学", "山上小学")
    )
    merged = said_in(qian.post(f"/schools/{fourth}/merge", {"into_id": third, "merged_on": "2026-09-01"}))
    del merged
    lineages = said_in(qian.get(f"/schools/{third}/lineages"))
    return {"third": third, "lineage": lineages["items"][0]["lineage_id"]}


def _facts_of_people(door: Door) -> Made:
    zhao, qian = door.as_(ZHAO), door.as_(QIAN)
    group = groups.opened(door)
    since = {"starts_on": "2026-09-01"}
    said_in_nothing(
        zhao.post(f"/groups/{group}/members", {"members": [{"person_id": str(CHEN.person_id)}], **since})
    )
    said_in_nothing(zhao.post(f"/groups/{group}/leaders", {"person_id": str(WU.person_id), **since}))
    away = {"kind": "sick_leave", "starts_on": "2026-10-12", "ends_on": "2026-10-20"}
    absence = _new_id(zhao.post(f"/people/{LIN.person_id}/absences", away), "absence_id")
    posts = said_in(zhao.get(f"/posts?person_id={CHEN.person_id}"))["items"]
    need = {"person_id": str(CHEN.person_id), "reason": "new_subject", "since_on": "2026-09-01"}
    said_in_nothing(zhao.post("/pairings/needs", need))
    twice = {"teachers": [{"name": "重名", "subject": "语文", "joined_on": "2026-09-01"}] * 2}
    kept, alias = (
        one["person_id"] for one in said_in(zhao.post(f"/schools/{SCHOOL}/teachers", twice))["teachers"]
    )
    said_in_nothing(qian.post(f"/people/{kept}/merges", {"alias_id": alias}))
    with db.transaction(door.engine, write=False) as session:
        merge = session.scalars(select(PersonAlias.id)).one()
    return {"group": group, "absence": absence, "post": posts[0]["post_id"], "merge": str(merge)}


def said_in_nothing(answer: Any) -> None:
    """It was done."""
    assert answer.status_code < HTTPStatus.BAD_REQUEST, answer.text


def _pairings(door: Door) -> Made:
    agreement = agreements.in_force(door, starts_on="2026-10-10")
    path = agreements.path_of(agreement)
    proposal = agreements.proposed(door, mentor=ZHAO, apprentice=LIN)
    asked = {"reason": "requested", "note": "请更换"}
    said_in_nothing(door.as_(LIN).post(f"{path}/questions", asked))
    said_in_nothing(
        door.as_(CHEN).post(
            f"{path}/duty-entries", {"duty": "hears_mentor", "amount": 1, "done_on": "2026-10-14"}
        )
    )
    whole = said_in(door.as_(ZHAO).get(f"{path}/agreement"))
    return {
        "pairing": agreement["pairing"]["pairing_id"],
        "proposal": proposal["pairing"]["pairing_id"],
        "hash": proposal["versions"][0]["content_hash"],
        "question": whole["questions"][0]["question_id"],
        "duty": whole["entries"][0]["entry_id"],
    }


OBJECTS: Mapping[str, Callable[[Door], Made]] = {
    "activities": of_activities,
    "credits": of_credits,
    "directory": of_directory,
    "notify": of_notify,
    "plans": of_plans,
}
