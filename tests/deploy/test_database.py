"""Roles keep to what is theirs, tried on a real PostgreSQL."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from deploy import database
from deploy.servers import PrivatePostgres

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TABLE ledger (id int PRIMARY KEY);
CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE ON ledger EXECUTE FUNCTION refuse_change();
CREATE TABLE balances (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hours int);
CREATE TABLE alembic_version (version_num text);
"""


@pytest.fixture
def made(postgres_server: PrivatePostgres) -> Iterator[database.ServiceDatabase]:
    """A service of this test alone, with its owner's tables."""
    name = f"supervision_{uuid4().hex[:8]}"
    service = database.ServiceDatabase(
        name=name,
        owner=database.Account(role=f"{name}_owner", password="o"),
        app=database.Account(role=name, password="it's"),
    )
    database.provision(postgres_server.url, service)
    with psycopg.connect(url(postgres_server, service.owner.role, name)) as owner:
        owner.execute(APPEND_ONLY)
    database.take_back(url(postgres_server, service.owner.role, name), app_role=service.app.role)
    yield service
    with psycopg.connect(postgres_server.url, autocommit=True) as server:
        for statement in ("DROP DATABASE {0} WITH (FORCE)", "DROP ROLE {0}", "DROP ROLE {1}"):
            names = (sql.Identifier(name), sql.Identifier(service.owner.role))
            server.execute(sql.SQL(statement).format(*names))


@pytest.fixture
def app(postgres_server: PrivatePostgres, made: database.ServiceDatabase) -> Iterator[psycopg.Connection]:
    """Signed in as the service."""
    with psycopg.connect(url(postgres_server, made.app.role, made.name), autocommit=True) as connection:
        yield connection


def url(server: PrivatePostgres, role: str, name: str) -> str:
    return f"postgresql://{role}@{server.address}/{name}"


def test_a_service_works_with_its_tables(app: psycopg.Connection) -> None:
    app.execute("INSERT INTO balances (hours) VALUES (200)")
    app.execute("UPDATE balances SET hours = 300")
    app.execute("INSERT INTO ledger VALUES (1)")

    assert app.execute("SELECT hours FROM balances").fetchall() == [(300,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET id = 2",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
        "TRUNCATE balances",
        "ALTER TABLE ledger DISABLE TRIGGER ALL",
        "DROP TABLE ledger",
        "CREATE TABLE mine (id int)",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE ROLE friend",
    ],
)
def test_a_service_cannot_change_history_or_schema(app: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_a_service_reads_which_schema_it_stands_on(app: psycopg.Connection) -> None:
    assert app.execute("SELECT version_num FROM alembic_version").fetchall() == []


def test_a_role_passes_by_no_policy(postgres_server: PrivatePostgres, made: database.ServiceDatabase) -> None:
    question = (
        "SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin"
        " FROM pg_roles WHERE rolname = ANY(%s)"
    )
    with psycopg.connect(postgres_server.url) as server:
        roles = server.execute(question, ([made.owner.role, made.app.role],)).fetchall()

    assert roles == [(False,) * 6 + (True,)] * 2


def test_a_service_does_not_get_into_another_s_database(
    postgres_server: PrivatePostgres, made: database.ServiceDatabase
) -> None:
    stranger = database.Account(role=f"stranger_{uuid4().hex[:8]}", password="s")
    other = database.ServiceDatabase(name="postgres", owner=stranger, app=stranger)
    with psycopg.connect(postgres_server.url, autocommit=True) as server:
        database.create_roles(server, other)

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url(postgres_server, stranger.role, made.name))


def test_doing_it_again_changes_nothing_and_sets_a_new_password(
    postgres_server: PrivatePostgres, made: database.ServiceDatabase, app: psycopg.Connection
) -> None:
    app.execute("INSERT INTO balances (hours) VALUES (200)")

    database.provision(postgres_server.url, made)

    assert app.execute("SELECT hours FROM balances").fetchall() == [(200,)]


def test_the_two_urls_say_what_to_create() -> None:
    read = database.ServiceDatabase.of(
        app_url="postgresql://credits:a%2Fb@postgres:5432/credits",
        owner_url="postgresql://credits_owner:c@postgres:5432/credits",
    )

    assert read == database.ServiceDatabase(
        name="credits",
        owner=database.Account(role="credits_owner", password="c"),
        app=database.Account(role="credits", password="a/b"),
    )
