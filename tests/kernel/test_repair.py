"""Whatever the transport loses comes back from the outbox, and is handled once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.bus import Bus, Inlet, MemoryBus, Message, PublishFailed
from shared.events.codec import Envelope
from shared.inbox import GAP_PATIENCE
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream_positions, waiting_events
from shared.relay import SIGNAL_EVERY, Relay
from shared.worker import Worker
from tests.kernel.toy import ACTIVITIES, CREDITS, FOLLOWS, NOTIFY, Clock, Toy, Toys, attendance

DELIVERED_SECONDS_MAX = 0.2
"""A broker hands over a confirmed message within a moment, not at once."""
ROUNDS_MAX = 60


@dataclass(slots=True)
class Lossy:
    """A publisher in front of the true one that loses facts by their number, once each."""

    through: Any
    loses: set[int]
    lost: list[int] = field(default_factory=list)

    def publish(self, messages: Sequence[Message]) -> None:
        """See Publisher; the broker said yes to every one of them."""
        numbers = [Envelope.decode(message.body).seq for message in messages]
        self.through.publish(
            [message for message, seq in zip(messages, numbers, strict=True) if seq not in self.loses]
        )
        # Only now: what was not confirmed is published again, and to be lost again.
        gone = self.loses.intersection(numbers)
        self.loses -= gone
        self.lost += gone

    def close(self) -> None:
        """See Publisher."""
        self.through.close()


@dataclass(slots=True)
class Side:
    """A toy service with relay and worker on a true bus."""

    toy: Toy
    relay: Relay
    worker: Worker

    def turn(self, *, wait_seconds: float) -> int:
        """One step of each; what a busy broker does not confirm in time stays, for the next turn."""
        try:
            left = self.relay.step(now=self.toy.clock())
        except PublishFailed:
            left = 1
        return left + self.worker.step(clock=self.toy.clock, wait_seconds=wait_seconds)


@dataclass(slots=True)
class County:
    """The toy services together: activities says, credits hears and says on, notify hears."""

    sides: Sequence[Side]
    clock: Clock
    wait_seconds: float

    def settle(self) -> None:
        """Until nothing moves."""
        for _ in range(ROUNDS_MAX):
            if not sum(side.turn(wait_seconds=self.wait_seconds) for side in self.sides):
                return
        raise AssertionError("it never comes to rest")

    def heal(self) -> None:
        """Long enough that each stream says its head, a gap shows, is asked for, and is answered."""
        for _ in range(5):
            self.settle()
            self.clock.advance(seconds=(SIGNAL_EVERY + GAP_PATIENCE).total_seconds())
        self.settle()


@pytest.fixture
def lossy() -> Lossy:
    """What activities publishes through; a test says what it loses."""
    return Lossy(through=None, loses=set())


@pytest.fixture
def county(toys: Toys, bus: Bus, backend: str, clock: Clock, lossy: Lossy) -> County:
    """All three on one bus."""
    lossy.through = bus.publisher()
    sides = []
    for service in (ACTIVITIES, CREDITS, NOTIFY):
        toy = toys(service)
        inlet: Inlet = bus.inlet(service.name)
        publisher = lossy if service is ACTIVITIES else bus.publisher()
        toy.stack.callback(publisher.close)
        toy.stack.callback(inlet.close)
        sides.append(Side(toy, toy.relay(publisher), toy.worker(inlet)))
    return County(sides, clock, 0 if backend == "embedded" else DELIVERED_SECONDS_MAX)


def test_what_is_said_is_heard_and_said_on(county: County) -> None:
    activities, credits, notify = (side.toy for side in county.sides)
    said = [attendance() for _ in range(5)]
    activities.say(*said)

    county.settle()

    assert credits.heard() == [event.activity_id for event in said]
    assert notify.claimed() == [1, 2, 3, 4, 5]
    assert all(side.toy.rows(waiting_events) == [] for side in county.sides)
    assert all(row.published_at for row in activities.rows(outbox_table))


@pytest.mark.parametrize("loses", [{5}, {1, 2, 3, 4, 5}, {2, 4}])
def test_what_the_transport_lost_is_asked_for_and_handled_once(
    county: County, lossy: Lossy, loses: set[int]
) -> None:
    activities, credits, _ = (side.toy for side in county.sides)
    lossy.loses |= loses
    said = [attendance() for _ in range(5)]
    activities.say(*said)

    county.settle()
    heard_at_first = len(credits.heard())
    county.heal()

    assert sorted(lossy.lost) == sorted(loses)
    assert heard_at_first == 5 - len(loses)
    assert sorted(credits.heard()) == sorted(event.activity_id for event in said)
    assert credits.claimed() == [1, 2, 3, 4, 5]
    (position,) = credits.rows(stream_positions)
    assert (position.contiguous, position.behind_since) == (5, None)


def test_the_transports_of_one_process_are_apart() -> None:
    """The in-process transport keeps its queues for the whole process (FACT7)."""
    one, other = MemoryBus(FOLLOWS), MemoryBus(FOLLOWS)

    one.publisher().publish([Message(routing_key="activities.a.b.v1", body=b"{}")])

    assert other.inlet("credits").take(wait_seconds=0) == []
    assert [found.body for found in one.inlet("credits").take(wait_seconds=0)] == [b"{}"]
    assert one.inlet("credits").take(wait_seconds=0) == []


def test_bytes_cross_the_in_process_transport_as_they_are() -> None:
    bus = MemoryBus(FOLLOWS)
    body = bytes(range(256))

    bus.publisher().publish([Message(routing_key="activities.a.b.v1", body=body)])

    (found,) = bus.inlet("credits").take(wait_seconds=0)
    assert (found.body, found.routing_key, found.redelivered) == (body, "activities.a.b.v1", False)
