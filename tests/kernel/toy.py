"""Toy services over real kernel tables: activities says, credits counts and says on, notify hears."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, Connection, Engine, Identity, Row, String, Table, Uuid, delete, insert, select
from sqlalchemy.orm import Session

from shared import inbox, outbox
from shared.bus import BusLost, Delivery, Message, PublishFailed
from shared.db import kernel, new_metadata, transaction
from shared.events.activities import AttendanceConfirmed, Attendee
from shared.events.codec import Envelope, Event, data_of, school_of, subject_of
from shared.events.credits import AccruedEntry, HoursAccrued
from shared.kernel_tables import BIG, received_events, waiting_events
from shared.relay import FileLease, Lease, PostgresLease, Relay
from shared.service import Handler, Running, Service
from shared.settings import Mode, Settings
from shared.values import Refused
from shared.vocabulary import HourCategory, SessionRole
from shared.web import Blueprint
from shared.worker import Worker

NOW = datetime(2026, 9, 22, 8, 0, tzinfo=UTC)
DEPLOYMENT = "toy"
SCHOOL, CHEN = UUID(int=0x5C), UUID(int=0xC2)
INCARNATION = UUID(int=0x1C)
POISON = "poison"
LEASE_SECONDS_MAX = 10.0

tables = new_metadata()
heard = Table(
    "heard",
    tables,
    Column("position", BIG, Identity(), primary_key=True),
    Column("about", Uuid, nullable=False),
    Column("form", String(64), nullable=False),
)
"""One row each time the handler runs and commits: twice handled shows as two."""


def hear_attendance(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
    """Writes first, so that a failure has something to undo."""
    session.execute(insert(heard).values(about=event.activity_id, form=event.form))
    if event.form == POISON:
        raise Refused("poison", "这个事件不能处理")
    outbox.add(session, accrued(event), now=now)


def keep_quiet(session: Session, event: HoursAccrued, *, now: datetime) -> None:
    """Hears it, and that is all."""
    del session, event, now


ACTIVITIES = Service(
    name="activities",
    title="活动",
    metadata=tables,
    migrations="",
    blueprint=Blueprint("activities"),
    handlers={},
)
CREDITS = Service(
    name="credits",
    title="学时",
    metadata=tables,
    migrations="",
    blueprint=Blueprint("credits"),
    handlers={AttendanceConfirmed: hear_attendance},
)
NOTIFY = Service(
    name="notify",
    title="通知",
    metadata=tables,
    migrations="",
    blueprint=Blueprint("notify"),
    handlers={HoursAccrued: keep_quiet},
)
FOLLOWS = {"activities": (), "credits": ("activities",), "notify": ("credits",)}


def attendance(form: str = "lecture") -> AttendanceConfirmed:
    """Chen was somewhere; each call is another activity."""
    return AttendanceConfirmed(
        activity_id=uuid4(),
        school_id=SCHOOL,
        form=form,
        held_on=date(2026, 9, 22),
        plan_item_id=None,
        attendees=(Attendee(teacher_id=CHEN, minutes=90, role=SessionRole.PARTICIPANT, round_no=1),),
    )


def accrued(event: AttendanceConfirmed) -> HoursAccrued:
    """Two hours for it."""
    return HoursAccrued(
        activity_id=event.activity_id,
        school_id=event.school_id,
        form=event.form,
        held_on=event.held_on,
        category=HourCategory.SCHOOL_BASED,
        entries=(AccruedEntry(entry_id=uuid4(), teacher_id=CHEN, round_no=1, hours_hundredths=200),),
    )


def envelope(event: Event, *, seq: int | None, **changed: Any) -> Envelope:
    """The event as its owner's relay would send it."""
    facts: dict[str, Any] = {
        "id": uuid4(),
        "deployment": DEPLOYMENT,
        "producer": event.owner(),
        "type": event.TYPE,
        "at": NOW,
        "subject": subject_of(event),
        "school_id": school_of(event),
        "incarnation": INCARNATION,
        "seq": seq,
        "traceparent": None,
        "data": json.loads(data_of(event)),
    }
    return Envelope(**facts | changed)


def delivery(said: Envelope, *, redelivered: bool = False) -> Delivery:
    """The message as the broker would hand it over."""
    return Delivery(routing_key=said.type, body=said.encode(), redelivered=redelivered)


class Change(Exception):
    """Something went wrong after the event was said."""


@dataclass(slots=True)
class Clock:
    """Shows what it is told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, *, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(slots=True)
class Handed:
    """An inlet filled by hand; it remembers what was settled, and can lose its connection just then."""

    waiting: list[Delivery] = field(default_factory=list)
    unsettled: list[Delivery] = field(default_factory=list)
    settled: int = 0
    closed: int = 0
    loses_settlement: bool = False

    def take(self, *, wait_seconds: float) -> Sequence[Delivery]:
        """See Inlet."""
        del wait_seconds
        taken, self.waiting = self.waiting, []
        self.unsettled += taken
        return taken

    def settle(self) -> None:
        """See Inlet."""
        if self.loses_settlement:
            self.loses_settlement = False
            self.close()
            raise BusLost("planted")
        self.settled += len(self.unsettled)
        self.unsettled = []

    def close(self) -> None:
        """What is not settled comes back, marked."""
        self.closed += 1
        again = [replace(one, redelivered=True) for one in self.unsettled]
        self.waiting, self.unsettled = again + self.waiting, []


@dataclass(slots=True)
class Recording:
    """A publisher that keeps what it was given; told to fail, it takes some and then fails."""

    sent: list[Message] = field(default_factory=list)
    fails_after: int | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher."""
        if self.fails_after is None:
            self.sent += messages
            return
        self.sent += messages[: self.fails_after]
        self.fails_after = None
        raise PublishFailed("planted")

    def close(self) -> None:
        """Nothing to drop."""

    def facts(self) -> list[Envelope]:
        """The numbered messages so far, in the order they were sent."""
        return [one for one in map(_read, self.sent) if one.seq is not None]

    def signals(self) -> list[Envelope]:
        """The others."""
        return [one for one in map(_read, self.sent) if one.seq is None]


def _read(message: Message) -> Envelope:
    read = Envelope.decode(message.body)
    assert read.type == message.routing_key
    return read


@dataclass(slots=True)
class Toy:
    """One toy service with its database; a test takes its steps."""

    running: Running
    clock: Clock
    inlet: Handed = field(default_factory=Handed)
    sent: Recording = field(default_factory=Recording)
    stack: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As the service's doors open it."""
        with transaction(self.running.engine, **self.running.info()) as session:
            yield session

    def say(self, *events: Event) -> None:
        """All in one transaction."""
        with self.transaction() as session:
            for event in events:
                outbox.add(session, event, now=self.clock())

    def say_in_vain(self, *events: Event) -> None:
        """All in one transaction, which then fails."""
        with self.transaction() as session:
            for event in events:
                outbox.add(session, event, now=self.clock())
            session.flush()
            raise Change

    def lease(self) -> Lease | None:
        """The relay's lease; given back at the end of the test."""
        taken = take_lease(self.running)
        if taken is not None:
            self.stack.callback(taken.release)
        return taken

    def lease_in_time(self) -> Lease:
        """The same, when it is free or about to be: a server sees a moment later that a session has ended."""
        deadline = time.monotonic() + LEASE_SECONDS_MAX
        while (lease := self.lease()) is None:
            assert time.monotonic() < deadline, "the lease is not given back"
            time.sleep(0.05)
        return lease

    def relay(self, publisher: Any = None) -> Relay:
        """A relay that publishes to `sent`, unless told otherwise."""
        return Relay(self.running, publisher or self.sent, self.lease_in_time())

    def worker(self, inlet: Any = None) -> Worker:
        """A worker that takes from `inlet`."""
        return Worker(self.running, inlet or self.inlet)

    def handle(self, *deliveries: Delivery, worker: Worker | None = None) -> int:
        """One step of the worker over these, taken together."""
        self.inlet.waiting += deliveries
        return (worker or self.worker()).step(clock=self.clock, wait_seconds=0)

    def rows(self, table: Table) -> Sequence[Row[Any]]:
        """All of a table."""
        with self.running.engine.execution_options(read_only=True).connect() as connection:
            return connection.execute(select(table).order_by(*table.primary_key.columns)).all()

    def heard(self) -> list[UUID]:
        """What the handler did, in order."""
        return [row.about for row in self.rows(heard)]

    def claimed(self) -> list[int]:
        """The numbers received, in order."""
        return sorted(row.seq for row in self.rows(received_events))

    def aside(self) -> Mapping[UUID, Row[Any]]:
        """What waits or is parked, by id."""
        return {row.event_id: row for row in self.rows(waiting_events)}

    def reasons(self) -> list[str]:
        """Why messages are parked, the code before the first colon of each."""
        parked = [row for row in self.rows(waiting_events) if row.parked_at is not None]
        return sorted(row.reason.split(":")[0] for row in parked)


def take_lease(running: Running) -> Lease | None:
    """The lease that belongs to the kind of database."""
    if running.engine.dialect.name == "sqlite":
        return FileLease.take(running, running.settings.lock_dir or Path())
    return PostgresLease.take(running.engine)


def open_toy(service: Service, engine: Engine, *, folder: Path, clock: Clock) -> Toy:
    """The service over an empty database."""
    with engine.begin() as connection:
        create_tables(connection)
    settings = Settings(
        mode=Mode.EMBEDDED,
        deployment=DEPLOYMENT,
        database_url=engine.url.render_as_string(hide_password=False),
        broker_url="",
        jwks={"keys": []},
        lock_dir=folder,
    )
    return Toy(Running(service=service, engine=engine, settings=settings), clock)


def create_tables(connection: Connection) -> None:
    """The kernel's and the toy's, all empty."""
    for metadata in (kernel, tables):
        metadata.create_all(connection)
        for table in metadata.sorted_tables:
            connection.execute(delete(table))


def batch(*forms: str, start: int = 1) -> list[Envelope]:
    """An attendance of each form, numbered in order."""
    return [envelope(attendance(form), seq=seq) for seq, form in enumerate(forms, start)]


def about(*said: Envelope) -> list[UUID]:
    """What the handler should have written for these."""
    return [UUID(one.subject) for one in said]


def aside(message: Delivery, *, event_id: UUID) -> inbox.Aside:
    """The message as an earlier worker put it aside."""
    return inbox.Aside(event_id=event_id, routing_key=message.routing_key, body=message.body, reason="once")


def with_handler(toy: Toy, handler: Handler) -> Toy:
    """The same toy, where attendance is handled so."""
    service = replace(toy.running.service, handlers={AttendanceConfirmed: handler})
    toy.running = replace(toy.running, service=service)
    return toy


Toys = Callable[[Service], Toy]
"""Opens a toy service; each has a database of its own."""
