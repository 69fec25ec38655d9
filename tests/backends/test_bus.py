"""The bus on a real RabbitMQ: nothing is said to have arrived that has not, and nothing taken is lost."""

import json
import time
from collections.abc import Iterator
from itertools import cycle

import pytest
from kombu import Connection, Exchange, Queue

from shared import bus
from shared.bus import (
    EXCHANGE,
    GATHERED_MAX,
    PREFETCH,
    BusLost,
    Delivery,
    Inlet,
    Message,
    PublishFailed,
    RabbitBus,
)
from shared.events.batches import BATCH_CONTENT_TYPE, BATCHED_BYTES_MAX, BATCHED_MAX, UNPACKED_MAX
from tests.backends.black_hole import BlackHole, black_hole
from tests.fixtures_servers import VirtualHost, VirtualHosts

FOLLOWS = {"activities": (), "credits": ("activities",)}
KEY = "activities.attendance.confirmed.v1"


@pytest.fixture
def host(virtual_hosts: VirtualHosts) -> VirtualHost:
    """A broker where credits follows activities."""
    return virtual_hosts(FOLLOWS)


@pytest.fixture
def inlet(host: VirtualHost) -> Iterator[Inlet]:
    """The one of credits."""
    opened = RabbitBus(host.url("credits")).inlet("credits")
    yield opened
    opened.close()


def messages(*bodies: str, key: str = KEY) -> list[Message]:
    """As JSON, like all that is published."""
    return [Message(routing_key=key, body=json.dumps(body).encode()) for body in bodies]


def take_all(inlet: Inlet, *, most: int) -> list[Delivery]:
    """Everything up to that many, without settling."""
    taken: list[Delivery] = []
    while len(taken) < most and (more := inlet.take(wait_seconds=2)):
        taken += more
    return taken


def bodies(deliveries: list[Delivery]) -> list[str]:
    return [json.loads(one.body) for one in deliveries]


# --- publishing ------------------------------------------------------------------------------------------


def test_what_is_confirmed_is_there_in_order(host: VirtualHost) -> None:
    publisher, inlet = (
        RabbitBus(host.url("activities")).publisher(),
        RabbitBus(host.url("credits")).inlet("credits"),
    )
    said = [str(number) for number in range(5 * BATCHED_MAX)]

    publisher.publish(messages(*said))

    taken = take_all(inlet, most=len(said))
    assert bodies(taken) == said
    assert {(one.routing_key, one.redelivered) for one in taken} == {(KEY, False)}
    publisher.close()
    inlet.close()


def test_more_than_a_window_is_confirmed_too(host: VirtualHost) -> None:
    publisher = RabbitBus(host.url("activities")).publisher()

    publisher.publish(alone(*[str(number) for number in range(bus.WINDOW_MAX * 2 + 1)]))
    publisher.publish(messages("x" * 1_500_000, "y" * 1_500_000, "z" * 1_500_000))

    assert depth(host) == bus.WINDOW_MAX * 2 + 4
    publisher.close()


def alone(*said: str) -> list[Message]:
    """Such as travel alone: each goes another way than its neighbour."""
    ways = cycle((KEY, "activities.attendance.revoked.v1"))
    return [message for one in said for message in messages(one, key=next(ways))]


def test_neighbours_that_go_the_same_way_travel_together_and_are_taken_one_by_one(
    host: VirtualHost, inlet: Inlet
) -> None:
    said = [str(number) for number in range(BATCHED_MAX + 2)]
    heavy = "x" * BATCHED_BYTES_MAX
    publisher = RabbitBus(host.url("activities")).publisher()

    publisher.publish([*messages(*said), *messages("other", key="activities.a.b.v1"), *messages("c", heavy)])

    assert depth(host) == 2 + 1 + 2
    assert bodies(take_all(inlet, most=len(said) + 3)) == [*said, "other", "c", heavy]
    publisher.close()


def test_a_signal_does_not_share_the_fate_of_a_fact(host: VirtualHost) -> None:
    """It may find nobody; what travels with a fact must arrive."""
    publisher = RabbitBus(host.url("credits")).publisher()
    signal = Message(routing_key="credits.x.y.v1", body=b"{}", must_arrive=False)

    publisher.publish([signal, signal])
    with pytest.raises(PublishFailed, match="no queue takes"):
        publisher.publish([signal, *messages("a fact", key=signal.routing_key)])

    publisher.close()


def test_what_calls_itself_a_batch_and_is_none_is_taken_whole(host: VirtualHost, inlet: Inlet) -> None:
    said = [b"[{]", b"[]", b"{}", b"\xff", b"[" + b"0," * UNPACKED_MAX + b"0]"]
    with Connection(host.admin_url) as connection:
        channel = connection.channel()
        for body in [*said, b"[1, 2]"]:
            message = channel.prepare_message(body, content_type=BATCH_CONTENT_TYPE)
            channel.basic_publish(message, exchange=EXCHANGE, routing_key=KEY)

    assert [one.body for one in take_all(inlet, most=len(said) + 2)] == [*said, b"1", b"2"]


def test_a_fact_that_no_queue_takes_is_a_failure(host: VirtualHost) -> None:
    """Without `mandatory` the broker confirms it and throws it away (FACT6)."""
    publisher = RabbitBus(host.url("credits")).publisher()

    with pytest.raises(PublishFailed, match=r"no queue takes credits\.hours\.accrued\.v1"):
        publisher.publish(messages("nobody follows credits here", key="credits.hours.accrued.v1"))
    publisher.publish([Message(routing_key="credits.stream.head.v1", body=b"{}", must_arrive=False)])

    publisher.close()


def test_a_key_one_may_not_write_is_reported_at_once_and_the_next_message_is_sent(host: VirtualHost) -> None:
    """Unconfirmed, the forbidden one is lost silently and the next, legitimate one raises instead (FACT5)."""
    publisher = RabbitBus(host.url("activities")).publisher()

    with pytest.raises(PublishFailed, match="ACCESS_REFUSED"):
        publisher.publish(messages("forged", key="directory.school.opened.v1"))
    publisher.publish(messages("ours"))

    assert depth(host) == 1
    publisher.close()


def test_a_message_the_broker_refuses_is_a_failure(host: VirtualHost) -> None:
    with Connection(host.admin_url) as connection:
        arguments = {"x-max-length": 0, "x-overflow": "reject-publish"}
        full = Queue("full", durable=True, queue_arguments=arguments)
        bound = full(connection.channel())
        bound.queue_declare()
        bound.bind_to(exchange=Exchange(EXCHANGE, type="topic"), routing_key="activities.#")
    publisher = RabbitBus(host.url("activities")).publisher()

    with pytest.raises(PublishFailed, match="refused"):
        publisher.publish(messages("too many"))

    publisher.close()


def test_a_broker_that_is_not_there_is_a_failure_and_no_more() -> None:
    nowhere = RabbitBus("amqp://guest:guest@127.0.0.1:9//")

    with pytest.raises(PublishFailed):
        nowhere.publisher().publish(messages("hello"))
    with pytest.raises(BusLost):
        nowhere.inlet("credits").take(wait_seconds=0)


# --- taking ----------------------------------------------------------------------------------------------


@pytest.fixture
def _three_messages(host: VirtualHost) -> None:
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(messages("a", "b", "c"))
    publisher.close()


@pytest.mark.usefixtures("_three_messages")
def test_what_is_settled_does_not_come_back(inlet: Inlet) -> None:
    assert len(take_all(inlet, most=3)) == 3
    inlet.settle()
    inlet.close()

    assert inlet.take(wait_seconds=0.5) == []


@pytest.mark.usefixtures("_three_messages")
def test_what_is_not_settled_comes_back_marked_and_in_order(inlet: Inlet) -> None:
    assert len(take_all(inlet, most=3)) == 3
    inlet.close()

    again = take_all(inlet, most=3)

    assert bodies(again) == ["a", "b", "c"]
    assert all(one.redelivered for one in again)


@pytest.mark.usefixtures("_three_messages")
def test_settling_covers_what_was_taken_and_nothing_else(host: VirtualHost, inlet: Inlet) -> None:
    take_all(inlet, most=3)
    inlet.settle()
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(messages("d"))
    publisher.close()
    assert bodies(take_all(inlet, most=1)) == ["d"]
    inlet.close()

    assert bodies(take_all(inlet, most=1)) == ["d"]


def test_no_more_is_taken_than_can_be_handled(host: VirtualHost, inlet: Inlet) -> None:
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(alone(*[str(number) for number in range(PREFETCH + 10)]))
    publisher.close()

    unsettled = take_all(inlet, most=PREFETCH)

    assert inlet.take(wait_seconds=0.5) == []
    inlet.settle()
    assert len(unsettled) == PREFETCH
    assert len(take_all(inlet, most=10)) == 10


def test_a_worker_handles_when_it_has_gathered_enough(host: VirtualHost, inlet: Inlet) -> None:
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(messages(*[str(number) for number in range(2 * GATHERED_MAX)]))
    publisher.close()

    longest = max(len(inlet.take(wait_seconds=1)) for _ in range(3))

    assert longest <= GATHERED_MAX + BATCHED_MAX - 1


def test_a_queue_that_vanished_is_a_lost_bus(host: VirtualHost, inlet: Inlet) -> None:
    inlet.take(wait_seconds=0)
    with Connection(host.admin_url) as connection:
        connection.channel().queue_delete("credits")

    with pytest.raises(BusLost):
        [inlet.take(wait_seconds=1) for _ in range(3)]


# --- a network that goes dark ----------------------------------------------------------------------------


@pytest.fixture
def dark_road(host: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlackHole]:
    """The way to the broker; patience is short, so that the test is."""
    monkeypatch.setattr(bus, "HEARTBEAT_SECONDS", 2)
    monkeypatch.setattr(bus, "CONFIRM_TIMEOUT_SECONDS", 1.0)
    with black_hole("127.0.0.1", host.server.port) as hole:
        yield hole


def through(hole: BlackHole, host: VirtualHost, service: str) -> RabbitBus:
    """The same broker by that way."""
    return RabbitBus(host.url(service).replace(f":{host.server.port}/", f":{hole.port}/"))


def test_a_consumer_in_the_dark_notices_and_takes_everything_afterwards(
    host: VirtualHost, dark_road: BlackHole
) -> None:
    """Without heartbeats it waits for ever, alive and without an error (FACT9)."""
    inlet = through(dark_road, host, "credits").inlet("credits")
    assert inlet.take(wait_seconds=0.1) == []
    dark_road.dark.set()
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(messages("swallowed"))
    publisher.close()

    noticed_after = seconds_until_lost(inlet)
    dark_road.dark.clear()

    assert noticed_after < 3 * 2 + 2
    assert bodies(take_patiently(inlet)) == ["swallowed"]
    inlet.close()


def seconds_until_lost(inlet: Inlet) -> float:
    """How long it takes to see that nobody answers; 30 when it never does."""
    begun = time.monotonic()
    while time.monotonic() - begun < 30:
        try:
            inlet.take(wait_seconds=0.5)
        except BusLost:
            break
    return time.monotonic() - begun


def take_patiently(inlet: Inlet) -> list[Delivery]:
    """What comes within some seconds; the broker must first see that the old connection is dead."""
    for _ in range(40):
        if taken := inlet.take(wait_seconds=0.5):
            return list(taken)
    return []


def test_a_publisher_in_the_dark_fails_and_sends_over_a_new_connection_afterwards(
    host: VirtualHost, dark_road: BlackHole
) -> None:
    publisher = through(dark_road, host, "activities").publisher()
    publisher.publish(messages("before"))
    dark_road.dark.set()

    with pytest.raises(PublishFailed):
        publisher.publish(messages("swallowed"))
    dark_road.dark.clear()
    publisher.publish(messages("after"))

    assert depth(host) == 2
    publisher.close()


def depth(host: VirtualHost) -> int:
    """How many messages wait for credits."""
    with Connection(host.admin_url) as connection:
        return int(connection.channel().queue_declare("credits", passive=True).message_count)


def test_declaring_twice_changes_nothing(host: VirtualHost) -> None:
    publisher = RabbitBus(host.url("activities")).publisher()
    publisher.publish(messages("before"))

    host.declare(FOLLOWS)
    publisher.publish(messages("after"))

    assert depth(host) == 2
    publisher.close()
