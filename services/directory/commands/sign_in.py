"""Signing in: begun, looked at without a transaction open, finished; and going on with a new token."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import passwords, tries
from services.directory.domain import access, names
from services.directory.domain.access import PLACE_LIFE, Spent
from services.directory.models import Account, SignInPlace
from shared import auth
from shared.auth import Actor, NotSignedIn
from shared.inserts import insert_new
from shared.values import county_day


class Why(StrEnum):
    """Why somebody was not signed in. A wrong password and an unknown or disabled account look the same."""

    TOO_MANY_TRIES = "too_many_tries"
    WRONG_CREDENTIALS = "wrong_credentials"
    NO_POST = "no_post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Nobody was signed in; what was noted of it must be kept, so this is an answer and no exception."""

    why: Why | Spent
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try that has been counted; its password has not been looked at."""

    username: str
    address: str
    password_hash: str | None
    """None when nobody has the username."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of looking at the password."""

    right: bool
    fresh_hash: str | None = None
    """What to keep instead, when the old hash was made with weaker settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who signed in, and since when it counts."""

    actor: Actor
    at: datetime


def begin_sign_in(session: Session, *, username: str, address: str, now: datetime) -> Attempt | Declined:
    """Count the try, whether or not anybody has the username; or say how long to wait."""
    key = names.username_key(username)
    account = session.scalar(select(Account).where(Account.username == key))
    wait = tries.reserve(
        session,
        username=key,
        address=address,
        is_usual_place=account is not None and _is_usual_place(session, account, address, now=now),
        now=now,
    )
    if wait:
        return Declined(why=Why.TOO_MANY_TRIES, wait=wait)
    password_hash = account.password_hash if account else None
    return Attempt(username=key, address=address, password_hash=password_hash)


def look_at_password(attempt: Attempt, *, password: str) -> Looked:
    """Slow on purpose, so without a transaction; as slow when there is nobody."""
    right = passwords.matches(attempt.password_hash, password)
    outdated = right and attempt.password_hash is not None and passwords.is_outdated(attempt.password_hash)
    return Looked(right=right, fresh_hash=passwords.hashed(password) if outdated else None)


def finish_sign_in(
    session: Session, *, attempt: Attempt, looked: Looked, now: datetime
) -> SignedIn | Declined:
    """Who this is, or why not. What has changed since the try began counts."""
    account = session.scalar(select(Account).where(Account.username == attempt.username).with_for_update())
    if account is None or not looked.right or account.disabled_at is not None:
        return Declined(why=Why.WRONG_CREDENTIALS)
    if account.password_hash != attempt.password_hash:
        return Declined(why=Why.WRONG_CREDENTIALS)
    tries.give_back(session, username=attempt.username, address=attempt.address, now=now)
    if trouble := access.spent(until=account.initial_until, used_at=account.initial_used_at, now=now):
        return Declined(why=trouble)
    actor = queries.actor_of(session, person_id=account.person_id, on=county_day(now))
    if actor is None:
        return Declined(why=Why.NO_POST)
    if looked.fresh_hash:
        account.password_hash = looked.fresh_hash
    _note_place(session, account, attempt.address, now=now)
    if account.initial_until is not None:
        account.initial_used_at = now
        actor = replace(actor, must_change_password=True)
    return admit(session, account, actor, now=now)


def admit(session: Session, account: Account, actor: Actor, *, now: datetime) -> SignedIn:
    """From here on she is signed in; later than any end of sign-ins before it, whatever the clocks say."""
    at = auth.counts_from(session, account.person_id, now=now)
    account.last_signed_in_at = at
    return SignedIn(actor=actor, at=at)


def renew(session: Session, *, actor: Actor, now: datetime) -> Actor:
    """Who the actor is today: their name, school and roles may have changed since they signed in."""
    account = session.get(Account, actor.person_id)
    found = queries.actor_of(session, person_id=actor.person_id, on=county_day(now))
    if account is None or account.disabled_at is not None or found is None:
        raise NotSignedIn("token_revoked")
    still = actor.must_change_password and account.initial_until is not None
    return replace(found, must_change_password=still)


def _is_usual_place(session: Session, account: Account, address: str, *, now: datetime) -> bool:
    place = session.get(SignInPlace, (account.person_id, address))
    return place is not None and place.last_at > now - PLACE_LIFE


def _note_place(session: Session, account: Account, address: str, *, now: datetime) -> None:
    """Remember the address, and forget those of long ago."""
    mine = SignInPlace.person_id == account.person_id
    session.execute(delete(SignInPlace).where(mine, SignInPlace.last_at <= now - PLACE_LIFE))
    row = {"person_id": account.person_id, "address": address, "last_at": now}
    if not insert_new(session, SignInPlace, [row]):
        seen = update(SignInPlace).where(mine, SignInPlace.address == address)
        session.execute(seen.values(last_at=now))


def forget_places(session: Session, *, person_id: UUID) -> None:
    """Whoever may have signed in there was perhaps somebody else."""
    session.execute(delete(SignInPlace).where(SignInPlace.person_id == person_id))
