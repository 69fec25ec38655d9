"""Moves events from the outbox to the broker: one holder of the lease, numbers first, marks last."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Engine, Row, bindparam, func, select, text, update

from shared import inbox, outbox
from shared.bus import Message, Publisher
from shared.checkpoints import reached
from shared.events.codec import Envelope, Heading
from shared.events.signals import Signal, StreamHead, signal_data, signal_type
from shared.heartbeat import beat
from shared.inserts import insert_new
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream
from shared.service import Running
from shared.values import new_id

BATCH_MAX = 512
SIGNAL_EVERY = timedelta(seconds=10)
LOCK_KEY = 0x72656C6179
"""\"relay\" in ASCII: the advisory lock of a service's database."""

# What every step asks is made once: making a statement costs more than running it.
BOX = outbox_table.c
OWN = select(stream).where(stream.c.id == 1).with_for_update()
UNNUMBERED = (
    select(
        BOX.position,
        (bindparam("last", type_=BigInteger) + func.row_number().over(order_by=BOX.position)).label("seq"),
    )
    .where(BOX.published_at.is_(None), BOX.seq.is_(None))
    .order_by(BOX.position)
    .limit(BATCH_MAX)
    .subquery()
)
NUMBER = update(outbox_table).where(BOX.position == UNNUMBERED.c.position).values(seq=UNNUMBERED.c.seq)
PENDING = (
    select(outbox_table)
    .where(BOX.published_at.is_(None), BOX.seq.is_not(None))
    .order_by(BOX.position)
    .limit(BATCH_MAX)
)
MARK = (
    update(outbox_table)
    .where(BOX.position.in_(bindparam("confirmed", expanding=True)))
    .values(published_at=bindparam("marked_at"))
)


class LeaseLost(Exception):
    """The session that held it has ended while nothing was asked of it: take it anew."""


class Lease(Protocol):
    """The right to number and publish; it ends with its holder, so that nobody can hold it in vain."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """A transaction that can only commit while the lease is held."""

    def wait(self, seconds: float) -> None:
        """Until the outbox is written to, or that long. Raises LeaseLost."""

    def release(self) -> None:
        """Let the next one in."""


class PostgresLease:
    """A session lock on the very connection that numbers: lock and transaction die together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def take(cls, engine: Engine) -> "PostgresLease | None":
        """The lease, or None while another relay holds it."""
        connection = engine.connect()
        try:
            with connection.begin():
                held = connection.execute(select(func.pg_try_advisory_lock(LOCK_KEY))).scalar_one()
                if held:
                    connection.execute(text(f"LISTEN {outbox.CHANNEL}"))
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        if held:
            return cls(connection)
        connection.close()
        return None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """See Lease."""
        with self._connection.begin():
            yield self._connection

    def wait(self, seconds: float) -> None:
        """See Lease."""
        driver: Any = self._connection.connection.driver_connection
        try:
            for _ in driver.notifies(timeout=seconds, stop_after=1):
                pass
        except self._connection.dialect.loaded_dbapi.Error as error:  # past SQLAlchemy, so not its own
            raise LeaseLost(f"{type(error).__name__}: {error}") from error

    def release(self) -> None:
        """See Lease."""
        if not self._connection.closed:
            self._connection.invalidate()  # closes the session, and with it the lock
            self._connection.close()


class FileLease:
    """A lock file, for the one process of the embedded mode; the system frees it with the process."""

    def __init__(self, running: Running, handle: IO[str]) -> None:
        self._running, self._handle = running, handle

    @classmethod
    def take(cls, running: Running, folder: Path) -> "FileLease | None":
        """The lease, or None while another relay holds it."""
        handle = (folder / f"{running.name}.relay.lock").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return None
        return cls(running, handle)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """See Lease."""
        with self._running.engine.begin() as connection:
            yield connection

    def wait(self, seconds: float) -> None:
        """See Lease."""
        self._running.bell.wait(seconds)

    def release(self) -> None:
        """See Lease."""
        self._handle.close()


class Relay:
    """One pass after the other: mark what was confirmed, number what is new, publish what is pending."""

    def __init__(self, running: Running, publisher: Publisher, lease: Lease) -> None:
        self._running, self._publisher, self._lease = running, publisher, lease
        self._confirmed: Sequence[int] = ()
        self._signalled_at: datetime | None = None

    def step(self, *, now: datetime) -> int:
        """Publish one batch; how many events it held. Raises PublishFailed with everything still pending."""
        reached("relay.before_select")
        with self._lease.transaction() as connection:
            self._mark(connection, now)
            incarnation = _number(connection, now)
            reached("relay.selected")
            batch = _pending(connection)
            signals = self._signals(connection, incarnation, now)
            reached("relay.before_numbers_commit")
        self._confirmed = ()
        reached("relay.numbered")
        messages = [self._message(row, incarnation) for row in batch]
        messages += [self._signal_message(signal, incarnation, now) for signal in signals]
        if messages:
            self._publisher.publish(messages)
            reached("relay.confirmed")
        self._confirmed = [row.position for row in batch]
        return len(batch)

    def _mark(self, connection: Connection, now: datetime) -> None:
        if self._confirmed:
            connection.execute(MARK, {"confirmed": self._confirmed, "marked_at": now})
            reached("relay.before_mark_commits")

    def _signals(self, connection: Connection, incarnation: UUID, now: datetime) -> Sequence[Signal]:
        """Every few seconds: how far this stream reaches, and what is missing of the streams followed."""
        if self._signalled_at is not None and now - self._signalled_at < SIGNAL_EVERY:
            return ()
        self._signalled_at = now
        beat(connection, "relay", now=now)
        own = select(stream.c.head).where(stream.c.incarnation == incarnation)
        head = connection.execute(own).scalar_one()
        gaps = inbox.sweep(connection, now=now, heads_said=self._running.heads_said)
        return (*((StreamHead(head=head),) if head else ()), *gaps)

    def _message(self, row: Row[Any], incarnation: UUID) -> Message:
        heading = Heading(
            id=row.event_id,
            deployment=self._running.settings.deployment,
            producer=self._running.name,
            type=row.type,
            at=row.said_at,
            subject=row.subject,
            school_id=row.school_id,
            incarnation=incarnation,
            seq=row.seq,
            traceparent=row.traceparent,
        )
        return Message(routing_key=row.type, body=heading.over(row.data.encode()))

    def _signal_message(self, signal: Signal, incarnation: UUID, now: datetime) -> Message:
        kind = signal_type(self._running.name, signal)
        envelope = Envelope(
            id=new_id(now),
            deployment=self._running.settings.deployment,
            producer=self._running.name,
            type=kind,
            at=now,
            subject=self._running.name,
            school_id=None,
            incarnation=incarnation,
            seq=None,
            traceparent=None,
            data=signal_data(signal),
        )
        return Message(routing_key=kind, body=envelope.encode(), must_arrive=False)


def _number(connection: Connection, now: datetime) -> UUID:
    """Give the next numbers to what has none, in insert order; the incarnation they belong to.

    A counter row, not a sequence: a sequence leaves gaps on rollback. The row is locked, and the transaction
    commits before anything is sent, so that a second sending carries the same numbers.
    """
    own = connection.execute(OWN).first()
    if own is None:
        own = insert_new(connection, stream, [{"id": 1, "incarnation": new_id(now), "head": 0}])[0]
    numbered = connection.execute(NUMBER, {"last": own.head}).rowcount
    if numbered:
        connection.execute(update(stream).where(stream.c.id == 1).values(head=own.head + numbered))
    incarnation: UUID = own.incarnation
    return incarnation


def _pending(connection: Connection) -> Sequence[Row[Any]]:
    """What is numbered and not published, in insert order: a cursor would lose what commits late."""
    return connection.execute(PENDING).all()
