"""Failed sign-ins, counted: under a username from an address, under it from anywhere, from an address."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from services.directory.domain import access
from services.directory.domain.access import ADDRESS, ANYWHERE, DAY, HERE, Limit, Tries
from services.directory.models import AddressTries, SignInTries
from shared import tenancy
from shared.inserts import insert_new

STALE_TRIES_PER_FAILURE = 100
ANY_USERNAME = ""

Counter = type[AddressTries] | type[SignInTries]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One of the counts a try goes into."""

    table: Counter
    key: Mapping[str, str]
    limit: Limit


def _counts(username: str, address: str) -> tuple[Counted, ...]:
    """In the order in which their rows are locked: what few share first, so that nobody waits in a circle."""
    return (
        Counted(table=AddressTries, key={"username": username, "address": address}, limit=HERE),
        Counted(table=SignInTries, key={"username": username}, limit=ANYWHERE),
        Counted(table=AddressTries, key={"username": ANY_USERNAME, "address": address}, limit=ADDRESS),
    )


def reserve(
    session: Session, *, username: str, address: str, is_usual_place: bool, now: datetime
) -> timedelta:
    """How long nobody may try; zero when this try has been counted.

    It is counted as failed before its password is looked at, so that guesses made at the same moment
    cannot all look first. Where the owner has signed in lately, failures elsewhere do not count.
    """
    with tenancy.whole_county(session):  # guesses are made at names and from addresses, of no school
        return _reserve(session, _counts(username, address), is_usual_place=is_usual_place, now=now)


def _reserve(
    session: Session, counts: Sequence[Counted], *, is_usual_place: bool, now: datetime
) -> timedelta:
    so_far = [_tries_for_update(session, one, now=now) for one in counts]
    waits = [
        access.locked_for(tries, one.limit, now=now)
        for one, tries in zip(counts, so_far, strict=True)
        if not (is_usual_place and one.limit is ANYWHERE)
    ]
    if any(waits):
        return max(waits)
    for one, tries in zip(counts, so_far, strict=True):
        _write(session, one, access.after_failure(tries, now=now))
    _sweep(session, now=now)
    return timedelta(0)


def give_back(session: Session, *, username: str, address: str, now: datetime) -> None:
    """The password was right: this try was no failure, and those before it from here are forgotten."""
    here, *others = _counts(username, address)
    with tenancy.whole_county(session):
        session.execute(delete(AddressTries).filter_by(**here.key))
        for one in others:
            _write(session, one, access.after_success(_tries_for_update(session, one, now=now)))


def forget(session: Session, *, username: str) -> None:
    """Let a username be tried again from everywhere."""
    with tenancy.whole_county(session):
        session.execute(delete(AddressTries).where(AddressTries.username == username))
        session.execute(delete(SignInTries).where(SignInTries.username == username))


def _tries_for_update(session: Session, counted: Counted, *, now: datetime) -> Tries:
    """The count, locked: guesses made at the same moment wait for each other."""
    none = Tries(recent_since=now, recent_failures=0, day_since=now, day_failures=0)
    insert_new(session, counted.table, [{**counted.key, **asdict(none)}])
    table = counted.table.__table__.columns
    asked = select(*(table[name] for name in asdict(none))).filter_by(**counted.key).with_for_update()
    return Tries(**session.execute(asked.select_from(counted.table)).one()._mapping)


def _write(session: Session, counted: Counted, tries: Tries) -> None:
    session.execute(update(counted.table).filter_by(**counted.key).values(asdict(tries)))


def _sweep(session: Session, *, now: datetime) -> None:
    """Guesses at names and addresses do not fill the tables for ever."""
    old = now - DAY
    stale = select(SignInTries.username).where(SignInTries.day_since < old).limit(STALE_TRIES_PER_FAILURE)
    names = stale.with_for_update(skip_locked=True)
    session.execute(delete(SignInTries).where(SignInTries.username.in_(names)))
    key = (AddressTries.username, AddressTries.address)
    places = select(*key).where(AddressTries.day_since < old).limit(STALE_TRIES_PER_FAILURE)
    rows = session.execute(places.with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(delete(AddressTries).where(tuple_(*key).in_([tuple(row) for row in rows])))
