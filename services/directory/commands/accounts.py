"""Accounts: opened, given a new password, closed, opened again, ended everywhere."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts, passwords, tries
from services.directory.commands.sign_in import Declined, SignedIn, Why, admit, forget_places
from services.directory.domain import access, names, people
from services.directory.domain.access import INITIAL_LIFE
from services.directory.domain.acts import MAY, Act
from services.directory.domain.periods import Period
from services.directory.models import Account, Person, PersonRecord, Post
from services.directory.queries import Managed
from shared import auth, outbox
from shared.auth import Actor, NotSignedIn
from shared.events.directory import AccessRevoked
from shared.inserts import insert_new
from shared.values import GONE, Missing, Refused, county_day, new_id
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A username with its first password."""

    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Initial:
    """A password made by the system (初始密码), shown to whoever asked for it, once."""

    password: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What an administrator passes on to the owner of an account."""

    username: str
    initial_password: str
    initial_until: datetime


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
    write_accounts(session, {person_id: Login(username=username, password=password)}, now=now)
    return person_id


def write_accounts(session: Session, logins: dict[UUID, Login], *, now: datetime) -> None:
    """Give these people accounts with initial passwords; Refused when somebody has one of the usernames."""
    rows = [
        {
            "person_id": person_id,
            "username": names.username_key(login.username),
            "password_hash": passwords.hashed(login.password),
            "initial_until": now + INITIAL_LIFE,
        }
        for person_id, login in logins.items()
    ]
    written = {row.username for row in insert_new(session, Account, rows)}
    taken = [row["username"] for row in rows if row["username"] not in written]
    if taken:
        raise _taken(*map(str, taken))


def _taken(*usernames: str) -> Refused:
    return Refused(
        "username_taken", "这些用户名已有人使用，请换一个：{usernames}", usernames="、".join(usernames)
    )


# --- by one's own administrator


def make_initial() -> Initial:
    """A new initial password with its hash; slow, so without a transaction."""
    made = access.initial_password(secrets.choice)
    return Initial(password=made, password_hash=passwords.hashed(made))


def check_may_manage(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> Managed:
    """Whose account it is; refused unless it belongs to somebody below the actor, and within reach."""
    found = queries.managed(session, actor=actor, person_id=person_id, on=county_day(now))
    actor.require(*MAY[Act.KEEP_ACCOUNTS])
    if person_id == actor.person_id:
        raise Refused("own_account", "自己的账号请找上级管理员处理；修改密码请到“我的账号”")
    people.check_may_manage(actor.roles, found.roles)
    return found


def open_account(
    session: Session, *, actor: Actor, person_id: UUID, username: str, initial: Initial, now: datetime
) -> Handed:
    """Give somebody an account."""
    check_may_manage(session, actor=actor, person_id=person_id, now=now)
    if queries.account_for_update(session, person_id=person_id):
        raise Refused("account_exists", "这位老师已有账号；忘记密码请用“重置密码”")
    handed = Handed(
        username=names.username_key(username),
        initial_password=initial.password,
        initial_until=now + INITIAL_LIFE,
    )
    row = {
        "person_id": person_id,
        "username": handed.username,
        "password_hash": initial.password_hash,
        "initial_until": handed.initial_until,
    }
    if not insert_new(session, Account, [row]):
        raise _taken(username)
    return handed


def reset_password(
    session: Session, *, actor: Actor, person_id: UUID, initial: Initial, now: datetime
) -> Handed:
    """Give an account a new initial password and end all its sign-ins."""
    managed = check_may_manage(session, actor=actor, person_id=person_id, now=now)
    account = _account(session, person_id)
    return _hand_over(session, account, school_id=managed.school_id, initial=initial, now=now)


def reset_county_officer(session: Session, *, username: str, initial: Initial, now: datetime) -> Handed:
    """The same for the county office; from the command line, where whoever may run it may do this."""
    account = session.scalar(select(Account).where(Account.username == names.username_key(username)))
    found = queries.actor_of(session, person_id=account.person_id, on=county_day(now)) if account else None
    if account is None or found is None or not found.has(Role.COUNTY_OFFICER):
        raise Missing("没有用户名为“{username}”的县级管理员", username=username)
    account.disabled_at = None
    return _hand_over(session, account, school_id=None, initial=initial, now=now)


def _hand_over(
    session: Session, account: Account, *, school_id: UUID | None, initial: Initial, now: datetime
) -> Handed:
    until = now + INITIAL_LIFE
    account.password_hash = initial.password_hash
    account.initial_until = until
    account.initial_used_at = account.password_set_at = None
    forget_places(session, person_id=account.person_id)
    tries.forget(session, username=account.username)
    _end_sign_ins(session, account, school_id=school_id, now=now)
    return Handed(username=account.username, initial_password=initial.password, initial_until=until)


def disable_account(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Close an account and end all its sign-ins; saying it twice changes nothing."""
    managed = check_may_manage(session, actor=actor, person_id=person_id, now=now)
    account = _account(session, person_id)
    if account.disabled_at is not None:
        return
    account.disabled_at = now
    _end_sign_ins(session, account, school_id=managed.school_id, now=now)


def enable_account(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Let a closed account be used again, with the password it had; saying it twice changes nothing."""
    check_may_manage(session, actor=actor, person_id=person_id, now=now)
    _account(session, person_id).disabled_at = None


def unlock_account(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Forget the failed sign-ins under an account's username; saying it twice changes nothing."""
    check_may_manage(session, actor=actor, person_id=person_id, now=now)
    tries.forget(session, username=_account(session, person_id).username)


def _account(session: Session, person_id: UUID) -> Account:
    account = queries.account_for_update(session, person_id=person_id)
    if account is None:
        raise Missing(GONE, what="这个账号")
    return account


# --- one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one's password, counted as a try; neither password has been looked at."""

    username: str
    address: str
    password_hash: str
    old: str | None
    """Not asked of somebody who gave it a moment ago, only to choose her own."""
    new: str


def begin_change(
    session: Session, *, actor: Actor, old: str | None, new: str, address: str, now: datetime
) -> Change | Declined:
    """One's own password, if the new one will do; guesses at the old one are counted as at sign-in."""
    account = queries.account_for_update(session, person_id=actor.person_id)
    if account is None:
        raise NotSignedIn("token_revoked")
    access.check_password(new, username=account.username, name=actor.name)
    asked = None if actor.must_change_password else (old or "")
    if asked == new:
        raise _same()
    if asked is not None:
        wait = tries.reserve(
            session, username=account.username, address=address, is_usual_place=True, now=now
        )
        if wait:
            return Declined(why=Why.TOO_MANY_TRIES, wait=wait)
    return Change(
        username=account.username,
        address=address,
        password_hash=account.password_hash,
        old=asked,
        new=new,
    )


def look_at_change(change: Change) -> str | None:
    """The hash of the new password, slow to make; None when the old one was wrong."""
    if change.old is not None:
        return passwords.hashed(change.new) if passwords.matches(change.password_hash, change.old) else None
    if passwords.matches(change.password_hash, change.new):
        raise _same()
    return passwords.hashed(change.new)


def finish_change(
    session: Session, *, actor: Actor, change: Change, new_hash: str | None, now: datetime
) -> SignedIn:
    """Take the new password and end every other sign-in; who changed it goes on with a new token."""
    if new_hash is None:
        raise Refused("wrong_password", "原密码不对，请重新输入")
    account = queries.account_for_update(session, person_id=actor.person_id)
    found = queries.actor_of(session, person_id=actor.person_id, on=county_day(now))
    if account is None or found is None or account.password_hash != change.password_hash:
        raise NotSignedIn("token_revoked")
    if change.old is not None:
        tries.give_back(session, username=change.username, address=change.address, now=now)
    account.password_hash = new_hash
    account.password_set_at = now
    account.initial_until = account.initial_used_at = None
    _end_sign_ins(session, account, school_id=found.school_id, now=now)
    return admit(session, account, found, now=now)


def _same() -> Refused:
    return Refused("same_password", "新密码不能和原来的一样，请换一个")


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
    issued_before = access.void_before(last_signed_in_at=account.last_signed_in_at, now=now)
    void_tokens(
        session, person_id=account.person_id, school_id=school_id, issued_before=issued_before, now=now
    )


def void_tokens(
    session: Session, *, person_id: UUID, school_id: UUID | None, issued_before: datetime, now: datetime
) -> None:
    """Here at once, in the other services when they hear of it."""
    said = AccessRevoked(person_id=person_id, school_id=school_id, issued_before=issued_before)
    auth.note_revocation(session, said, now=now)
    outbox.add(session, said, now=now)


def end_access(
    session: Session, people: Iterable[UUID], *, school_id: UUID | None, on: date, now: datetime
) -> None:
    """End these people's sign-ins when what they may has changed by now; on a day to come it ends by itself.

    For a token is renewed, within a quarter of an hour, only for what its owner may on that day.
    """
    if on > county_day(now):
        return
    for account in queries.accounts_for_update(session, set(people)):
        _end_sign_ins(session, account, school_id=school_id, now=now)


def close_account(session: Session, person_id: UUID, *, now: datetime) -> None:
    """Close somebody's account, if there is one, because they left for good."""
    account = queries.account_for_update(session, person_id=person_id)
    if account is not None and account.disabled_at is None:
        account.disabled_at = now


def open_account_again(session: Session, person_id: UUID, *, since: datetime) -> None:
    """Open an account that was closed at that moment; one closed for another reason stays so."""
    account = queries.account_for_update(session, person_id=person_id)
    if account is not None and account.disabled_at == since:
        account.disabled_at = None
