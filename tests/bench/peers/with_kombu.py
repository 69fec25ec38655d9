"""kombu's own ConsumerMixin, as its documentation has it: prefetch 100, publishes confirmed one by one."""

from collections.abc import Iterable, Mapping
from typing import Any

import kombu
from kombu.mixins import ConsumerMixin

from tests.bench.peers.store import BROKER, QUEUE, QUORUM, credit

PREFETCH = 100
PERSISTENT = 2
queue = kombu.Queue(QUEUE.format("kombu"), durable=True, queue_arguments=QUORUM)


class Consumer(ConsumerMixin):  # type: ignore[misc]  # kombu's types are not followed
    """The consumer: this module, run as a program."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def get_consumers(self, Consumer: Any, channel: Any) -> list[Any]:  # noqa: N803  the name the library calls it by
        """One, on the one queue."""
        del channel
        return [Consumer([queue], callbacks=[self.take], accept=["json"], prefetch_count=PREFETCH)]

    def take(self, body: Mapping[str, Any], message: Any) -> None:
        """Commit, then acknowledge."""
        credit(body)
        message.ack()


def publish(messages: Iterable[Mapping[str, Any]]) -> None:
    """One after the other, each confirmed."""
    with kombu.Connection(BROKER, transport_options={"confirm_publish": True}) as connection:
        producer = connection.Producer(serializer="json")
        for message in messages:
            producer.publish(message, routing_key=queue.name, delivery_mode=PERSISTENT)


if __name__ == "__main__":
    with kombu.Connection(BROKER, heartbeat=30) as opened:
        Consumer(opened).run()
