"""Celery, set to lose nothing: acknowledged after the commit, confirmed publishes, a quorum queue."""

from collections.abc import Iterable, Mapping
from typing import Any

from celery import Celery

from tests.bench.peers.store import BROKER, QUEUE, credit

app = Celery("with_celery", broker=BROKER)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue=QUEUE.format("celery"),
    task_default_queue_type="quorum",
    task_default_exchange_type="topic",
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    worker_detect_quorum_queues=True,
)


@app.task(name="credit")
def credit_one(message: Mapping[str, Any]) -> None:
    """The consumer: `celery -A tests.bench.peers.with_celery worker`."""
    credit(message)


def publish(messages: Iterable[Mapping[str, Any]]) -> None:
    """One after the other, each confirmed."""
    for message in messages:
        credit_one.delay(message)
