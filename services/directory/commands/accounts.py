"""Accounts: signed in with, renewed, ended."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts, passwords
from services.directory.domain import access, names, people
from services.directory.domain.access import Tries
from services.directory.domain.periods import Period
from services.directory.models import Account, Person, PersonRecord, Post, SignInTries
from shared import auth, outbox
from shared.auth import Actor, NotSignedIn
from shared.db import insert_new
from shared.events.directory import AccessRevoked
from shared.values import Refused, county_day, new_id
from shared.vocabulary import Role

STALE_TRIES_PER_FAILURE = 100


class Why(StrEnum):
    """Why somebody was not signed in. A wrong password and an unknown or disabled account look the same."""

    TOO_MANY_TRIES = "too_many_tries"
    WRONG_CREDENTIALS = "wrong_credentials"
    NO_POST = "no_post"
    MERGED = "merged"
    """Into another entry of the register, which has an account of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """Nobody was signed in; what was noted of it must be kept, so this is an answer and no exception."""

    why: Why
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A username with its first password."""

    username: str
    password: str


def create_county_officer(
    session: Session, *, name: str, username: str, password: str, now: datetime
) -> UUID:
    """The first account of a county; from the command line, where whoever may run it may do this."""
    access.check_password(password, username=username, name=name)
    person_id = new_id(now)
    since = Period(starts_on=county_day(now), ends_on=None)
    session.execute(insert(Person), [{"id": person_id, "version": 0, "entered_at": now}])
    called = {"person_id": person_id, "name": name, "name_key": names.name_key(name)}
    facts.add(session, PersonRecord, [(since, called)], now=now)
    post = {"person_id": person_id, "role": Role.COUNTY_OFFICER}
    facts.add(session, Post, [(since, post)], now=now)
    write_accounts(session, {person_id: Login(username=username, password=password)})
    return person_id


def sign_in(session: Session, *, username: str, password: str, now: datetime) -> Actor | Declined:
    """Who this is, or why not; failures are counted under the username, whether or not anybody has it."""
    key = names.username_key(username)
    tries = _tries_for_update(session, key, now=now)
    wait = access.locked_for(tries, now=now)
    if wait:
        return Declined(why=Why.TOO_MANY_TRIES, wait=wait)
    account = session.scalar(select(Account).where(Account.username == key).with_for_update())
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right or account.disabled_at is not None:
        _note_failure(session, key, access.after_failure(tries, now=now), now=now)
        return Declined(why=Why.WRONG_CREDENTIALS)
    session.execute(delete(SignInTries).where(SignInTries.username == key))
    if queries.alias_of(session, account.person_id) is not None:
        return Declined(why=Why.MERGED)
    return _admitted(session, account, password, now=now) or Declined(why=Why.NO_POST)


def _admitted(session: Session, account: Account, password: str, *, now: datetime) -> Actor | None:
    account.last_signed_in_at = now
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    return queries.actor_of(session, person_id=account.person_id, on=county_day(now))


def _tries_for_update(session: Session, username: str, *, now: datetime) -> Tries:
    """The count under a username, locked: guesses made at the same moment wait for each other."""
    none = Tries(recent_since=now, recent_failures=0, day_since=now, day_failures=0)
    insert_new(session, SignInTries, [{"username": username, **asdict(none)}])
    row = session.scalars(select(SignInTries).where(SignInTries.username == username).with_for_update()).one()
    return Tries(
        recent_since=row.recent_since,
        recent_failures=row.recent_failures,
        day_since=row.day_since,
        day_failures=row.day_failures,
    )


def _note_failure(session: Session, username: str, tries: Tries, *, now: datetime) -> None:
    session.execute(update(SignInTries).where(SignInTries.username == username).values(asdict(tries)))
    stale = (
        select(SignInTries.username)
        .where(SignInTries.day_since < now - access.DAY)
        .limit(STALE_TRIES_PER_FAILURE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(SignInTries).where(SignInTries.username.in_(stale)))


def renew(session: Session, *, actor: Actor, now: datetime) -> Actor:
    """Who the actor is today: their name, school and roles may have changed since they signed in."""
    account = session.get(Account, actor.person_id)
    found = queries.actor_of(session, person_id=actor.person_id, on=county_day(now))
    if queries.alias_of(session, actor.person_id) is not None:
        raise NotSignedIn("token_revoked")
    if account is None or account.disabled_at is not None or found is None:
        raise NotSignedIn("token_revoked")
    return found


def disable_account(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Close an account and end all its sign-ins; saying it twice changes nothing."""
    account, school_id = queries.manageable_account(session, actor=actor, person_id=person_id)
    actor.require(*people.KEEPERS)
    if person_id == actor.person_id:
        raise Refused("own_account", "不能停用自己的账号")
    roles = queries.roles_of(session, [person_id], on=county_day(now)).get(person_id, [])
    people.check_may_manage(actor.roles, roles)
    if account.disabled_at is not None:
        return
    account.disabled_at = now
    _end_sign_ins(session, account, school_id=school_id, now=now)


def sign_out_everywhere(session: Session, *, actor: Actor, now: datetime) -> None:
    """End all of one's own sign-ins, this one too."""
    account = queries.account_for_update(session, person_id=actor.person_id)
    if account is None:
        raise NotSignedIn("token_revoked")
    _end_sign_ins(session, account, school_id=actor.school_id, now=now)


def end_sign_ins_of(session: Session, *, person_id: UUID, school_id: UUID | None, now: datetime) -> None:
    """What somebody may has changed, so that they sign in again, if they have an account."""
    account = queries.account_for_update(session, person_id=person_id)
    if account is not None:
        _end_sign_ins(session, account, school_id=school_id, now=now)


def _end_sign_ins(session: Session, account: Account, *, school_id: UUID | None, now: datetime) -> None:
    """Here at once, in the other services when they hear of it."""
    issued_before = access.void_before(last_signed_in_at=account.last_signed_in_at, now=now)
    said = AccessRevoked(person_id=account.person_id, school_id=school_id, issued_before=issued_before)
    auth.note_revocation(session, said, now=now)
    outbox.add(session, said, now=now)


def write_accounts(session: Session, logins: dict[UUID, Login]) -> None:
    """Give these people accounts; Refused when somebody has one of the usernames."""
    rows = [
        {
            "person_id": person_id,
            "username": names.username_key(login.username),
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
