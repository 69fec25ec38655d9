"""Real servers: one PostgreSQL and one RabbitMQ a run; a virtual host of its own a test."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from deploy import broker
from deploy.servers import PrivatePostgres, PrivateRabbit, create_postgres, create_rabbit

FOLDER = "YANXUN_TEST_SERVERS"
"""Names the run's folder; whoever finds it unset makes it, and removes the servers at the end."""
KINDS: Mapping[str, type[PrivatePostgres | PrivateRabbit]] = {
    "postgres": PrivatePostgres,
    "rabbit": PrivateRabbit,
}
OWNED = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the workers of a run comes here first; they inherit the variable."""
    if FOLDER not in os.environ:
        config.stash[OWNED] = Path(tempfile.mkdtemp(prefix="yanxun-run-"))
        os.environ[FOLDER] = str(config.stash[OWNED])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Only now is no worker left that could use them."""
    folder = config.stash.get(OWNED, None)
    if folder is None:
        return
    del os.environ[FOLDER]
    for kind in KINDS:
        found = _described(folder, kind)
        if found is not None:
            found.remove()
    shutil.rmtree(folder)


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """One process of the run at a time; the run's folder."""
    folder = Path(os.environ[FOLDER])
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder


def _described(folder: Path, kind: str) -> PrivatePostgres | PrivateRabbit | None:
    file = folder / f"{kind}.json"
    if not file.exists():
        return None
    facts = json.loads(file.read_text())
    return KINDS[kind](**facts | {"home": Path(facts["home"])})


def _describe(folder: Path, kind: str, server: PrivatePostgres | PrivateRabbit) -> None:
    (folder / f"{kind}.json").write_text(json.dumps(asdict(server) | {"home": str(server.home)}))


@pytest.fixture(scope="session")
def postgres_server() -> PrivatePostgres:
    """The PostgreSQL that all tests of this run share. A test that hurts a server starts one of its own."""
    with locked("postgres") as folder:
        found = _described(folder, "postgres")
        if isinstance(found, PrivatePostgres):
            return found
        server = create_postgres(durable=False)  # each test's database is gone after it
        _describe(folder, "postgres", server)  # first, so that a start that fails is cleared away too
        server.start()
        return server


@pytest.fixture(scope="session")
def rabbit_server() -> PrivateRabbit:
    """The RabbitMQ that all tests of this run share. A test that hurts a server starts one of its own."""
    with locked("rabbit") as folder:
        found = _described(folder, "rabbit")
        if isinstance(found, PrivateRabbit):
            return found
        server = create_rabbit()
        _describe(folder, "rabbit", server)
        server.start()
        return server


# --- virtual hosts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualHost:
    """A broker of one test: the county's topology and permissions, apart from all others on the node."""

    name: str
    server: PrivateRabbit

    def url(self, service: str) -> str:
        """As that service signs in."""
        return f"amqp://{service}:{_password(service)}@{self.server.address}/{self.name}"

    @property
    def admin_url(self) -> str:
        """As one who may do everything here."""
        return f"amqp://guest:guest@{self.server.address}/{self.name}"

    def declare(self, follows: Mapping[str, Sequence[str]]) -> None:
        """Import the county's definitions, in which each service follows these streams."""
        file = self.server.home / f"{self.name}.json"
        file.write_text(_definitions(follows, self.name))
        self.server.load(file)


def virtual_host(server: PrivateRabbit, follows: Mapping[str, Sequence[str]]) -> VirtualHost:
    """A new one, where each service follows these streams; it stays until the server is thrown away.

    To remove one takes longer than most of the tests that have one.
    """
    host = VirtualHost(name=f"t{uuid4().hex[:12]}", server=server)
    host.declare(follows)
    return host


VirtualHosts = Callable[[Mapping[str, Sequence[str]]], VirtualHost]
"""Called with whose streams each service follows."""


@pytest.fixture
def virtual_hosts(rabbit_server: PrivateRabbit) -> VirtualHosts:
    """Makes virtual hosts that nobody else has."""
    return lambda follows: virtual_host(rabbit_server, follows)


def _password(service: str) -> str:
    return f"password-of-{service}"


def _definitions(follows: Mapping[str, Sequence[str]], vhost: str) -> str:
    """The county's own, and the node's default user for the test itself."""
    passwords = {service: _password(service) for service in follows}
    whole = json.loads(broker.definitions(follows=follows, passwords=passwords, vhost=vhost))
    whole["permissions"].append(
        {"user": "guest", "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}
    )
    return json.dumps(whole)
