"""Private, throw-away PostgreSQL and RabbitMQ on free ports, for the demonstration county and the tests."""

from deploy.servers.postgresql import PrivatePostgres, create_postgres, postgres
from deploy.servers.program import ProgramMissing, ServerFailed, free_port
from deploy.servers.rabbitmq import PrivateRabbit, create_rabbit, rabbit

__all__ = [
    "PrivatePostgres",
    "PrivateRabbit",
    "ProgramMissing",
    "ServerFailed",
    "create_postgres",
    "create_rabbit",
    "free_port",
    "postgres",
    "rabbit",
]
