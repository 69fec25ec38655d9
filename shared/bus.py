"""The broker, known to this module alone: publish until confirmed, take what is there, then settle."""

import select
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from queue import Empty
from socket import TCP_USER_TIMEOUT
from typing import Any, Protocol
from uuid import uuid4

from kombu import Connection, Exchange, Queue

from shared.checkpoints import reached
from shared.events.batches import packed, unpacked
from shared.events.codec import CONTENT_TYPE
from shared.events.signals import StreamGap

EXCHANGE = "yanxun.events"
CONFIRM_TIMEOUT_SECONDS = 10.0
CONNECT_TIMEOUT_SECONDS = CONFIRM_TIMEOUT_SECONDS
"""A broker that is only out of breath may greet as late as it may confirm."""
HEARTBEAT_SECONDS = 10
WINDOW_MAX = 500
"""Unconfirmed messages in flight: measured, more gains nothing."""
WINDOW_BYTES_MAX = 4_000_000
PREFETCH = 16
"""Messages taken and not settled; each may carry a batch of events."""
GATHERED_MAX = 512
"""Events at which a worker stops gathering and begins to handle."""
GATHER_SECONDS = 0.05
"""The longest a batch grows while messages keep coming in."""
FRAME_SECONDS = 1.0
"""How long the rest of a frame may take once it has begun to arrive."""
PERSISTENT = 2
URGENT_SUBJECT = "access"
"""What is said of this comes in a queue of its own as well, so that no backlog delays it."""


class PublishFailed(Exception):
    """Whether the messages arrived is not known: mark nothing, publish them again over a new connection."""


class BusLost(Exception):
    """The connection is gone; whatever was taken and not settled will be delivered again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is published. A fact must reach a queue; a signal may find nobody."""

    routing_key: str
    body: bytes
    must_arrive: bool = True
    content_type: str = CONTENT_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was taken. `redelivered` says that somebody took it before and did not settle it."""

    routing_key: str
    body: bytes
    redelivered: bool = False


class Publisher(Protocol):
    """Sends messages; returns only when the broker has taken every one."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Raises PublishFailed when in doubt about any of them."""

    def close(self) -> None:
        """Drop the connection."""


class Inlet(Protocol):
    """Takes a service's deliveries; they stay the broker's until settled."""

    def take(self, *, wait_seconds: float) -> Sequence[Delivery]:
        """What is there now; waits that long for the first. Raises BusLost."""

    def settle(self) -> None:
        """All that was taken is safe in the database: the broker may forget it. Raises BusLost."""

    def close(self) -> None:
        """Drop the connection; what is not settled comes back."""


class Bus(Protocol):
    """Makes publishers and inlets: one of each a thread, made after a fork."""

    def publisher(self) -> Publisher:
        """A new publisher."""

    def inlet(self, service: str) -> Inlet:
        """A new inlet on a service's queue."""


def binding_keys(follows: Iterable[str]) -> tuple[str, ...]:
    """What a service's queue is bound to: the streams it follows, and everybody's requests for a replay."""
    return (*(f"{producer}.#" for producer in follows), f"*.{StreamGap.KIND}")


def urgent_queue(service: str) -> str:
    """Where a service hears what must not wait behind anything."""
    return f"{service}.{URGENT_SUBJECT}"


def urgent_keys(follows: Iterable[str]) -> tuple[str, ...]:
    """What that queue is bound to."""
    return tuple(f"{producer}.{URGENT_SUBJECT}.#" for producer in follows)


# --- RabbitMQ -------------------------------------------------------------------------------------------


def _connect(url: str) -> Connection:
    """A connection on which nothing waits for ever, neither a write nor the answer to a new channel."""
    connection = Connection(
        url,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
        # The library's one second would cut off whoever publishes to a broker that is only out of breath.
        transport_options={"socket_settings": {TCP_USER_TIMEOUT: int(CONFIRM_TIMEOUT_SECONDS * 1_000)}},
    )
    connection.connect()
    opened = connection.connection
    opened.sock.settimeout(CONFIRM_TIMEOUT_SECONDS)
    # With this on, each publish first reads without a timeout: in the middle of a frame that spins for ever.
    opened.client_properties.get("capabilities", {}).pop("connection.blocked", None)
    return connection


def _drop(connection: Connection | None) -> None:
    """Close without a word to the broker: after any doubt the channel must never be used again."""
    if connection is not None:
        connection.collect(socket_timeout=0.1)


class ConfirmWindow:
    """Publishes on one channel and waits for the confirms of exactly these delivery tags.

    The library's own confirmed publish takes any ack for its own: after one timeout, a late ack of an old
    message would pay for a new one that the broker never saw.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self._last_tag = 0
        self._waiting: set[int] = set()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._taken)
        channel.events["basic_nack"].add(self._refused)
        channel.events["basic_return"].add(self._returned)

    def send(self, message: Message) -> None:
        """Hand one message to the broker without waiting for it."""
        prepared = self._channel.prepare_message(
            message.body,
            content_type=message.content_type,
            content_encoding="utf-8",
            properties={"delivery_mode": PERSISTENT},
        )
        self._last_tag += 1
        self._waiting.add(self._last_tag)
        # The channel's own `basic_publish` may have been swapped for the confirming one; this one only sends.
        self._channel._basic_publish(  # noqa: SLF001  see above
            prepared, exchange=EXCHANGE, routing_key=message.routing_key, mandatory=message.must_arrive
        )

    def flush(self) -> None:
        """Wait until every message sent so far is confirmed."""
        deadline = time.monotonic() + CONFIRM_TIMEOUT_SECONDS
        while self._waiting:
            left = deadline - time.monotonic()
            if left <= 0:
                raise PublishFailed(f"{len(self._waiting)} messages not confirmed in time")
            # A frame at a time: until a message came, every heartbeat would start the wait anew.
            self._channel.connection.blocking_read(left)

    def _taken(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  the library calls it so
        self._waiting -= {waiting for waiting in self._waiting if waiting <= tag} if multiple else {tag}

    def _refused(self, tag: int, multiple: bool) -> None:  # noqa: FBT001  the library calls it so
        raise PublishFailed(f"the broker refused message {tag} (multiple: {multiple})")

    def _returned(self, *returned: object) -> None:
        _, _, routing_key, _ = returned
        raise PublishFailed(f"no queue takes {routing_key}")


def _windows(messages: Sequence[Message]) -> Iterable[Sequence[Message]]:
    """The messages in order, bounded by count and by bytes."""
    window: list[Message] = []
    weight = 0
    for message in messages:
        if window and (len(window) >= WINDOW_MAX or weight + len(message.body) > WINDOW_BYTES_MAX):
            yield window
            window, weight = [], 0
        window.append(message)
        weight += len(message.body)
    if window:
        yield window


def _packed(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages in order; neighbours that go the same way travel together."""
    for (key, must_arrive), neighbours in groupby(messages, attrgetter("routing_key", "must_arrive")):
        for body, content_type in packed([one.body for one in neighbours]):
            yield Message(routing_key=key, body=body, must_arrive=must_arrive, content_type=content_type)


class RabbitPublisher:
    """One connection and channel in confirm mode; both are dropped after any doubt."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._window: ConfirmWindow | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher."""
        try:
            window = self._ready()
            for part in _windows(list(_packed(messages))):
                for message in part:
                    window.send(message)
                reached("relay.sent")
                window.flush()
        except PublishFailed:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise PublishFailed(f"{type(error).__name__}: {error}") from error

    def _ready(self) -> ConfirmWindow:
        if self._connection is not None and self._window is not None:
            self._connection.heartbeat_check()
            return self._window
        self._connection = _connect(self._url)
        self._window = ConfirmWindow(self._connection.channel())
        return self._window

    def close(self) -> None:
        """See Publisher."""
        _drop(self._connection)
        self._connection = self._window = None


class RabbitInlet:
    """One connection that only consumes; callbacks do nothing but fill a buffer."""

    def __init__(self, url: str, service: str) -> None:
        self._url, self._service = url, service
        self._connection: Any = None
        self._channel: Any = None
        self._buffer: list[Delivery] = []
        self._last_tag: int | None = None

    def take(self, *, wait_seconds: float) -> Sequence[Delivery]:
        """See Inlet."""
        try:
            self._ready()
            return self._gather(wait_seconds)
        except Exception as error:
            self.close()
            raise BusLost(f"{type(error).__name__}: {error}") from error

    def _ready(self) -> None:
        if self._connection is not None:
            self._connection.heartbeat_check()
            return
        self._connection = _connect(self._url)
        self._channel = self._connection.channel()
        self._channel.auto_decode = False
        self._channel.basic_qos(prefetch_size=0, prefetch_count=PREFETCH, a_global=False)
        # Each consumer has a prefetch of its own: what is urgent comes at once, however much else waits.
        for queue in (urgent_queue(self._service), self._service):
            self._channel.basic_consume(queue=queue, callback=self._note)

    def _note(self, message: Any) -> None:
        info = message.delivery_info
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        for event in unpacked(body, message.properties.get("content_type")):
            self._buffer.append(
                Delivery(routing_key=info["routing_key"], body=event, redelivered=bool(info["redelivered"]))
            )
        self._last_tag = info["delivery_tag"]

    def _gather(self, wait_seconds: float) -> Sequence[Delivery]:
        """Wait for the first; then go on while more is there, up to a full buffer or a long batch."""
        first_by = time.monotonic() + wait_seconds
        while not self._buffer and self._frame_came(first_by - time.monotonic()):
            pass
        last_by = time.monotonic() + GATHER_SECONDS
        while 0 < len(self._buffer) < GATHERED_MAX and time.monotonic() < last_by and self._frame_came(0.0):
            pass
        taken, self._buffer = self._buffer, []
        return taken

    def _frame_came(self, wait_seconds: float) -> bool:
        """Read one frame, if one comes in time; what has come of it when the time is over is kept.

        Never with a timeout of zero: the library then spins for ever on a frame whose rest does not come.
        """
        connection = self._channel.connection
        if wait_seconds <= 0 and not select.select([connection.sock], [], [], 0)[0]:
            return False
        try:
            connection.blocking_read(wait_seconds if wait_seconds > 0 else FRAME_SECONDS)
        except TimeoutError:
            return False
        return True

    def settle(self) -> None:
        """See Inlet."""
        tag, self._last_tag = self._last_tag, None
        if tag is None or self._channel is None:
            return
        try:
            self._channel.basic_ack(tag, multiple=True)
        except Exception as error:
            self.close()
            raise BusLost(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """See Inlet."""
        _drop(self._connection)
        self._connection = self._channel = self._last_tag = None
        self._buffer = []


@dataclass(frozen=True, slots=True)
class RabbitBus:
    """The county's broker. Its topology is declared by deploy, never by a service."""

    url: str

    def publisher(self) -> RabbitPublisher:
        """See Bus."""
        return RabbitPublisher(self.url)

    def inlet(self, service: str) -> RabbitInlet:
        """See Bus."""
        return RabbitInlet(self.url, service)


# --- in this process ------------------------------------------------------------------------------------


class MemoryBus:
    """kombu's in-process transport for the embedded mode: a carrier only, the outbox is the truth.

    It keeps its state in the process and loses it with the process, so each bus has names of its own, the
    whole topology is declared once before any thread starts, and nothing is acknowledged: what is lost shows
    as a gap.
    """

    def __init__(self, follows: Mapping[str, Sequence[str]]) -> None:
        self._prefix = f"{uuid4().hex}."
        self._exchange = self._prefix + EXCHANGE
        self._rings: dict[str, Callable[[], None]] = {}
        self._connection = Connection("memory://")
        channel = self._connection.channel()
        exchange = Exchange(self._exchange, type="topic")
        exchange(channel).declare()
        for service, producers in follows.items():
            queue = Queue(self._prefix + service)(channel)
            queue.queue_declare()
            for key in binding_keys(producers):
                queue.bind_to(exchange=exchange, routing_key=key)

    def wake(self, service: str, ring: Callable[[], None]) -> None:
        """Ring that bell whenever something was published."""
        self._rings[service] = ring

    def publisher(self) -> "MemoryPublisher":
        """See Bus."""
        return MemoryPublisher(self._connection.channel(), self._exchange, self._rings)

    def inlet(self, service: str) -> "MemoryInlet":
        """See Bus."""
        return MemoryInlet(self._connection.channel(), self._prefix + service)


class MemoryPublisher:
    """Puts messages into the queues of this process."""

    def __init__(self, channel: Any, exchange: str, rings: Mapping[str, Callable[[], None]]) -> None:
        self._channel, self._exchange, self._rings = channel, exchange, rings

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher."""
        for message in messages:
            prepared = self._channel.prepare_message(
                message.body, content_type=CONTENT_TYPE, content_encoding="binary", properties={}
            )
            self._channel.basic_publish(prepared, self._exchange, message.routing_key)
        reached("relay.sent")
        for ring in self._rings.values():
            ring()

    def close(self) -> None:
        """Nothing to drop."""


class MemoryInlet:
    """Takes from the one queue that a service has in this process."""

    def __init__(self, channel: Any, queue: str) -> None:
        self._channel, self._queue = channel, queue

    def take(self, *, wait_seconds: float) -> Sequence[Delivery]:
        """See Inlet; never waits, the embedded loop has its own bell."""
        del wait_seconds
        taken: list[Delivery] = []
        while len(taken) < GATHERED_MAX and (message := self._next()) is not None:
            key = message.delivery_info["routing_key"]
            taken.append(Delivery(routing_key=key, body=message.body))
        return taken

    def _next(self) -> Any:
        try:
            return self._channel.basic_get(self._queue, no_ack=True)
        except Empty:
            return None

    def settle(self) -> None:
        """Nothing is acknowledged here."""

    def close(self) -> None:
        """Nothing to drop."""
