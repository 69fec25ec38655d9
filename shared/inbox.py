"""Events arriving: claims that make them count once, what waits or is parked, and gaps in the streams."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Delete, Row, Update, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from shared.db import insert_new
from shared.events.catalogue import CATALOGUE
from shared.events.codec import Envelope
from shared.events.signals import StreamGap
from shared.kernel_tables import received_events, stream_positions, waiting_events

ATTEMPTS_MAX = 5
RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 4, 15, 60, 60))
"""How long an event rests after its first, second ... attempt."""
GAP_PATIENCE = timedelta(seconds=10)
REASON_MOST = 2_000
UNREADABLE = UUID("6f3c1a52-8f0e-5d0b-9a51-0c3b2f1de7aa")
"""Namespace for the ids of messages that carry none of their own."""

Bound = Session | Connection


@dataclass(frozen=True, slots=True)
class Claims:
    """What became of a batch: new events to handle, and those that say something else than before."""

    fresh: Sequence[Envelope]
    contradicting: Sequence[Envelope]


def claim(session: Session, envelopes: Sequence[Envelope], *, now: datetime) -> Claims:
    """Take the events that nobody took before, in one statement; whoever comes second gets nothing."""
    by_id: dict[UUID, Envelope] = {}
    again = [envelope for envelope in envelopes if by_id.setdefault(envelope.id, envelope) is not envelope]
    rows = [_claim_row(by_id[key], now) for key in sorted(by_id)]
    taken = {row.event_id for row in insert_new(session, received_events, rows)}
    again += [envelope for key, envelope in by_id.items() if key not in taken]
    return Claims(
        fresh=[envelope for key, envelope in by_id.items() if key in taken],
        contradicting=_contradicting(session, again),
    )


def _claim_row(envelope: Envelope, now: datetime) -> dict[str, object]:
    return {
        "event_id": envelope.id,
        "producer": envelope.producer,
        "incarnation": envelope.incarnation,
        "seq": envelope.seq,
        "digest": envelope.digest(CATALOGUE.get(envelope.type)),
        "received_at": now,
    }


def _contradicting(session: Session, repeated: Sequence[Envelope]) -> Sequence[Envelope]:
    """Those whose id was taken with other content, or whose number was taken by another id."""
    if not repeated:
        return []
    asked = select(received_events.c.event_id, received_events.c.digest).where(
        received_events.c.event_id.in_([envelope.id for envelope in repeated])
    )
    known = {row.event_id: row.digest for row in session.execute(asked)}
    return [one for one in repeated if known.get(one.id) not in _digests(one)]


def _digests(envelope: Envelope) -> tuple[bytes, bytes]:
    """As we know its type today, and as one who did not know it yet."""
    return envelope.digest(CATALOGUE.get(envelope.type)), envelope.digest(None)


# --- set aside, parked -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A message on its way into waiting_events."""

    event_id: UUID
    routing_key: str
    body: bytes
    reason: str
    attempts: int = 0


def id_of_unreadable(body: bytes) -> UUID:
    """The same id for the same bytes, so that one bad message is parked once."""
    return uuid5(UNREADABLE, body.hex())


def set_aside(session: Session, messages: Iterable[Aside], *, now: datetime) -> None:
    """Keep messages for a later attempt; the first comes after the delay their attempts have earned."""
    _keep(session, messages, now=now, parked=False)


def park(session: Session, messages: Iterable[Aside], *, now: datetime) -> None:
    """Keep messages with their reason until somebody looks at them; nothing happens to them by itself."""
    _keep(session, messages, now=now, parked=True)


def _keep(session: Session, messages: Iterable[Aside], *, now: datetime, parked: bool) -> None:
    rows = [
        {
            "event_id": message.event_id,
            "routing_key": _storable(message.routing_key)[:255],
            "body": message.body,
            "attempts": message.attempts,
            "reason": _storable(message.reason)[:REASON_MOST],
            "first_at": now,
            "next_at": None if parked else now + _rest_after(message.attempts),
            "parked_at": now if parked else None,
        }
        for message in messages
    ]
    insert_new(session, waiting_events, rows)


def _storable(text: str) -> str:
    """What a message brought may hold what no text column takes: half a character, or a zero."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _rest_after(attempts: int) -> timedelta:
    return RETRY_DELAYS[min(attempts, ATTEMPTS_MAX) - 1] if attempts else timedelta(0)


def next_due(session: Session, *, now: datetime) -> Row[Any] | None:
    """The next event whose time has come, with this attempt already counted; None when there is none.

    Commit before handling it: one that kills the process must find its attempt counted when it comes again.
    """
    due = (
        select(waiting_events)
        .where(waiting_events.c.next_at <= now)
        .order_by(waiting_events.c.next_at, waiting_events.c.event_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(due).first()
    if row is None:
        return None
    counted = row.attempts + 1
    values = {"attempts": counted, "next_at": now + _rest_after(counted)}
    if row.attempts >= ATTEMPTS_MAX:
        values = {"next_at": None, "parked_at": now}
    session.execute(update(waiting_events).where(waiting_events.c.event_id == row.event_id).values(values))
    return row


def take_waiting(session: Session, event_id: UUID) -> bool:
    """Handle it in this very transaction: it waits no longer. False when another worker already has."""
    waiting = delete(waiting_events).where(
        waiting_events.c.event_id == event_id, waiting_events.c.parked_at.is_(None)
    )
    return _count(session, waiting) == 1


def give_back(session: Session, event_id: UUID, *, attempts: int) -> None:
    """The attempt was cut short by something else than the event: it does not count."""
    waiting = update(waiting_events).where(waiting_events.c.event_id == event_id)
    session.execute(waiting.values(attempts=attempts))


def note_failure(session: Session, event_id: UUID, *, reason: str, now: datetime) -> bool:
    """Keep why the attempt failed; park the event when it was the last. Whether it is parked now."""
    waiting = waiting_events.c
    attempts = session.execute(select(waiting.attempts).where(waiting.event_id == event_id)).scalar()
    if attempts is None:  # another worker was luckier
        return False
    last = bool(attempts >= ATTEMPTS_MAX)
    values: dict[str, object] = {"reason": _storable(reason)[:REASON_MOST]}
    if last:
        values |= {"next_at": None, "parked_at": now}
    session.execute(update(waiting_events).where(waiting_events.c.event_id == event_id).values(values))
    return last


def parked(session: Session, *, limit: int = 100) -> Sequence[Row[Any]]:
    """The parked messages, oldest first."""
    asked = (
        select(waiting_events)
        .where(waiting_events.c.parked_at.is_not(None))
        .order_by(waiting_events.c.parked_at, waiting_events.c.event_id)
        .limit(limit)
    )
    return session.execute(asked).all()


def retry(session: Session, event_ids: Sequence[UUID] | None, *, now: datetime) -> int:
    """Give parked messages (all of them for None) their attempts back; how many."""
    again = update(waiting_events).where(waiting_events.c.parked_at.is_not(None))
    if event_ids is not None:
        again = again.where(waiting_events.c.event_id.in_(event_ids))
    return _count(session, again.values(parked_at=None, attempts=0, next_at=now))


def _count(session: Session, statement: Delete | Update) -> int:
    """How many rows the statement touched."""
    return session.connection().execute(statement).rowcount


# --- gaps --------------------------------------------------------------------------------------------------


def note_stream(session: Session, *, producer: str, incarnation: UUID) -> None:
    """From now on the sweep watches this stream."""
    row = {"producer": producer, "incarnation": incarnation, "contiguous": 0, "head": 0, "behind_since": None}
    insert_new(session, stream_positions, [row])


def note_head(session: Session, *, producer: str, incarnation: UUID, head: int) -> None:
    """A producer says how far it has numbered."""
    note_stream(session, producer=producer, incarnation=incarnation)
    position = stream_positions.c
    session.execute(
        update(stream_positions)
        .where(position.producer == producer, position.incarnation == incarnation, position.head < head)
        .values(head=head)
    )


def sweep(connection: Bound, *, now: datetime) -> Sequence[StreamGap]:
    """Bring every followed stream's position up to date; the gaps that have been open for too long.

    One caller at a time (the leased relay): the claims are the truth, a position only sums them up.
    """
    rows = connection.execute(select(stream_positions)).all()
    return [gap for row in rows if (gap := _swept(connection, row, now=now))]


def _swept(connection: Bound, row: Row[Any], *, now: datetime) -> StreamGap | None:
    mine = received_events.c
    highest = select(func.max(mine.seq)).where(
        mine.producer == row.producer, mine.incarnation == row.incarnation
    )
    top = connection.execute(highest).scalar() or 0
    head = max(row.head, top)
    contiguous = _end_of_run(connection, row) if row.contiguous < top else row.contiguous
    if contiguous >= head:
        since = None
    elif contiguous > row.contiguous or row.behind_since is None:
        since = now
    else:
        since = row.behind_since
    open_for = now - since if since else timedelta(0)
    asks = open_for >= GAP_PATIENCE
    after = {"contiguous": contiguous, "head": head, "behind_since": now if asks else since}
    if (contiguous, head, after["behind_since"]) != (row.contiguous, row.head, row.behind_since):
        position = stream_positions.c
        connection.execute(
            update(stream_positions)
            .where(position.producer == row.producer, position.incarnation == row.incarnation)
            .values(after)
        )
    if not asks:
        return None
    return StreamGap(
        producer=row.producer,
        incarnation=row.incarnation,
        first=contiguous + 1,
        last=_gap_end(connection, row, contiguous=contiguous, head=head),
    )


def _end_of_run(connection: Bound, row: Row[Any]) -> int:
    """The last number of the unbroken run that continues what was contiguous so far."""
    mine = received_events
    following = aliased(mine)
    same = (mine.c.producer == row.producer, mine.c.incarnation == row.incarnation)
    starts = select(mine.c.seq).where(*same, mine.c.seq == row.contiguous + 1)
    if connection.execute(starts).first() is None:
        return int(row.contiguous)
    successor = select(following.c.seq).where(
        following.c.producer == row.producer,
        following.c.incarnation == row.incarnation,
        following.c.seq == mine.c.seq + 1,
    )
    ends = select(func.min(mine.c.seq)).where(*same, mine.c.seq > row.contiguous, ~successor.exists())
    return int(connection.execute(ends).scalar_one())


def _gap_end(connection: Bound, row: Row[Any], *, contiguous: int, head: int) -> int:
    """The last missing number before the next one that is here."""
    mine = received_events.c
    asked = select(func.min(mine.seq)).where(
        mine.producer == row.producer, mine.incarnation == row.incarnation, mine.seq > contiguous
    )
    here = connection.execute(asked).scalar()
    return int(here) - 1 if here is not None else head
