"""Handles what arrives: a batch in one transaction, culprits alone, attempts counted before made."""

import faulthandler
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from shared import db, inbox, log, outbox
from shared.bus import Delivery, Inlet
from shared.checkpoints import reached
from shared.events.catalogue import CATALOGUE
from shared.events.codec import EVENT_BYTES_MAX, Envelope, Event, UnreadableEvent
from shared.events.signals import StreamGap, StreamHead
from shared.heartbeat import beat
from shared.inbox import Aside
from shared.kernel_tables import stream
from shared.service import Arrival, Running, SetWise
from shared.values import Refused

HANDLING_SECONDS_MAX = 60
"""Handlers of a batch that take longer are taken for stuck: the process ends itself and starts anew."""
BEAT_EVERY_SECONDS = 5
LOOK_AGAIN = timedelta(seconds=0.2)
RETRIES_MAX = 64
SET_BYTES_MAX = EVENT_BYTES_MAX
"""What one handler takes together weighs no more than one event may."""
STATEMENTS_FAULT = ("57014", "54")
"""PostgreSQL's codes of operational errors that a statement causes itself: without end, beyond a limit."""
SQLITE_ERROR = 1
"""SQLite's code for a statement that is wrong in itself; busy, full and the like have codes of their own."""

CONTRADICTS = "contradicts_an_earlier_event"

Clock = Callable[[], datetime]


class DatabaseAway(Exception):
    """The database cannot be reached or rolled us back: nobody's fault, take everything again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that could be read."""

    delivery: Delivery
    envelope: Envelope

    def aside(self, reason: str, *, attempts: int = 0) -> Aside:
        """The same, on its way into waiting_events."""
        return Aside(
            event_id=self.envelope.id,
            routing_key=self.delivery.routing_key,
            body=self.delivery.body,
            reason=reason,
            attempts=attempts,
        )


@dataclass(slots=True)
class Sorted:
    """A batch by what must be done with it."""

    fresh: list[Taken] = field(default_factory=list)
    again: list[Taken] = field(default_factory=list)
    """Somebody took these before and died or lost its connection."""
    unknown: list[Taken] = field(default_factory=list)
    signals: list[Envelope] = field(default_factory=list)
    hopeless: list[Aside] = field(default_factory=list)


class Worker:
    """One service's consumer. `step` does whatever is there and says how much that was."""

    def __init__(self, running: Running, inlet: Inlet, *, watchdog: bool = False) -> None:
        """With `watchdog`, a stuck handler ends the process: only for a process that does nothing else."""
        self._running, self._inlet, self._watchdog = running, inlet, watchdog
        self._beaten_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._kept_aside = False

    def step(self, *, clock: Clock, wait_seconds: float) -> int:
        """Handle what is there, waiting that long for the first of it. Raises BusLost and DatabaseAway."""
        deliveries = self._inlet.take(wait_seconds=wait_seconds)
        try:
            if deliveries:
                self._handle(deliveries, now=clock())
                self._inlet.settle()
                reached("worker.settled")
            retried = self._retry_due(clock) if self._is_time_to_look(deliveries, now=clock()) else 0
            self._beat(clock())
        except DBAPIError as error:
            self._inlet.close()
            raise DatabaseAway(f"{type(error).__name__}: {error.orig}") from error
        except BaseException:
            self._inlet.close()  # or the next settlement would cover what was not handled
            raise
        return len(deliveries) + retried

    def _is_time_to_look(self, deliveries: Sequence[Delivery], *, now: datetime) -> bool:
        """Whether something may be due; while much arrives, not after every batch: looking takes a while."""
        just_looked = self._looked_at is not None and abs(now - self._looked_at) < LOOK_AGAIN
        if deliveries and just_looked and not self._kept_aside:
            return False
        self._looked_at, self._kept_aside = now, False
        return True

    def close(self) -> None:
        """Give back what is not settled."""
        self._inlet.close()

    # --- a batch

    def _handle(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        batch = self._sort(deliveries)
        if batch.fresh:
            self._handle_fresh(batch.fresh, now=now)
        if batch.again or batch.unknown or batch.hopeless or batch.signals:
            with self._transaction() as session:
                self._keep_aside(session, batch, now=now)
                for signal in batch.signals:
                    self._heed(session, signal, now=now)

    def _sort(self, deliveries: Sequence[Delivery]) -> Sorted:
        batch = Sorted()
        for delivery in deliveries:
            try:
                self._sort_one(batch, delivery, Envelope.decode(delivery.body))
            except UnreadableEvent as error:
                batch.hopeless.append(_unreadable(delivery, reason=str(error)))
        return batch

    def _check(self, envelope: Envelope, routing_key: str) -> None:
        """Whether it came the way it says, from who may say it."""
        if envelope.type != routing_key:
            raise UnreadableEvent("type_is_not_routing_key", envelope.type)
        if envelope.deployment != self._running.settings.deployment:
            raise UnreadableEvent("foreign_deployment", envelope.deployment)
        if not envelope.type.startswith(f"{envelope.producer}."):
            raise UnreadableEvent("foreign_family", f"{envelope.producer} says {envelope.type}")

    def _sort_one(self, batch: Sorted, delivery: Delivery, envelope: Envelope) -> None:
        self._check(envelope, delivery.routing_key)
        taken = Taken(delivery, envelope)
        if envelope.type.endswith((f".{StreamHead.KIND}", f".{StreamGap.KIND}")):
            batch.signals.append(envelope)
        elif envelope.seq is None:
            raise UnreadableEvent("bad_envelope", "no seq")
        elif envelope.type not in CATALOGUE:
            batch.unknown.append(taken)
        elif delivery.redelivered:
            batch.again.append(taken)
        else:
            batch.fresh.append(taken)

    def _handle_fresh(self, fresh: Sequence[Taken], *, now: datetime) -> None:
        """All in one transaction; when one of them fails, each in its own."""
        try:
            self._handle_together(fresh, now=now)
        except Exception:  # noqa: BLE001  whichever it was, the pass below finds it and notes the reason
            for taken in fresh:
                self._handle_alone(taken, now=now)

    def _handle_together(self, fresh: Sequence[Taken], *, now: datetime) -> None:
        reached("worker.before_begin")
        with self._transaction() as session:
            claims = self._claim(session, fresh, now=now)
            reached("worker.claimed")
            with self._watched():
                claimed = {id(envelope) for envelope in claims.fresh}
                self._run_handlers(session, [one for one in fresh if id(one.envelope) in claimed], now=now)
            reached("worker.before_commit")
        reached("worker.committed")

    def _handle_alone(self, taken: Taken, *, now: datetime) -> None:
        try:
            self._handle_together([taken], now=now)
        except Exception as error:
            if _is_nobodys_fault(error):
                raise
            reason = _reason(error)
            log.logger().warning(
                "event set aside", event_id=str(taken.envelope.id), type=taken.envelope.type, reason=reason
            )
            with self._transaction() as session:
                self._claim_aside(session, [taken], reason, attempts=1, now=now)

    def _run_handlers(self, session: Session, fresh: Sequence[Taken], *, now: datetime) -> None:
        """Handlers commute: first those of one event, in order, then those of many."""
        sets: dict[type[Event], list[Taken]] = {}
        for taken in fresh:
            cls = CATALOGUE[taken.envelope.type]
            if isinstance(self._running.service.handlers.get(cls), SetWise):
                sets.setdefault(cls, []).append(taken)
            else:
                self._run_handler(session, taken.envelope, now=now)
        for cls, alike in sets.items():
            handler = cast("SetWise[Event]", self._running.service.handlers[cls])
            for part in _parts(alike):
                arrivals = [Arrival(one.envelope.event(cls), one.envelope.traceparent) for one in part]
                handler.together(session, arrivals, now=now)
                reached("worker.handled")

    def _run_handler(self, session: Session, envelope: Envelope, *, now: datetime) -> None:
        """Call the service's handler, if it acts on this; what it says carries the same trace."""
        cls = CATALOGUE.get(envelope.type)
        if cls is None:
            raise UnreadableEvent("unknown_type", envelope.type)
        handler = self._running.service.handlers.get(cls)
        if handler is None:
            return
        with log.bound_trace(envelope.traceparent):
            handler(session, envelope.event(cls), now=now)
        reached("worker.handled")

    def _claim(self, session: Session, taken: Sequence[Taken], *, now: datetime) -> inbox.Claims:
        """Claim them and watch their streams; what contradicts an earlier claim is parked at once."""
        for producer, incarnation in sorted(
            {(one.envelope.producer, one.envelope.incarnation) for one in taken}
        ):
            inbox.note_stream(session, producer=producer, incarnation=incarnation)
        claims = inbox.claim(session, [one.envelope for one in taken], now=now)
        wrong = {id(envelope) for envelope in claims.contradicting}
        contradicting = [
            _unreadable(one.delivery, reason=CONTRADICTS) for one in taken if id(one.envelope) in wrong
        ]
        self._park(session, contradicting, now=now)
        return claims

    def _park(self, session: Session, messages: Sequence[Aside], *, now: datetime) -> None:
        inbox.park(session, messages, now=now)
        for message in messages:
            log.logger().error("event parked", event_id=str(message.event_id), reason=message.reason)

    # --- set aside

    def _keep_aside(self, session: Session, batch: Sorted, *, now: datetime) -> None:
        self._claim_aside(session, batch.again, "redelivered", attempts=0, now=now)
        self._park(session, self._claimed(session, batch.unknown, "unknown_type", now=now), now=now)
        self._park(session, batch.hopeless, now=now)

    def _claim_aside(
        self, session: Session, taken: Sequence[Taken], reason: str, *, attempts: int, now: datetime
    ) -> None:
        """Claim and keep in one transaction: whoever has the claim has the event."""
        self._kept_aside = True
        inbox.set_aside(session, self._claimed(session, taken, reason, attempts=attempts, now=now), now=now)

    def _claimed(
        self, session: Session, taken: Sequence[Taken], reason: str, *, attempts: int = 0, now: datetime
    ) -> Sequence[Aside]:
        """Those that nobody took before, on their way into waiting_events."""
        fresh = {id(envelope) for envelope in self._claim(session, taken, now=now).fresh}
        return [one.aside(reason, attempts=attempts) for one in taken if id(one.envelope) in fresh]

    def _retry_due(self, clock: Clock) -> int:
        """Handle what waits and is due, one by one; how many.

        Only so many a step: meanwhile nobody answers the broker, and nobody sees that it is time to stop.
        """
        for done in range(RETRIES_MAX):
            with self._transaction() as session:
                row = inbox.next_due(session, now=clock())
            if row is None:
                return done
            reached("worker.attempt_counted")
            if row.attempts < inbox.ATTEMPTS_MAX:
                self._retry(row, now=clock())
            else:
                log.logger().error("event parked", event_id=str(row.event_id), reason=row.reason)
        return RETRIES_MAX

    def _retry(self, row: Row[Any], *, now: datetime) -> None:
        try:
            with self._transaction() as session:
                if inbox.take_waiting(session, row.event_id):
                    self._handle_waiting(session, row, now=now)
        except Exception as error:
            if _is_nobodys_fault(error):
                with self._transaction() as session:
                    inbox.give_back(session, row.event_id, attempts=row.attempts)
                raise
            with self._transaction() as session:
                parked = inbox.note_failure(session, row.event_id, reason=_reason(error), now=now)
            told = log.logger().error if parked else log.logger().warning
            what = "event parked" if parked else "event failed again"
            told(what, event_id=str(row.event_id), reason=_reason(error))

    def _handle_waiting(self, session: Session, row: Row[Any], *, now: datetime) -> None:
        """As if it came today: what was refused before anybody claimed it has that still before it."""
        envelope = Envelope.decode(row.body)
        self._check(envelope, row.routing_key)
        if row.event_id != envelope.id and not inbox.claim(session, [envelope], now=now).fresh:
            raise UnreadableEvent(CONTRADICTS)
        with self._watched():
            self._run_handler(session, envelope, now=now)

    # --- streams

    def _heed(self, session: Session, signal: Envelope, *, now: datetime) -> None:
        try:
            if signal.type.endswith(StreamHead.KIND):
                head = StreamHead.read(signal.data).head
                inbox.note_head(session, producer=signal.producer, incarnation=signal.incarnation, head=head)
                self._running.heads_said[signal.producer, signal.incarnation] = signal.at
            else:
                self._publish_again(session, StreamGap.read(signal.data), now=now)
        except (KeyError, ValueError):
            log.logger().warning("unreadable signal", type=signal.type)

    def _publish_again(self, session: Session, gap: StreamGap, *, now: datetime) -> None:
        """Somebody misses numbers of this stream: let the relay send them again."""
        if gap.producer != self._running.name:
            return
        own = session.execute(stream.select().where(stream.c.incarnation == gap.incarnation)).first()
        if own is not None:
            last = min(gap.last, gap.first + outbox.REPLAY_MAX - 1)
            before = now - outbox.REPLAY_PAUSE
            if outbox.unpublish(session.connection(), first=gap.first, last=last, sent_before=before):
                outbox.wake_relay(session)

    def _beat(self, now: datetime) -> None:
        if self._beaten_at is None or (now - self._beaten_at).total_seconds() >= BEAT_EVERY_SECONDS:
            self._beaten_at = now
            with self._transaction() as session:
                beat(session, "worker", now=now)

    # --- hosts

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with db.transaction(self._running.engine, **self._running.info()) as session:
            yield session

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """A batch and not each event of it: the watchdog is a thread, and costs more than a statement."""
        if not self._watchdog:
            yield
            return
        faulthandler.dump_traceback_later(HANDLING_SECONDS_MAX, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _parts(alike: Sequence[Taken]) -> Iterator[Sequence[Taken]]:
    """The events in order, bounded by their weight."""
    part: list[Taken] = []
    weight = 0
    for one in alike:
        if part and weight + len(one.delivery.body) > SET_BYTES_MAX:
            yield part
            part, weight = [], 0
        part.append(one)
        weight += len(one.delivery.body)
    yield part


def _unreadable(delivery: Delivery, *, reason: str) -> Aside:
    return Aside(
        event_id=inbox.id_of_unreadable(delivery.body),
        routing_key=delivery.routing_key,
        body=delivery.body,
        reason=reason,
    )


def _reason(error: Exception) -> str:
    """What an operator needs to know; never the lines in which a database repeats the values it was given."""
    if isinstance(error, Refused | UnreadableEvent):
        return str(error)
    first, *_ = [*str(error).splitlines(), ""]
    return f"{type(error).__name__}: {first}"


def _is_nobodys_fault(error: Exception) -> bool:
    """A deadlock, a full disk or a lost connection is no attempt of the event; a statement without end is."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, NoConnectionFree)  # of the pool: every connection is in use
    if (getattr(error.orig, "sqlstate", None) or "").startswith(STATEMENTS_FAULT):
        return False
    if getattr(error.orig, "sqlite_errorcode", None) == SQLITE_ERROR:
        return False
    return isinstance(error, OperationalError) or error.connection_invalidated
