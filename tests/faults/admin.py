"""Who may do everything at the broker: reads along, empties queues, publishes what others once published."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import TCP_USER_TIMEOUT
from typing import Any

from kombu import Connection

from deploy.broker import VHOST, password_hash
from shared.bus import EXCHANGE
from shared.events.batches import unpacked

NAME = PASSWORD = "admin-of-the-tests"
EVERYTHING = ".*"
BREATHLESS_SECONDS_MAX = 120
"""So long a broker may take nothing while tens of thousands of messages wait in it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """An event as the broker has it, whatever travelled with it."""

    routing_key: str
    body: bytes

    @property
    def is_signal(self) -> bool:
        """Whether it only says how far a stream reaches, or what is missing of one."""
        return ".stream." in self.routing_key


@dataclass(frozen=True, slots=True)
class Admin:
    """Signs in for every single thing it does, so that no fault can hurt its connection."""

    address: str

    def drain(self, queue: str) -> list[Letter]:
        """Take everything that waits in a queue."""
        with self._channel() as channel:
            return list(_all_of(channel, queue))

    def publish(self, letters: Iterable[Letter]) -> None:
        """Through the exchange, in this order: to everybody who follows its producer."""
        with self._channel() as channel:
            for letter in letters:
                message = channel.prepare_message(letter.body, properties={"delivery_mode": 2})
                channel.basic_publish(message, exchange=EXCHANGE, routing_key=letter.routing_key)

    @contextmanager
    def listening(self) -> Iterator[list[Letter]]:
        """Within, hear all that is published; the list is there afterwards."""
        heard: list[Letter] = []
        with self._channel() as channel:
            queue = channel.queue_declare(exclusive=True).queue
            channel.queue_bind(queue, EXCHANGE, "#")
            yield heard
            heard += _all_of(channel, queue)

    def waiting_in(self, queue: str) -> int:
        """How many messages, of one event or several, nobody has taken yet; fails where no queue answers."""
        with self._channel() as channel:
            return int(channel.queue_declare(queue, passive=True).message_count)

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        patient = {"socket_settings": {TCP_USER_TIMEOUT: BREATHLESS_SECONDS_MAX * 1_000}}
        url = f"amqp://{NAME}:{PASSWORD}@{self.address}/{VHOST}"
        with Connection(url, connect_timeout=10, transport_options=patient) as connection:
            channel = connection.channel()
            channel.auto_decode = False
            yield channel


def _all_of(channel: Any, queue: str) -> Iterator[Letter]:
    while (message := channel.basic_get(queue, no_ack=True)) is not None:
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        for event in unpacked(body, message.properties.get("content_type")):
            yield Letter(routing_key=message.delivery_info["routing_key"], body=event)


def events(letters: Sequence[Letter]) -> list[Letter]:
    """Those that are facts."""
    return [letter for letter in letters if not letter.is_signal]


def with_admin(definitions: Path) -> Path:
    """The county's definitions and one more user, who is there again after every wipe."""
    whole = json.loads(definitions.read_text(encoding="utf-8"))
    user = {
        "name": NAME,
        "password_hash": password_hash(PASSWORD),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "administrator",
    }
    rights = {"configure": EVERYTHING, "write": EVERYTHING, "read": EVERYTHING}
    whole["users"].append(user)
    whole["permissions"].append({"user": NAME, "vhost": VHOST, **rights})
    extended = definitions.with_name("rabbitmq_definitions_with_admin")
    extended.write_text(json.dumps(whole), encoding="utf-8")
    return extended
