"""A broker that keeps its promises and no more: it loses, repeats, delays, reorders as the weather says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.bus import BusLost, Delivery, Message, PublishFailed, binding_keys
from shared.checkpoints import reached
from tests.simulation.chance import Clock, Weather

TAKEN_MAX = 12
DELAY_SECONDS_MAX = 90
COPIES_MAX = 3

Settled = Callable[[str, Sequence[Delivery]], None]
"""Told what a service is about to settle; raises when some of it is not safe in its database."""


@dataclass(slots=True)
class Lying:
    """A message in a queue."""

    message: Message
    ready_at: datetime
    redelivered: bool = False

    def delivery(self) -> Delivery:
        """As a consumer gets it."""
        return Delivery(
            routing_key=self.message.routing_key, body=self.message.body, redelivered=self.redelivered
        )


@dataclass(slots=True)
class SimulatedBus:
    """Implements `shared.bus.Bus`: one queue a service, everything at least once while the broker stands."""

    follows: Mapping[str, Sequence[str]]
    weather: Weather
    random: Random
    clock: Clock
    settled: Settled
    queues: dict[str, list[Lying]] = field(init=False)
    wipes: int = 0
    """How often the broker lost everything: a connection from before is broken."""

    def __post_init__(self) -> None:
        self.queues = {service: [] for service in self.follows}

    def publisher(self) -> "SimulatedPublisher":
        """See Bus."""
        return SimulatedPublisher(self)

    def inlet(self, service: str) -> "SimulatedInlet":
        """See Bus."""
        return SimulatedInlet(self, service)

    def wipe(self) -> None:
        """The broker's disk is gone; the topology is declared again, and is empty."""
        self.wipes += 1
        for queue in self.queues.values():
            queue.clear()

    def happens(self, chance: float) -> bool:
        """Whether it happens this time; draws nothing for what never happens."""
        return chance > 0 and self.random.random() < chance

    def route(self, message: Message) -> None:
        """Into every queue bound to it, unless the weather is against it."""
        bound = [service for service in self.queues if self._binds(service, message.routing_key)]
        if message.must_arrive and not bound:
            raise PublishFailed(f"no queue takes {message.routing_key}")
        for service in bound:
            self._put(service, message)

    def _binds(self, service: str, routing_key: str) -> bool:
        return any(matches(pattern, routing_key) for pattern in binding_keys(self.follows[service]))

    def _put(self, service: str, message: Message) -> None:
        if self.happens(self.weather.lost):
            return
        copies = self.random.randint(2, COPIES_MAX) if self.happens(self.weather.duplicated) else 1
        for _ in range(copies):
            delay = self.random.uniform(0, DELAY_SECONDS_MAX) if self.happens(self.weather.delayed) else 0.0
            ready_at = self.clock.now() + timedelta(seconds=delay)
            self.queues[service].append(Lying(message, ready_at))


def matches(pattern: str, routing_key: str) -> bool:
    """A topic binding of the two shapes we use: "directory.#" and "*.stream.gap.v1"."""
    if pattern.endswith(".#"):
        return routing_key.startswith(pattern.removesuffix("#"))
    first, _, rest = routing_key.partition(".")
    return bool(first) and pattern == f"*.{rest}"


class SimulatedPublisher:
    """Confirms what the broker took, or says that it does not know."""

    def __init__(self, bus: SimulatedBus) -> None:
        self._bus = bus

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher."""
        bus = self._bus
        if bus.happens(bus.weather.publish_refused):
            raise PublishFailed("connection refused")
        cut = bus.random.randint(0, len(messages)) if bus.happens(bus.weather.publish_cut) else None
        for message in messages[:cut]:
            bus.route(message)
        reached("relay.sent")
        if cut is not None:
            raise PublishFailed(f"connection lost, {cut} of {len(messages)} had arrived")

    def close(self) -> None:
        """Nothing to drop."""


class SimulatedInlet:
    """One consumer's connection to its service's queue."""

    def __init__(self, bus: SimulatedBus, service: str) -> None:
        self._bus, self._service = bus, service
        self._unsettled: list[Lying] = []
        self._wipes = bus.wipes

    def take(self, *, wait_seconds: float) -> Sequence[Delivery]:
        """See Inlet; never waits, time only moves when it is told to."""
        del wait_seconds
        self._check_connected()
        if self._bus.happens(self._bus.weather.torn):
            self._lose("while taking")
        taken = self._ready()
        self._unsettled += taken
        return [one.delivery() for one in taken]

    def _ready(self) -> list[Lying]:
        bus = self._bus
        queue = bus.queues[self._service]
        ready = [one for one in queue if one.ready_at <= bus.clock.now()]
        if not ready:
            return []
        if bus.happens(bus.weather.shuffled):
            bus.random.shuffle(ready)
        taken = ready[: bus.random.randint(1, TAKEN_MAX)]
        held = {id(one) for one in taken}
        queue[:] = [one for one in queue if id(one) not in held]
        return taken

    def settle(self) -> None:
        """See Inlet; when the connection breaks, the broker may or may not have heard."""
        self._bus.settled(self._service, [one.delivery() for one in self._unsettled])
        self._check_connected()
        torn = self._bus.happens(self._bus.weather.torn)
        if torn and self._bus.random.random() < 0.5:
            self._lose("before the acknowledgement")
        self._unsettled = []
        if torn:
            self._lose("after the acknowledgement")

    def close(self) -> None:
        """See Inlet."""
        if self._wipes == self._bus.wipes:
            for one in self._unsettled:
                one.redelivered = True
            self._bus.queues[self._service][:0] = self._unsettled
        self._unsettled = []
        self._wipes = self._bus.wipes

    def _check_connected(self) -> None:
        if self._wipes != self._bus.wipes:
            self._lose("the broker went away")

    def _lose(self, when: str) -> None:
        self.close()
        raise BusLost(when)
