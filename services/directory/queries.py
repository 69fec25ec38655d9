"""What can be asked of the directory; each answer holds only what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from services.directory.domain import Member, Period
from services.directory.models import Account, Membership, Pairing, Person, Post, School
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some items of a list, and where the next page begins."""

    items: Sequence[Any]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A member of a school with what they teach and which posts they hold on a day."""

    person_id: UUID
    name: str
    subject: str
    joined_on: date
    roles: Sequence[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingFilter:
    """Which pairings are wanted; None leaves it open."""

    school_id: UUID | None
    teacher_id: UUID | None
    on: date | None


def schools(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach, in the order they were entered."""
    asked = select(School).where(actor.reach(School.id), _after(School.id, cursor)).order_by(School.id)
    return _page(session.scalars(asked.limit(limit + 1)).all(), limit, key="id")


def school(session: Session, *, actor: Actor, school_id: UUID) -> School:
    """One school; Missing when it is not within reach."""
    found = session.scalar(select(School).where(School.id == school_id, actor.reach(School.id)))
    if found is None:
        raise Missing("没有找到这所学校")
    return found


def teachers(
    session: Session, *, actor: Actor, school_id: UUID, on: date, cursor: UUID | None, limit: int
) -> Page:
    """Who belongs to a school on a day."""
    school(session, actor=actor, school_id=school_id)
    asked = (
        select(Membership, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.school_id == school_id, _holds(Membership, on), _after(Person.id, cursor))
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
    return _page(found, limit, key="person_id")


def roles_of(session: Session, people: Sequence[UUID], *, on: date) -> dict[UUID, list[Role]]:
    """The roles of each person's posts on a day."""
    found: dict[UUID, list[Role]] = {}
    asked = select(Post.person_id, Post.role).where(Post.person_id.in_(people), _holds(Post, on))
    for person_id, role in session.execute(asked.order_by(Post.id)):
        found.setdefault(person_id, []).append(role)
    return found


def pairings(
    session: Session, *, actor: Actor, wanted: PairingFilter, cursor: UUID | None, limit: int
) -> Page:
    """Pairings within reach, with both names."""
    asked = _pairings().where(actor.reach(Pairing.school_id), _after(Pairing.id, cursor))
    if wanted.school_id is not None:
        asked = asked.where(Pairing.school_id == wanted.school_id)
    if wanted.teacher_id is not None:
        asked = asked.where(
            or_(Pairing.mentor_id == wanted.teacher_id, Pairing.apprentice_id == wanted.teacher_id)
        )
    if wanted.on is not None:
        asked = asked.where(_holds(Pairing, wanted.on))
    rows = session.execute(asked.order_by(Pairing.id).limit(limit + 1)).all()
    return _page(rows, limit, key="id")


def pairing(session: Session, *, actor: Actor, pairing_id: UUID) -> Any:
    """One pairing with both names; Missing when it is not within reach."""
    asked = _pairings().where(Pairing.id == pairing_id, actor.reach(Pairing.school_id))
    found = session.execute(asked).one_or_none()
    if found is None:
        raise Missing("没有找到这次结对")
    return found


def _pairings() -> Any:
    mentor, apprentice = aliased(Person), aliased(Person)
    return (
        select(
            Pairing.id,
            Pairing.school_id,
            Pairing.mentor_id,
            mentor.name.label("mentor_name"),
            Pairing.apprentice_id,
            apprentice.name.label("apprentice_name"),
            Pairing.starts_on,
            Pairing.ends_on,
        )
        .join(mentor, mentor.id == Pairing.mentor_id)
        .join(apprentice, apprentice.id == Pairing.apprentice_id)
    )


def pairing_for_update(session: Session, *, actor: Actor, pairing_id: UUID) -> Pairing:
    """The row of a pairing within reach, locked."""
    asked = select(Pairing).where(Pairing.id == pairing_id, actor.reach(Pairing.school_id))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing("没有找到这次结对")
    return found


def periods_of_pairing(session: Session, *, mentor_id: UUID, apprentice_id: UUID) -> list[Period]:
    """When the two have been paired in this way."""
    asked = select(Pairing.starts_on, Pairing.ends_on).where(
        Pairing.mentor_id == mentor_id, Pairing.apprentice_id == apprentice_id
    )
    return [Period(starts_on=row.starts_on, ends_on=row.ends_on) for row in session.execute(asked)]


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


def account_for_update(session: Session, *, person_id: UUID) -> Account | None:
    """The row of an account, locked; for its owner, and for commands that checked the reach."""
    return session.scalar(select(Account).where(Account.person_id == person_id).with_for_update())


def manageable_account(session: Session, *, actor: Actor, person_id: UUID) -> tuple[Account, UUID | None]:
    """An account within reach, locked, and the school of its owner."""
    asked = select(Post.school_id).where(Post.person_id == person_id, actor.reach(Post.school_id))
    within = session.execute(asked.limit(1)).one_or_none()
    account = account_for_update(session, person_id=person_id) if within else None
    if account is None or within is None:
        raise Missing("没有找到这个账号")
    return account, within.school_id


def actor_of(session: Session, *, person_id: UUID, on: date) -> Actor | None:
    """Who somebody is on a day: their name, school and roles; None without a post."""
    asked = (
        select(Person.name, Post.school_id, Post.role)
        .join(Post, Post.person_id == Person.id)
        .where(Person.id == person_id, _holds(Post, on))
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


def _holds(table: Any, on: date) -> ColumnElement[bool]:
    """Half-open: the first day counts, the last does not."""
    holds: ColumnElement[bool] = (table.starts_on <= on) & or_(table.ends_on.is_(None), table.ends_on > on)
    return holds


def _after(column: Any, cursor: UUID | None) -> Any:
    return column > cursor if cursor is not None else column.is_not(None)


def _page(found: Sequence[Any], limit: int, *, key: str) -> Page:
    """One more than a page was asked for: it tells whether there is a next."""
    items = found[:limit]
    return Page(items=items, next_cursor=getattr(items[-1], key) if len(found) > limit else None)
