"""The console's sessions: opened at sign-in, found by the cookie's id, ended by sign-out, rest or age."""

import hashlib
import secrets
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


def open_session(db: Session, *, person_id: UUID, token: str, now: datetime) -> str:
    """The id for the cookie: 256 random bits, of which only the hash is kept here."""
    _sweep(db, now=now)
    session_id = secrets.token_urlsafe(ID_BYTES)
    db.add(
        ConsoleSession(
            id_hash=_hash(session_id),
            person_id=person_id,
            token=token,
            opened_at=now,
            seen_at=now,
            ends_at=now + LIFE,
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
