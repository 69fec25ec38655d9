"""Each service may speak with its own voice only, and hear its own queue only: tried on a real RabbitMQ."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import pytest
from kombu import Connection

from deploy import broker
from deploy.servers import PrivateRabbit
from shared.bus import EXCHANGE, urgent_queue
from tests.fixtures_servers import VirtualHost, VirtualHosts, virtual_host

FOLLOWS = {
    "directory": (),
    "plans": ("activities", "directory"),
    "activities": ("directory", "plans"),
    "credits": ("activities", "directory"),
    "notify": ("activities", "credits", "directory"),
}
SERVICES = sorted(FOLLOWS)
QUEUES = [name for service in SERVICES for name in (service, urgent_queue(service))]
ACCESS_REFUSED = 403
PRECONDITION_FAILED = 406


@pytest.fixture(scope="module")
def county(rabbit_server: PrivateRabbit) -> VirtualHost:
    return virtual_host(rabbit_server, FOLLOWS)


@contextmanager
def channel_of(url: str) -> Iterator[Any]:
    with Connection(url, connect_timeout=10) as connection:
        yield connection.channel()


def publish(channel: Any, key: str, *, exchange: str = EXCHANGE, **properties: object) -> None:
    """Returns when the broker has taken it; raises what the broker answers."""
    channel.confirm_select()
    taken: list[int] = []
    channel.events["basic_ack"].add(lambda tag, _multiple: taken.append(tag))
    channel._basic_publish(amqp.Message("{}", **properties), exchange=exchange, routing_key=key)
    while not taken:
        channel.connection.drain_events(timeout=10)


def refusal_of(url: str, attempt: Callable[[Any], object]) -> int | None:
    """The reply code the broker closes the channel with, or None."""
    try:
        with channel_of(url) as channel:
            attempt(channel)
    except amqp.AMQPError as error:
        return int(error.reply_code)
    return None


def publishing(key: str) -> Callable[[Any], object]:
    return lambda channel: publish(channel, key)


def listening(queue: str) -> Callable[[Any], object]:
    return lambda channel: channel.basic_consume(queue, callback=lambda _message: None)


def test_a_service_publishes_its_own_family_and_no_other(county: VirtualHost) -> None:
    answers = {
        (speaker, family): refusal_of(
            county.url(speaker),
            publishing(f"{family}.thing.happened.v1"),
        )
        for speaker in SERVICES
        for family in SERVICES
    }

    assert answers == {
        (speaker, family): None if speaker == family else ACCESS_REFUSED
        for speaker in SERVICES
        for family in SERVICES
    }


def test_a_family_whose_name_only_begins_alike_is_foreign(county: VirtualHost) -> None:
    refused = refusal_of(county.url("plans"), lambda channel: publish(channel, "plansx.thing.happened.v1"))

    assert refused == ACCESS_REFUSED


def test_nobody_reaches_a_queue_past_the_exchange(county: VirtualHost) -> None:
    refused = refusal_of(county.url("notify"), lambda channel: publish(channel, "credits", exchange=""))

    assert refused == ACCESS_REFUSED


@pytest.mark.parametrize("exchange", ["amq.topic", "amq.direct", "amq.fanout"])
def test_nobody_publishes_to_an_exchange_of_the_broker_s_own(county: VirtualHost, exchange: str) -> None:
    attempt = refusal_of(
        county.url("notify"), lambda channel: publish(channel, "notify.thing.happened.v1", exchange=exchange)
    )

    assert attempt == ACCESS_REFUSED


def test_a_service_hears_its_own_queues_and_no_other(county: VirtualHost) -> None:
    answers = {
        (listener, queue): refusal_of(county.url(listener), listening(queue))
        for listener in SERVICES
        for queue in QUEUES
    }

    assert answers == {
        (listener, queue): None if queue in {listener, urgent_queue(listener)} else ACCESS_REFUSED
        for listener in SERVICES
        for queue in QUEUES
    }


def test_an_end_of_access_comes_in_a_queue_of_its_own_too(virtual_hosts: VirtualHosts) -> None:
    county = virtual_hosts(FOLLOWS)
    with channel_of(county.url("directory")) as channel:
        publish(channel, "directory.access.revoked.v1")

    with channel_of(county.admin_url) as channel:
        waiting = {queue: channel.queue_declare(queue, passive=True).message_count for queue in QUEUES}
    followers = [service for service in SERVICES if "directory" in FOLLOWS[service]]
    assert {queue for queue, count in waiting.items() if count} == {
        name for service in followers for name in (service, urgent_queue(service))
    }


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda channel: channel.queue_purge("credits"), id="empties another's queue"),
        pytest.param(lambda channel: channel.queue_delete("credits"), id="deletes another's queue"),
        pytest.param(lambda channel: channel.queue_delete("notify"), id="deletes its own queue"),
        pytest.param(lambda channel: channel.queue_declare("mine"), id="declares a queue"),
        pytest.param(lambda channel: channel.exchange_declare("mine", "topic"), id="declares an exchange"),
        pytest.param(lambda channel: channel.exchange_delete(EXCHANGE), id="deletes the exchange"),
        pytest.param(
            lambda channel: channel.queue_bind("notify", EXCHANGE, "plans.#"),
            id="listens to a further stream",
        ),
        pytest.param(
            lambda channel: channel.queue_unbind("credits", EXCHANGE, "activities.#"), id="makes another deaf"
        ),
    ],
)
def test_a_service_changes_nothing_about_the_broker(
    county: VirtualHost, attempt: Callable[[Any], object]
) -> None:
    assert refusal_of(county.url("notify"), attempt) == ACCESS_REFUSED


def test_a_service_cannot_speak_in_another_s_name(county: VirtualHost) -> None:
    refused = refusal_of(
        county.url("plans"), lambda channel: publish(channel, "plans.thing.happened.v1", user_id="credits")
    )

    assert refused == PRECONDITION_FAILED


def test_a_service_of_another_county_on_the_node_does_not_get_in(
    county: VirtualHost, virtual_hosts: VirtualHosts
) -> None:
    stranger = virtual_hosts({"supervision": ()})

    refused = refusal_of(
        stranger.url("supervision").replace(stranger.name, county.name),
        lambda channel: channel.queue_purge("credits"),
    )

    assert refused in {ACCESS_REFUSED, 530}


def test_what_is_said_reaches_those_who_follow_and_a_gap_reaches_everybody(
    virtual_hosts: VirtualHosts,
) -> None:
    county = virtual_hosts(FOLLOWS)
    with channel_of(county.url("activities")) as channel:
        publish(channel, "activities.attendance.confirmed.v1")
    with channel_of(county.url("notify")) as channel:
        publish(channel, "notify.stream.gap.v1")

    with channel_of(county.admin_url) as channel:
        waiting = {queue: channel.queue_declare(queue, passive=True).message_count for queue in SERVICES}
    assert waiting == {"directory": 1, "plans": 2, "activities": 1, "credits": 2, "notify": 2}


def test_a_queue_stays_and_says_its_kind() -> None:
    made = json.loads(broker.definitions(follows=FOLLOWS, passwords=dict.fromkeys(FOLLOWS, "x")))

    assert [queue["name"] for queue in made["queues"]] == QUEUES
    assert all(
        queue["durable"] and queue["arguments"] == {"x-queue-type": "classic"} for queue in made["queues"]
    )


def test_a_definition_holds_no_password() -> None:
    made = broker.definitions(follows=FOLLOWS, passwords=dict.fromkeys(FOLLOWS, "a secret word"))

    assert "a secret word" not in made


def test_every_user_has_a_topic_permission() -> None:
    made = json.loads(broker.definitions(follows=FOLLOWS, passwords=dict.fromkeys(FOLLOWS, "x")))

    assert [row["user"] for row in made["topic_permissions"]] == [user["name"] for user in made["users"]]
    assert {row["exchange"] for row in made["topic_permissions"]} == {EXCHANGE}


def test_a_password_is_hashed_as_the_broker_s_manual_says() -> None:
    hashed = broker.password_hash("test12", salt=bytes.fromhex("908DC60A"))

    assert hashed == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
