"""dramatiq with confirmed publishes; it acknowledges after the actor by itself."""

from collections.abc import Iterable, Mapping
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from tests.bench.peers.store import BROKER, QUEUE, credit

dramatiq.set_broker(RabbitmqBroker(url=BROKER, confirm_delivery=True))


@dramatiq.actor(queue_name=QUEUE.format("dramatiq"))
def credit_one(message: Mapping[str, Any]) -> None:
    """The consumer: `dramatiq tests.bench.peers.with_dramatiq`."""
    credit(message)


def publish(messages: Iterable[Mapping[str, Any]]) -> None:
    """One after the other, each confirmed."""
    for message in messages:
        credit_one.send(message)
