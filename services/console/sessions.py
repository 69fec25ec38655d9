"""The console's sessions: opened at sign-in, found by the cookie's id, ended by sign-out, rest or age."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.console.models import ConsoleSession

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
"""A click is noted once a minute: reading a page should not cost a write each time."""
ID_BYTES = 32
ID_CHARACTERS_MAX = 100
PARALLEL_MAX = 10
"""One person in more browsers than this: the one she used longest ago ends."""


def open_session(db: Session, *, person_id: UUID, token: str, browser: str, now: datetime) -> str:
    """The id for the cookie: 256 random bits, of which only the hash is kept here."""
    _sweep(db, now=now)
    mine = sessions_of(db, person_id=person_id, now=now)
    for oldest in mine[PARALLEL_MAX - 1 :]:
        db.delete(oldest)
    session_id = secrets.token_urlsafe(ID_BYTES)
    db.add(
        ConsoleSession(
            id_hash=_hash(session_id),
            person_id=person_id,
            token=token,
            opened_at=now,
            seen_at=now,
            ends_at=now + LIFE,
            browser=browser,
        )
    )
    return session_id


def find_session(db: Session, *, session_id: str, now: datetime) -> ConsoleSession | None:
    """The session of a cookie, if it has neither ended nor rested too long."""
    if len(session_id) > ID_CHARACTERS_MAX:
        return None
    living = select(ConsoleSession).where(
        ConsoleSession.id_hash == _hash(session_id),
        ConsoleSession.ends_at > now,
        ConsoleSession.seen_at > now - IDLE,
    )
    return db.scalar(living)


def sessions_of(db: Session, *, person_id: UUID, now: datetime) -> Sequence[ConsoleSession]:
    """Every browser in which somebody is signed in, the one used last first."""
    living = select(ConsoleSession).where(
        ConsoleSession.person_id == person_id,
        ConsoleSession.ends_at > now,
        ConsoleSession.seen_at > now - IDLE,
    )
    return db.scalars(living.order_by(ConsoleSession.seen_at.desc(), ConsoleSession.opened_at.desc())).all()


def end_one_of(db: Session, *, person_id: UUID, name: str) -> None:
    """End one of somebody's sessions, by the name it is shown under; nothing happens to anybody else's."""
    for one in db.scalars(select(ConsoleSession).where(ConsoleSession.person_id == person_id)):
        if name_of(one) == name:
            db.delete(one)


def end_all_of(db: Session, *, person_id: UUID) -> None:
    """End all of somebody's sessions."""
    db.execute(delete(ConsoleSession).where(ConsoleSession.person_id == person_id))


def name_of(one: ConsoleSession) -> str:
    """What a session is called on a page: it opens nothing."""
    return hashlib.sha256(b"shown" + one.id_hash).hexdigest()[:16]


def keep_view(db: Session, *, session_id: str, token: str | None) -> None:
    """From here on look with the eyes of this token; None with one's own again."""
    found = ConsoleSession.id_hash == _hash(session_id)
    db.execute(update(ConsoleSession).where(found).values(view_token=token))


def note_seen(db: Session, *, found: ConsoleSession, now: datetime) -> None:
    """The person is still there."""
    seen = update(ConsoleSession).where(ConsoleSession.id_hash == found.id_hash, ConsoleSession.seen_at < now)
    db.execute(seen.values(seen_at=now))


def keep_token(db: Session, *, found: ConsoleSession, token: str) -> None:
    """Go on with a renewed token."""
    db.execute(update(ConsoleSession).where(ConsoleSession.id_hash == found.id_hash).values(token=token))


def end_session(db: Session, *, session_id: str) -> None:
    """Forget it: the cookie is worth nothing from here on."""
    db.execute(delete(ConsoleSession).where(ConsoleSession.id_hash == _hash(session_id)))


def _sweep(db: Session, *, now: datetime) -> None:
    """Every sign-in clears away what has ended."""
    over = or_(ConsoleSession.ends_at <= now, ConsoleSession.seen_at <= now - IDLE)
    db.execute(delete(ConsoleSession).where(over))


def _hash(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).digest()
