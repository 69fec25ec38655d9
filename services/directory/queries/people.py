"""People: who belongs where on a day, what they may, who they are when they sign in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.directory.domain.pairings import Member
from services.directory.models import Membership, Person, Post, School
from services.directory.queries.pages import Page, after, holds, page
from services.directory.queries.schools import school
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import Role


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
    """Who belongs to a school on a day."""
    school(session, actor=actor, school_id=school_id)
    asked = (
        select(Membership, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.school_id == school_id, holds(Membership, on), after(Person.id, cursor))
        .order_by(Person.id)
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


def roles_of(session: Session, people: Sequence[UUID], *, on: date) -> dict[UUID, list[Role]]:
    """The roles of each person's posts on a day."""
    found: dict[UUID, list[Role]] = {}
    asked = select(Post.person_id, Post.role).where(Post.person_id.in_(people), holds(Post, on))
    for person_id, role in session.execute(asked.order_by(Post.id)):
        found.setdefault(person_id, []).append(role)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Me(Actor):
    """The actor with the posts she holds."""

    posts: Sequence[Any]


def me(session: Session, *, actor: Actor, on: date) -> Me:
    """Who one is signed in as, with one's posts on a day and the school of each."""
    asked = (
        select(Post.role, Post.school_id, School.name.label("school_name"), Post.starts_on, Post.ends_on)
        .outerjoin(School, School.id == Post.school_id)
        .where(Post.person_id == actor.person_id, holds(Post, on))
    )
    posts = session.execute(asked.order_by(Post.id)).all()
    known = {field.name: getattr(actor, field.name) for field in fields(actor)}
    return Me(**known, posts=posts)


def members(
    session: Session, *, actor: Actor, people: Sequence[UUID], on: date
) -> dict[UUID, tuple[UUID, Member]]:
    """Who has not left by a day, with their school; Missing when one of them is not within reach."""
    asked = (
        select(
            Person.id, Person.name, Membership.school_id, School.name.label("school"), Membership.starts_on
        )
        .join(Membership, Membership.person_id == Person.id)
        .join(School, School.id == Membership.school_id)
        .where(
            Person.id.in_(people),
            actor.reach(Membership.school_id),
            or_(Membership.ends_on.is_(None), Membership.ends_on > on),
        )
        .order_by(Membership.starts_on.desc())  # somebody who comes back has two; the earlier is kept
    )
    found = {
        row.id: (row.school_id, Member(name=row.name, school=row.school, since=row.starts_on))
        for row in session.execute(asked)
    }
    if len(found) < len(set(people)):
        raise Missing("没有找到这位教师")
    return found


def actor_of(session: Session, *, person_id: UUID, on: date) -> Actor | None:
    """Who somebody is on a day: their name, school and roles; None without a post."""
    asked = (
        select(Person.name, Post.school_id, Post.role)
        .join(Post, Post.person_id == Person.id)
        .where(Person.id == person_id, holds(Post, on))
    )
    rows = session.execute(asked).all()
    if not rows:
        return None
    county = [row for row in rows if row.school_id is None]
    held = county or rows
    return Actor(
        person_id=person_id,
        name=held[0].name,
        school_id=held[0].school_id,
        roles=frozenset(row.role for row in held),
    )
