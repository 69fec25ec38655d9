"""Real servers: one PostgreSQL and one RabbitMQ a run; a database or a virtual host of its own a test."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from deploy import broker, database
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


# --- databases -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDatabase:
    """A database of one test, with the service's schema in it, as the service's own roles see it."""

    app_url: str
    owner_url: str


@contextmanager
def own_database(server: PrivatePostgres, service: str) -> Iterator[OwnDatabase]:
    """A database that is gone at the end."""
    template = _template(server, service)
    copy = replace(template, name=f"{service}_{uuid4().hex[:12]}")
    names = {"copy": sql.Identifier(copy.name), "template": sql.Identifier(template.name)}
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {template}").format(**names))
        database.grant_connection(admin, copy)
    try:
        yield OwnDatabase(
            app_url=_url(server, copy.app.role, copy.name),
            owner_url=_url(server, copy.owner.role, copy.name),
        )
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {copy} WITH (FORCE)").format(**names))


Databases = Callable[[str], OwnDatabase]
"""Called with a service's name, as often as a test needs another database of it."""


@pytest.fixture
def databases(postgres_server: PrivatePostgres) -> Iterator[Databases]:
    """Makes databases that are gone after the test."""
    with ExitStack() as stack:
        yield lambda service: stack.enter_context(own_database(postgres_server, service))


def _template(server: PrivatePostgres, service: str) -> database.ServiceDatabase:
    """The service's database as `yanxun migrate` leaves it, made once a run and copied for each test."""
    from deploy import migrate  # noqa: PLC0415  loads every service; the broker's tests need none

    template = database.ServiceDatabase(
        name=f"template_{service}",
        owner=database.Account(role=f"{service}_owner", password="unused"),
        app=database.Account(role=service, password="unused"),
    )
    with locked("templates") as folder:
        done = folder / f"{template.name}.done"
        if not done.exists():
            database.provision(server.url, template)
            owner_url = _url(server, template.owner.role, template.name)
            migrate.upgrade(service, owner_url=owner_url, app_role=template.app.role)
            done.touch()
    return template


def _url(server: PrivatePostgres, role: str, name: str) -> str:
    return f"postgresql://{role}@{server.address}/{name}"


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


@contextmanager
def virtual_host(server: PrivateRabbit, follows: Mapping[str, Sequence[str]]) -> Iterator[VirtualHost]:
    """A virtual host that is gone at the end, where each service follows these streams."""
    host = VirtualHost(name=f"t{uuid4().hex[:12]}", server=server)
    host.declare(follows)
    try:
        yield host
    finally:
        server.control("delete_vhost", host.name)


VirtualHosts = Callable[[Mapping[str, Sequence[str]]], VirtualHost]
"""Called with whose streams each service follows."""


@pytest.fixture
def virtual_hosts(rabbit_server: PrivateRabbit) -> Iterator[VirtualHosts]:
    """Makes virtual hosts that are gone after the test."""
    with ExitStack() as stack:
        yield lambda follows: stack.enter_context(virtual_host(rabbit_server, follows))


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
