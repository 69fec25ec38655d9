"""RabbitMQ's topology and permissions, as the definitions it imports: two queues and one user a service."""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from shared.bus import EXCHANGE, binding_keys, urgent_keys, urgent_queue

VHOST = "yanxun"
QUEUE_ARGUMENTS: Mapping[str, Any] = {"x-queue-type": "classic"}
"""Said explicitly, since brokers differ in their default. On one node a durable classic queue survived every
kill; a quorum queue killed within a second of its declaration was lost for good."""
NOTHING = "^$"


def definitions(
    *, follows: Mapping[str, Sequence[str]], passwords: Mapping[str, str], vhost: str = VHOST
) -> str:
    """The whole broker as JSON, for `load_definitions` at its start or `rabbitmqctl import_definitions`.

    A node that loads definitions has no default user.
    """
    services = sorted(follows)
    whole = {
        "users": [_user(service, passwords[service]) for service in services],
        "vhosts": [{"name": vhost}],
        "permissions": [_permission(service, vhost) for service in services],
        "topic_permissions": [_topic_permission(service, vhost) for service in services],
        "exchanges": [_exchange(vhost)],
        "queues": [_queue(name, vhost) for service in services for name in (service, urgent_queue(service))],
        "bindings": [
            *(_binding(one, key, vhost) for one in services for key in binding_keys(follows[one])),
            *(
                _binding(urgent_queue(one), key, vhost)
                for one in services
                for key in urgent_keys(follows[one])
            ),
        ],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _user(service: str, password: str) -> dict[str, Any]:
    return {
        "name": service,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "",  # no management, no monitoring
    }


def password_hash(password: str, *, salt: bytes | None = None) -> str:
    """RabbitMQ's own format: base64 of four bytes of salt and the SHA-256 of salt and password."""
    salt = secrets.token_bytes(4) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _permission(service: str, vhost: str) -> dict[str, str]:
    """Declares nothing, writes to the exchange only, reads its own two queues only."""
    return {
        "user": service,
        "vhost": vhost,
        "configure": NOTHING,
        "write": f"^{re.escape(EXCHANGE)}$",
        "read": f"^({re.escape(service)}|{re.escape(urgent_queue(service))})$",
    }


def _topic_permission(service: str, vhost: str) -> dict[str, str]:
    """Publishes its own family of events only. Without any topic permission RabbitMQ would allow all."""
    return {
        "user": service,
        "vhost": vhost,
        "exchange": EXCHANGE,
        "write": rf"^{re.escape(service)}\.",
        "read": NOTHING,
    }


def _exchange(vhost: str) -> dict[str, Any]:
    return {
        "name": EXCHANGE,
        "vhost": vhost,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queue(name: str, vhost: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": dict(QUEUE_ARGUMENTS),
    }


def _binding(queue: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": EXCHANGE,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }
