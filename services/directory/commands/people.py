"""People: entered in a school's register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import Login, write_accounts
from services.directory.domain.people import KEEPERS, check_day, check_may_manage
from services.directory.models import Membership, Person, Post
from shared import outbox
from shared.auth import Actor
from shared.events.directory import TeacherJoined
from shared.values import county_day, new_id
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody as they are entered in a school's register."""

    name: str
    subject: str
    roles: frozenset[Role]
    joined_on: date
    login: Login | None


def add_teachers(
    session: Session, *, actor: Actor, school_id: UUID, newcomers: Sequence[Newcomer], now: datetime
) -> list[queries.Teacher]:
    """Enter people in a school's register, with their posts and, where wanted, their accounts."""
    school = queries.school(session, actor=actor, school_id=school_id)
    actor.require(*KEEPERS)
    for newcomer in newcomers:
        check_may_manage(actor.roles, newcomer.roles)
        check_day(newcomer.joined_on, today=county_day(now))
    entered = {new_id(now): newcomer for newcomer in newcomers}
    _write_people(session, school.id, entered, now=now)
    write_accounts(session, {key: one.login for key, one in entered.items() if one.login}, now=now)
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
