"""Events arriving: claims that make them count once, what waits or is parked, and gaps in the streams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Delete,
    Row,
    Table,
    Update,
    bindparam,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from shared.events.catalogue import CATALOGUE
from shared.events.codec import Envelope
from shared.events.signals import StreamGap
from shared.inserts import insert_new, insert_unread
from shared.kernel_tables import received_events, stream_positions, waiting_events

ATTEMPTS_MAX = 5
RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 4, 15, 60, 60))
"""How long an event rests after its first, second ... attempt."""
GAP_PATIENCE = timedelta(seconds=10)
SILENCES_MAX = 6
"""After so many times this patience, somebody who says nothing is asked all the same."""
GAPS_MAX = 200
"""How many ranges one sweep asks for; the rest comes with the next."""
REASON_MAX = 2_000
UNREADABLE = UUID("6f3c1a52-8f0e-5d0b-9a51-0c3b2f1de7aa")
"""Namespace for the ids of messages that carry none of their own."""

# Asked in every step, and made once: making a statement costs more than running it.
DUE = (
    select(waiting_events)
    .where(waiting_events.c.next_at <= bindparam("now"))
    .order_by(waiting_events.c.next_at, waiting_events.c.event_id)
    .limit(1)
    .with_for_update(skip_locked=True)
)

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
    taken = {row.event_id for row in insert_new(session, received_events, rows, returning=["event_id"])}
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
            "reason": _storable(message.reason)[:REASON_MAX],
            "first_at": now,
            "next_at": None if parked else now + _rest_after(message.attempts),
            "parked_at": now if parked else None,
        }
        for message in messages
    ]
    insert_unread(session, waiting_events, rows)


def _storable(text: str) -> str:
    """What a message brought may hold what no text column takes: half a character, or a zero."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _rest_after(attempts: int) -> timedelta:
    return RETRY_DELAYS[min(attempts, ATTEMPTS_MAX) - 1] if attempts else timedelta(0)


def next_due(session: Session, *, now: datetime) -> Row[Any] | None:
    """The next event whose time has come, with this attempt already counted; None when there is none.

    Commit before handling it: one that kills the process must find its attempt counted when it comes again.
    """
    row = session.execute(DUE, {"now": now}).first()
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
    values: dict[str, object] = {"reason": _storable(reason)[:REASON_MAX]}
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
    insert_unread(session, stream_positions, [row])


def note_head(session: Session, *, producer: str, incarnation: UUID, head: int) -> None:
    """A producer says how far it has numbered."""
    note_stream(session, producer=producer, incarnation=incarnation)
    position = stream_positions.c
    session.execute(
        update(stream_positions)
        .where(position.producer == producer, position.incarnation == incarnation, position.head < head)
        .values(head=head)
    )


def sweep(
    connection: Bound, *, now: datetime, heads_said: Mapping[tuple[str, UUID], datetime]
) -> Sequence[StreamGap]:
    """Bring every followed stream's position up to date; the gaps that have been open for too long.

    One caller at a time (the leased relay): the claims are the truth, a position only sums them up.
    """
    rows = connection.execute(select(stream_positions)).all()
    return [
        gap
        for row in rows
        for gap in _swept(connection, row, now=now, said_at=heads_said.get((row.producer, row.incarnation)))
    ]


def _swept(
    connection: Bound, row: Row[Any], *, now: datetime, said_at: datetime | None
) -> Sequence[StreamGap]:
    """One stream: nothing is missing, or it has not been missing for long, or these numbers are asked for."""
    head = max(row.head, _highest(connection, row))
    gaps = _gaps(connection, row, head=head)
    contiguous = gaps[0].first - 1 if gaps else head
    since = None
    if gaps:
        since = now if contiguous > row.contiguous or row.behind_since is None else row.behind_since
    asks = since is not None and _will_not_come(since, now=now, said_at=said_at)
    after = {"contiguous": contiguous, "head": head, "behind_since": now if asks else since}
    if after != {name: getattr(row, name) for name in after}:
        connection.execute(update(stream_positions).where(*_of(stream_positions, row)).values(after))
    return gaps if asks else []


def _will_not_come(since: datetime, *, now: datetime, said_at: datetime | None) -> bool:
    """Whether what has been missing since then was lost, and is not on its way behind a long queue.

    It would have come before a head that its producer said later. Asked for again and again, a queue that
    is long already would grow by as much each time. Who says no head, or has a slow clock, is asked late.
    """
    waited = now - since
    silent = said_at is None or said_at <= since
    return waited >= (GAP_PATIENCE * SILENCES_MAX if silent else GAP_PATIENCE)


def _of(table: Table, row: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """The rows of this table that belong to the same stream."""
    return table.c.producer == row.producer, table.c.incarnation == row.incarnation


def _highest(connection: Bound, row: Row[Any]) -> int:
    highest = select(func.max(received_events.c.seq)).where(*_of(received_events, row))
    return connection.execute(highest).scalar() or 0


def _gaps(connection: Bound, row: Row[Any], *, head: int) -> Sequence[StreamGap]:
    """The first ranges of numbers that are missing between what was contiguous so far and the head."""
    if row.contiguous >= head:
        return []
    seq = received_events.c.seq
    here = union_all(
        select(literal(row.contiguous, BigInteger).label("seq")),
        select(seq).where(*_of(received_events, row), seq > row.contiguous),
    ).subquery()
    following = func.lead(here.c.seq, 1, literal(head + 1, BigInteger)).over(order_by=here.c.seq)
    steps = select(here.c.seq, following.label("following")).subquery()
    missing = (
        select((steps.c.seq + 1).label("first"), (steps.c.following - 1).label("last"))
        .where(steps.c.following > steps.c.seq + 1)
        .order_by(steps.c.seq)
        .limit(GAPS_MAX)
    )
    return [
        StreamGap(producer=row.producer, incarnation=row.incarnation, first=gap.first, last=gap.last)
        for gap in connection.execute(missing)
    ]
