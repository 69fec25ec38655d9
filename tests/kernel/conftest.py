"""The kernel's tests run alike over SQLite and PostgreSQL, over the in-process transport and RabbitMQ."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from deploy.servers import PrivatePostgres
from shared.bus import Bus, MemoryBus, RabbitBus
from shared.db import make_engine
from shared.service import Service
from tests.fixtures_servers import VirtualHosts
from tests.kernel.toy import FOLLOWS, Clock, Toy, Toys, open_toy

EMBEDDED, COUNTY = "embedded", "county"


@pytest.fixture(params=[EMBEDDED, COUNTY])
def backend(request: pytest.FixtureRequest) -> str:
    """Which pair of database and broker."""
    kind: str = request.param
    return kind


@pytest.fixture
def clock() -> Clock:
    """One for all services of a test."""
    return Clock()


@pytest.fixture(scope="session")
def county_urls(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """A PostgreSQL database a toy service, made when first asked for; each test finds it empty."""
    with ExitStack() as stack:

        @cache
        def url(service: str) -> str:
            server: PrivatePostgres = request.getfixturevalue("postgres_server")
            return stack.enter_context(empty_database(server, service))

        yield url


@pytest.fixture
def toys(backend: str, county_urls: Callable[[str], str], tmp_path: Path, clock: Clock) -> Iterator[Toys]:
    """Opens toy services over databases without a row."""
    with ExitStack() as stack:

        def opened(service: Service) -> Toy:
            in_file = f"sqlite:///{tmp_path / service.name}.sqlite3"
            engine = make_engine(county_urls(service.name) if backend == COUNTY else in_file)
            stack.callback(engine.dispose)
            toy = open_toy(service, engine, folder=tmp_path, clock=clock)
            stack.enter_context(toy.stack)
            return toy

        yield opened


@pytest.fixture
def bus(request: pytest.FixtureRequest, backend: str) -> Bus:
    """The transport that belongs to the database."""
    if backend == EMBEDDED:
        return MemoryBus(FOLLOWS)
    virtual_hosts: VirtualHosts = request.getfixturevalue("virtual_hosts")
    return RabbitBus(virtual_hosts(FOLLOWS).admin_url)


@contextmanager
def empty_database(server: PrivatePostgres, service: str) -> Iterator[str]:
    """The address of a database that is gone at the end."""
    name = f"toy_{service}_{uuid4().hex[:12]}"
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
