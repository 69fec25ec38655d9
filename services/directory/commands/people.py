"""People: entered in a school's register, and said to everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import Login, write_accounts
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.domain.people import check_day, check_may_manage
from services.directory.domain.periods import Period
from services.directory.models import Membership, Person, PersonRecord, Post
from shared import outbox, tenancy
from shared.auth import Actor
from shared.events.directory import Belonging, TeacherChanged, TeacherJoined
from shared.values import county_day, in_chunks, new_id
from shared.vocabulary import MembershipKind, Role


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
    queries.check_charge(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.KEEP_REGISTER])
    for newcomer in newcomers:
        check_may_manage(actor.roles, newcomer.roles)
        check_day(newcomer.joined_on, today=county_day(now))
    entered = {new_id(now): newcomer for newcomer in newcomers}
    with tenancy.whole_county(session):  # until they are written, newcomers belong nowhere
        _write_people(session, school_id, entered, now=now)
        write_accounts(session, {key: one.login for key, one in entered.items() if one.login}, now=now)
    for key, one in entered.items():
        said = TeacherJoined(
            teacher_id=key, school_id=school_id, name=one.name, subject=one.subject, joined_on=one.joined_on
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
    since = {key: Period(starts_on=one.joined_on, ends_on=None) for key, one in newcomers.items()}
    session.execute(insert(Person), [{"id": key, "version": 0, "entered_at": now} for key in newcomers])
    names = [
        (since[key], {"person_id": key, "name": one.name, "name_key": name_key(one.name)})
        for key, one in newcomers.items()
    ]
    facts.add(session, PersonRecord, names, now=now)
    memberships = [
        (
            since[key],
            {
                "person_id": key,
                "school_id": school_id,
                "kind": MembershipKind.HOME,
                "subject": one.subject,
            },
        )
        for key, one in newcomers.items()
    ]
    facts.add(session, Membership, memberships, now=now)
    posts = [
        (since[key], {"person_id": key, "school_id": school_id, "role": role})
        for key, one in newcomers.items()
        for role in sorted(one.roles)
    ]
    facts.add(session, Post, posts, now=now)


def say_teachers(session: Session, people: Sequence[UUID], *, now: datetime) -> None:
    """Tell the others who these are and where they belong; of two tellings they keep the later.

    The whole of it each time, so that a correction of the past needs no other event than a transfer.
    """
    for ids in in_chunks(people, of=facts.IDS_PER_STATEMENT_MAX):
        with tenancy.whole_county(session):  # whoever changed a part of it
            _say_teachers(session, ids, now=now)


def _say_teachers(session: Session, ids: Sequence[UUID], *, now: datetime) -> None:
    one_more = update(Person).where(Person.id.in_(ids)).values(version=Person.version + 1)
    versions = dict(session.execute(one_more.returning(Person.id, Person.version)).all())
    names = queries.latest_names(session, ids)
    belongs = queries.standing_memberships(session, ids)
    for person_id in ids:
        said = _teacher_changed(
            person_id, version=versions[person_id], name=names[person_id], belongs=belongs[person_id]
        )
        outbox.add(session, said, now=now)


def _teacher_changed(person_id: UUID, *, version: int, name: str, belongs: Sequence[Any]) -> TeacherChanged:
    homes = [one.school_id for one in belongs if one.kind is MembershipKind.HOME]
    return TeacherChanged(
        teacher_id=person_id,
        school_id=homes[-1] if homes else None,
        version=version,
        name=name,
        belongs=tuple(
            Belonging(
                school_id=one.school_id,
                kind=one.kind,
                subject=one.subject,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
            )
            for one in belongs
        ),
    )
