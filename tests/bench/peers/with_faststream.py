"""FastStream, tuned: no log line a message, a large prefetch, publishes gathered; a failure comes back."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from faststream import AckPolicy, FastStream
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from psycopg_pool import AsyncConnectionPool

from tests.bench.peers.store import BALANCE, BROKER, DATABASE, LEDGER, QUEUE

PREFETCH = 500
GATHERED = 500
CONNECTIONS = 8

broker = RabbitBroker(BROKER, logger=None, default_channel=Channel(prefetch_count=PREFETCH))
app = FastStream(broker)
queue = RabbitQueue(QUEUE.format("faststream"), durable=True, queue_type=QueueType.QUORUM)
pool = AsyncConnectionPool(DATABASE, min_size=CONNECTIONS, max_size=CONNECTIONS, open=False)


@app.on_startup
async def open_pool() -> None:
    """Within the loop that uses it."""
    await pool.open()


@broker.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR)
async def credit_one(message: dict[str, Any]) -> None:
    """The consumer: this module, run as a program."""
    async with pool.connection() as connection:
        if (await connection.execute(LEDGER, message["data"])).rowcount:
            await connection.execute(BALANCE, message["data"])


def publish(messages: Sequence[Mapping[str, Any]]) -> None:
    """Many at a time, each confirmed."""

    async def send() -> None:
        async with RabbitBroker(BROKER, logger=None) as opened:
            for first in range(0, len(messages), GATHERED):
                part = messages[first : first + GATHERED]
                await asyncio.gather(*(opened.publish(one, queue, persist=True) for one in part))

    asyncio.run(send())


if __name__ == "__main__":
    asyncio.run(app.run())
