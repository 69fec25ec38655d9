"""People: who belongs where on a day, what they may, who they are when they sign in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from services.directory.domain.pairings import Member
from services.directory.domain.people import chosen_school
from services.directory.models import Membership, Person, PersonRecord, Post, SchoolRecord
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.schools import check_school
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import MembershipKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A member of a school with what they teach and which posts they hold on a day."""

    person_id: UUID
    name: str
    subject: str
    joined_on: date
    roles: Sequence[Role]


def teachers(
    session: Session, *, actor: Actor, school_id: UUID, on: date, cursor: UUID | None, limit: int
) -> Page:
    """Who belongs to a school on a day, in whichever way."""
    check_school(session, actor=actor, school_id=school_id)
    asked = (
        select(Membership, PersonRecord.name)
        .join(PersonRecord, named(Membership.person_id, on=on))
        .where(
            Membership.school_id == school_id,
            known(Membership),
            holds(Membership, on),
            after(Membership.person_id, cursor),
        )
        .order_by(Membership.person_id)
        .limit(limit + 1)
    )
    rows = session.execute(asked).all()
    roles = roles_of(session, [membership.person_id for membership, _ in rows], on=on)
    found = [
        Teacher(
            person_id=membership.person_id,
            name=name,
            subject=membership.subject,
            joined_on=membership.starts_on,
            roles=roles.get(membership.person_id, []),
        )
        for membership, name in rows
    ]
    return page(found, limit, key="person_id")


def named(column: Any, *, on: date, record: Any = PersonRecord) -> Any:
    """The join to what somebody is called on a day."""
    return and_(record.person_id == column, known(record), holds(record, on))


def roles_of(session: Session, people: Sequence[UUID], *, on: date) -> dict[UUID, list[Role]]:
    """The roles of each person's posts on a day."""
    found: dict[UUID, list[Role]] = {}
    asked = select(Post.person_id, Post.role).where(Post.person_id.in_(people), known(Post), holds(Post, on))
    for person_id, role in session.execute(asked.order_by(Post.id)):
        found.setdefault(person_id, []).append(role)
    return found


def members(
    session: Session, *, actor: Actor, people: Sequence[UUID], on: date
) -> dict[UUID, tuple[UUID, Member]]:
    """Who has not left by a day, with their school; Missing when one of them is not within reach."""
    return _members(session, people, actor.reach(Membership.school_id), on=on)


def members_anywhere(
    session: Session, *, people: Sequence[UUID], on: date
) -> dict[UUID, tuple[UUID, Member]]:
    """The same of the whole county, for whoever has checked the reach."""
    return _members(session, people, true(), on=on)


def _members(
    session: Session, people: Sequence[UUID], within: ColumnElement[bool], *, on: date
) -> dict[UUID, tuple[UUID, Member]]:
    asked = (
        select(
            Membership.person_id,
            PersonRecord.name,
            Membership.school_id,
            SchoolRecord.name.label("school"),
            Membership.starts_on,
        )
        .join(PersonRecord, and_(PersonRecord.person_id == Membership.person_id, known(PersonRecord)))
        .join(SchoolRecord, and_(SchoolRecord.school_id == Membership.school_id, known(SchoolRecord)))
        .where(
            Membership.person_id.in_(people),
            Membership.kind == MembershipKind.HOME,
            known(Membership),
            within,
            or_(Membership.ends_on.is_(None), Membership.ends_on > on),
        )
        # Of several, the earliest that holds is kept, under the names of the first days that count.
        .order_by(Membership.starts_on.desc(), PersonRecord.starts_on.desc(), SchoolRecord.starts_on.desc())
    )
    found = {
        row.person_id: (row.school_id, Member(name=row.name, school=row.school, since=row.starts_on))
        for row in session.execute(asked)
    }
    if len(found) < len(set(people)):
        raise Missing("没有找到这位教师")
    return found


def people_for_update(session: Session, people: Iterable[UUID]) -> dict[UUID, Person]:
    """These people's rows, locked in the order of their ids: their history is rewritten by one at a time."""
    asked = select(Person).where(Person.id.in_(people)).order_by(Person.id).with_for_update()
    return {person.id: person for person in session.scalars(asked)}


def person_for_update(session: Session, *, actor: Actor, person_id: UUID) -> Person:
    """The row of somebody who belongs or belonged to a school within reach, locked."""
    belongs = select(Membership.id).where(
        Membership.person_id == person_id, known(Membership), actor.reach(Membership.school_id)
    )
    found = session.scalar(select(Person).where(Person.id == person_id, belongs.exists()).with_for_update())
    if found is None:
        raise Missing("没有找到这位教师")
    return found


def actor_of(session: Session, *, person_id: UUID, on: date) -> Actor | None:
    """Who somebody is on a day: their name, school and roles; None without a post."""
    asked = (
        select(PersonRecord.name, Post.school_id, Post.role)
        .join(Post, Post.person_id == PersonRecord.person_id)
        .where(
            PersonRecord.person_id == person_id,
            known(PersonRecord),
            holds(PersonRecord, on),
            known(Post),
            holds(Post, on),
        )
        .order_by(Post.starts_on, Post.id)
    )
    rows = session.execute(asked).all()
    if not rows:
        return None
    school_id = chosen_school([row.school_id for row in rows], home=_home(session, person_id, on=on))
    return Actor(
        person_id=person_id,
        name=rows[0].name,
        school_id=school_id,
        roles=frozenset(row.role for row in rows if row.school_id == school_id),
    )


def _home(session: Session, person_id: UUID, *, on: date) -> UUID | None:
    asked = select(Membership.school_id).where(
        Membership.person_id == person_id,
        Membership.kind == MembershipKind.HOME,
        known(Membership),
        holds(Membership, on),
    )
    return session.scalar(asked)
