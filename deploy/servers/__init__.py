"""Private, throw-away PostgreSQL and RabbitMQ on free ports, for the demonstration county and the tests."""

from deploy.servers.postgresql import PrivatePostgres, postgres
from deploy.servers.program import ProgramMissing, free_port
from deploy.servers.rabbitmq import PrivateRabbit, rabbit

__all__ = ["PrivatePostgres", "PrivateRabbit", "ProgramMissing", "free_port", "postgres", "rabbit"]
