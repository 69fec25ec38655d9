"""A database of its own for every test on PostgreSQL: copied from a template, put back as it was, used again.

Copying one costs more than most tests do. One whose shape a test has changed is thrown away.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from deploy import database
from deploy.servers import PrivatePostgres
from tests.fixtures_servers import locked

KEEP = """
CREATE SCHEMA kept_by_tests;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept_by_tests.%1$I AS TABLE public.%1$I', name);
    END LOOP;
END $$
"""
"""A schema beside it, with the rows that a migrated database begins with."""
PUT_BACK = """
DO $$ DECLARE name text; filled bool; BEGIN
    SET LOCAL session_replication_role = replica;  -- no trigger and no foreign key has a say
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM kept_by_tests.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE TABLE kept_by_tests.%1$I', name);
        END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value > 0 LOOP
        EXECUTE format('ALTER SEQUENCE public.%I RESTART', name);
    END LOOP;
END $$
"""
SHAPE = """
SELECT
    (SELECT array_agg((oid, relname, relowner, relacl, relrowsecurity, relhastriggers) ORDER BY oid)::text
        FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT array_agg((attrelid, attname, attnotnull, attisdropped) ORDER BY attrelid, attnum)::text
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0),
    (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT array_agg((oid, tgenabled) ORDER BY oid)::text FROM pg_trigger),
    (SELECT array_agg(oid ORDER BY oid) FROM pg_policy),
    (SELECT array_agg((oid, prosrc) ORDER BY oid)::text
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
"""
ALONE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDatabase:
    """A database of one test, with the service's schema in it, as the service's own roles see it."""

    app_url: str
    owner_url: str
    admin_url: str
    name: str
    shape: object
    """What its tables looked like before the test."""


@contextmanager
def own_database(server: PrivatePostgres, service: str) -> Iterator[OwnDatabase]:
    """A database in which only what a migration leaves stands; nobody else has it until the end."""
    resting = _resting[server.port, service]
    own = resting.pop() if resting else _copied(server, service)
    try:
        yield own
    finally:
        if _put_back(own):
            resting.append(own)
        else:
            with psycopg.connect(server.url, autocommit=True) as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(own.name)))


_resting: dict[tuple[int, str], list[OwnDatabase]] = defaultdict(list)

Databases = Callable[[str], OwnDatabase]
"""Called with a service's name, as often as a test needs another database of it."""


@pytest.fixture
def databases(postgres_server: PrivatePostgres) -> Iterator[Databases]:
    """Makes databases that nobody has after the test."""
    with ExitStack() as stack:
        yield lambda service: stack.enter_context(own_database(postgres_server, service))


def _copied(server: PrivatePostgres, service: str) -> OwnDatabase:
    template = _template(server, service)
    copy = replace(template, name=f"{service}_{uuid4().hex[:12]}")
    names = {"copy": sql.Identifier(copy.name), "template": sql.Identifier(template.name)}
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {template}").format(**names))
        database.grant_connection(admin, copy)
    admin_url = _admin_url(server, copy.name)
    with psycopg.connect(admin_url, autocommit=True) as inside:
        shape = inside.execute(SHAPE).fetchone()
    return OwnDatabase(
        app_url=_url(server, copy.app.role, copy.name),
        owner_url=_url(server, copy.owner.role, copy.name),
        admin_url=admin_url,
        name=copy.name,
        shape=shape,
    )


def _put_back(own: OwnDatabase) -> bool:
    """Leave in it only what a migration leaves; False when that is no longer enough."""
    with psycopg.connect(own.admin_url, autocommit=True) as inside:
        inside.execute(ALONE)
        if inside.execute(SHAPE).fetchone() != own.shape:
            return False
        inside.execute(PUT_BACK)
    return True


def _template(server: PrivatePostgres, service: str) -> database.ServiceDatabase:
    """The service's database as `yanxun migrate` leaves it, made once a run and copied."""
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
            with psycopg.connect(_admin_url(server, template.name), autocommit=True) as inside:
                inside.execute(KEEP)
            done.touch()
    return template


def _url(server: PrivatePostgres, role: str, name: str) -> str:
    return f"postgresql://{role}@{server.address}/{name}"


def _admin_url(server: PrivatePostgres, name: str) -> str:
    return f"{server.url.removesuffix('/postgres')}/{name}"
