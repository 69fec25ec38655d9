"""Schools and the people in them: opened, added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory import domain, queries
from services.directory.commands import passwords
from services.directory.models import Account, Membership, Person, Post, School
from shared import outbox
from shared.auth import Actor
from shared.db import insert_new
from shared.events.directory import SchoolOpened, TeacherJoined
from shared.values import Refused, county_day, new_id
from shared.vocabulary import Role, SchoolStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A username with its first password."""

    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody as they are entered in a school's register."""

    name: str
    subject: str
    roles: frozenset[Role]
    joined_on: date
    login: Login | None


def open_school(
    session: Session,
    *,
    actor: Actor,
    name: str,
    stage: SchoolStage,
    township: str,
    opened_on: date,
    now: datetime,
) -> School:
    """Enter a school; the county office does."""
    actor.require(Role.COUNTY_OFFICER)
    domain.check_day(opened_on, today=county_day(now))
    row = {
        "id": new_id(now),
        "name": name,
        "name_key": domain.name_key(name),
        "stage": stage,
        "township": township,
        "opened_on": opened_on,
        "entered_at": now,
    }
    if not insert_new(session, School, [row]):
        raise Refused("school_name_taken", "县里已有名为“{name}”的学校", name=name)
    school = School(**row)
    said = SchoolOpened(school_id=school.id, name=name, stage=stage, township=township, opened_on=opened_on)
    outbox.add(session, said, now=now)
    return school


def add_teachers(
    session: Session, *, actor: Actor, school_id: UUID, newcomers: Sequence[Newcomer], now: datetime
) -> list[queries.Teacher]:
    """Enter people in a school's register, with their posts and, where wanted, their accounts."""
    school = queries.school(session, actor=actor, school_id=school_id)
    actor.require(*domain.KEEPERS)
    for newcomer in newcomers:
        domain.check_may_manage(actor.roles, newcomer.roles)
        domain.check_day(newcomer.joined_on, today=county_day(now))
    entered = {new_id(now): newcomer for newcomer in newcomers}
    _write_people(session, school.id, entered, now=now)
    write_accounts(session, {key: one.login for key, one in entered.items() if one.login})
    for key, one in entered.items():
        said = TeacherJoined(
            teacher_id=key, school_id=school.id, name=one.name, subject=one.subject, joined_on=one.joined_on
        )
        outbox.add(session, said, now=now)
    return [
        queries.Teacher(
            person_id=key,
            name=one.name,
            subject=one.subject,
            joined_on=one.joined_on,
            roles=sorted(one.roles),
        )
        for key, one in entered.items()
    ]


def _write_people(
    session: Session, school_id: UUID, newcomers: dict[UUID, Newcomer], *, now: datetime
) -> None:
    people = [{"id": key, "name": one.name, "entered_at": now} for key, one in newcomers.items()]
    memberships = [
        {
            "id": new_id(now),
            "person_id": key,
            "school_id": school_id,
            "subject": one.subject,
            "starts_on": one.joined_on,
        }
        for key, one in newcomers.items()
    ]
    posts = [
        {
            "id": new_id(now),
            "person_id": key,
            "school_id": school_id,
            "role": role,
            "starts_on": one.joined_on,
        }
        for key, one in newcomers.items()
        for role in sorted(one.roles)
    ]
    session.execute(insert(Person), people)
    session.execute(insert(Membership), memberships)
    session.execute(insert(Post), posts)


def write_accounts(session: Session, logins: dict[UUID, Login]) -> None:
    """Give these people accounts; Refused when somebody has one of the usernames."""
    rows = [
        {
            "person_id": person_id,
            "username": domain.username_key(login.username),
            "password_hash": passwords.hashed(login.password),
        }
        for person_id, login in logins.items()
    ]
    written = {row.username for row in insert_new(session, Account, rows)}
    taken = [row["username"] for row in rows if row["username"] not in written]
    if taken:
        raise Refused(
            "username_taken", "这些用户名已有人使用：{usernames}", usernames="、".join(map(str, taken))
        )
