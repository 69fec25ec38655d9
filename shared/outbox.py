"""Events leaving: written in the business transaction, kept, and published again on demand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, func, insert, select, text, update
from sqlalchemy.orm import Session

from shared import log
from shared.events.codec import EVENT_BYTES_MAX, Event, data_of, school_of, subject_of
from shared.inserts import Given, columns_of, insert_many
from shared.kernel_tables import outbox, stream
from shared.values import new_id

CHANNEL = "outbox"
"""The PostgreSQL notification channel that wakes the relay."""

ENVELOPE_BYTES = 2_000
"""What an envelope adds to its data, generously."""

_SAID = ("event_id", "type", "subject", "school_id", "said_at", "traceparent", "data")
_SAY = insert_many(outbox, "postgresql", Given(_SAID)).returning(func.pg_notify(CHANNEL, ""))
"""Every row wakes the relay in the same trip; of what is the same, PostgreSQL tells once a transaction."""


class EventTooLarge(Exception):
    """An event over the limit is refused before it is stored: its producer must say it in parts."""


def add(session: Session, said: Event, *, now: datetime) -> None:
    """Say an event: it leaves if and only if this transaction commits."""
    if session.in_nested_transaction():
        raise RuntimeError("an event said within a savepoint would outlive its rollback")
    data = data_of(said)
    if len(data) > EVENT_BYTES_MAX - ENVELOPE_BYTES:
        raise EventTooLarge(f"{said.TYPE}: {len(data)} bytes")
    row = {
        "event_id": new_id(now),
        "type": said.TYPE,
        "subject": subject_of(said),
        "school_id": school_of(said),
        "said_at": now,
        "traceparent": log.traceparent(),
        "data": data.decode(),
    }
    session.info.setdefault("outbox", []).append(row)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """All of the transaction's events in one insert, and one wake-up; the end of a savepoint is too early."""
    if session.in_nested_transaction():
        return
    rows = session.info.pop("outbox", None)
    if rows and _wakes_in_database(session):
        session.info["outbox_written"] = True
        session.execute(_SAY, columns_of(rows))
    elif rows:
        session.execute(insert(outbox), rows)
        wake_relay(session)


def _wakes_in_database(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def wake_relay(session: Session) -> None:
    """Let the relay look at the outbox as soon as this transaction has committed."""
    session.info["outbox_written"] = True
    if _wakes_in_database(session):
        session.execute(text(f"NOTIFY {CHANNEL}"))


@event.listens_for(Session, "after_commit")
def _ring(session: Session) -> None:
    if session.in_nested_transaction():
        return
    ring: Callable[[], None] | None = session.info.get("ring")
    if session.info.pop("outbox_written", False) and ring:
        ring()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    """Not for a savepoint: what was said before it leaves with the transaction around it."""
    if session.in_nested_transaction():
        return
    session.info.pop("outbox", None)
    session.info.pop("outbox_written", None)


def unpublish(connection: Connection, *, first: int, last: int, sent_before: datetime) -> int:
    """Mark a range of numbers to be published again, with the same ids, numbers and bodies; how many.

    The same but for the name of somebody who was erased since: a digest leaves names out.
    What was sent after `sent_before` is left alone: several consumers may ask for the same range at once.
    """
    again = (
        update(outbox)
        .where(outbox.c.seq.between(first, last), outbox.c.published_at < sent_before)
        .values(published_at=None)
    )
    return connection.execute(again).rowcount


REPLAY_MAX = 200_000
"""How many numbers one request brings back; who misses more asks again, half a minute later."""
REPLAY_PAUSE = timedelta(seconds=10)
"""How long a number rests between two replays."""


def oldest_unpublished(connection: Connection) -> datetime | None:
    """When the oldest event that has not left yet was said."""
    asked = select(func.min(outbox.c.said_at)).where(outbox.c.published_at.is_(None))
    oldest: datetime | None = connection.execute(asked).scalar()
    return oldest


def head_of(connection: Connection) -> Any:
    """The incarnation and the last number of this service's own stream."""
    return connection.execute(select(stream.c.incarnation, stream.c.head).where(stream.c.id == 1)).one()
