"""Accounts: as their administrators see them, and locked for whoever may change them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.directory.domain import access
from services.directory.domain.access import ANYWHERE, HERE, Limit, Tries
from services.directory.models import (
    Account,
    AddressTries,
    Membership,
    Person,
    PersonRecord,
    Post,
    SignInTries,
)
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import named, roles_of
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX
from services.directory.queries.schools import check_charge
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing, county_day, in_chunks
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """Somebody whose account an administrator may look after, if the posts allow it."""

    name: str
    school_id: UUID | None
    roles: Sequence[Role]
    """Of every post that has not ended, one to come among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How somebody signs in, as an administrator sees it; without a username she does not yet."""

    person_id: UUID
    name: str
    roles: Sequence[Role]
    username: str | None
    disabled_at: datetime | None
    last_signed_in_at: datetime | None
    initial_until: datetime | None
    initial_used_at: datetime | None
    locked_until: datetime | None
    """When somebody has guessed too often: until when it cannot be tried from there."""


def account_for_update(session: Session, *, person_id: UUID) -> Account | None:
    """The row of an account, locked; for its owner, and for commands that checked the reach."""
    return session.scalar(select(Account).where(Account.person_id == person_id).with_for_update())


def accounts_for_update(session: Session, people: Collection[UUID]) -> list[Account]:
    """The accounts of these people, of those who have one, locked in the order of their owners."""
    found: list[Account] = []
    for ids in in_chunks(sorted(people), of=IDS_PER_STATEMENT_MAX):
        asked = select(Account).where(Account.person_id.in_(ids)).order_by(Account.person_id)
        found += session.scalars(asked.with_for_update())
    return found


def managed(session: Session, *, actor: Actor, person_id: UUID, on: date) -> Managed:
    """Somebody within reach; Missing for who has left it: her account is the next school's to look after."""
    asked = (
        select(PersonRecord.name, Post.school_id, Post.role)
        .join(PersonRecord, named(Post.person_id, on=on))
        .where(Post.person_id == person_id, known(Post), or_(Post.ends_on.is_(None), Post.ends_on > on))
    )
    with tenancy.whole_county(session):  # who holds a higher post elsewhere is not for this school to manage
        rows = session.execute(asked.order_by(Post.school_id.is_(None))).all()
    within = session.execute(asked.where(actor.charge(Post.school_id)).limit(1)).one_or_none()
    if within is None:
        raise Missing(GONE, what="这个人")
    return Managed(name=within.name, school_id=within.school_id, roles=[row.role for row in rows])


def logins(
    session: Session, *, actor: Actor, school_id: UUID, now: datetime, cursor: UUID | None, limit: int
) -> Page:
    """Everybody who belongs to a school today, with or without an account."""
    check_charge(session, actor=actor, school_id=school_id)
    on = county_day(now)
    members = select(Membership.person_id).where(
        Membership.school_id == school_id, known(Membership), holds(Membership, on)
    )
    asked = _logins(on).where(Person.id.in_(members), after(Person.id, cursor)).order_by(Person.id)
    rows = session.execute(asked.limit(limit + 1)).all()
    return page(_with_roles(session, rows, now=now), limit, key="person_id")


def login(session: Session, *, person_id: UUID, now: datetime) -> Login:
    """How one person signs in; for whoever may manage her."""
    rows = session.execute(_logins(county_day(now)).where(Person.id == person_id)).all()
    (found,) = _with_roles(session, rows, now=now)
    return found


def _logins(on: date) -> Any:
    return (
        select(
            Person.id,
            PersonRecord.name,
            Account.username,
            Account.disabled_at,
            Account.last_signed_in_at,
            Account.initial_until,
            Account.initial_used_at,
        )
        .join(PersonRecord, named(Person.id, on=on))
        .outerjoin(Account, Account.person_id == Person.id)
    )


def _with_roles(session: Session, rows: Sequence[Any], *, now: datetime) -> list[Login]:
    roles = roles_of(session, [row.id for row in rows], on=county_day(now))
    locked = _locked_until(session, [row.username for row in rows if row.username], now=now)
    return [
        Login(
            person_id=row.id,
            name=row.name,
            roles=roles.get(row.id, []),
            username=row.username,
            disabled_at=row.disabled_at,
            last_signed_in_at=row.last_signed_in_at,
            initial_until=row.initial_until,
            initial_used_at=row.initial_used_at,
            locked_until=locked.get(row.username),
        )
        for row in rows
    ]


def _locked_until(session: Session, usernames: Sequence[str], *, now: datetime) -> dict[str, datetime]:
    """Until when a username cannot be tried from at least one address."""
    found: dict[str, datetime] = {}
    counters: Sequence[tuple[Any, Limit]] = ((AddressTries, HERE), (SignInTries, ANYWHERE))
    for table, limit in counters:
        with tenancy.whole_county(session):  # guesses are made at names, of no school
            guessed = session.scalars(select(table).where(table.username.in_(usernames))).all()
        for row in guessed:
            counted = Tries(
                recent_since=row.recent_since,
                recent_failures=row.recent_failures,
                day_since=row.day_since,
                day_failures=row.day_failures,
            )
            if wait := access.locked_for(counted, limit, now=now):
                found[row.username] = max(found.get(row.username, now), now + wait)
    return found
