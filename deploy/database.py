"""PostgreSQL for a county: one database, one owner and one lesser role a service."""

from dataclasses import dataclass
from typing import LiteralString
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg
from psycopg import sql

ROLE_LIMITS: LiteralString = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"
"""Neither role may pass by row-level security, nor inherit what a role granted to it may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A role and the password it signs in with."""

    role: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDatabase:
    """What one service has on the server. The owner migrates; the app role works and owns nothing."""

    name: str
    owner: Account
    app: Account

    @classmethod
    def of(cls, *, app_url: str, owner_url: str) -> "ServiceDatabase":
        """As the two URLs say, which the processes sign in with."""
        app, owner = urlsplit(app_url), urlsplit(owner_url)
        return cls(name=app.path.lstrip("/"), owner=_account(owner), app=_account(app))


def _account(url: SplitResult) -> Account:
    return Account(role=unquote(url.username or ""), password=unquote(url.password or ""))


def provision(admin_url: str, database: ServiceDatabase) -> None:
    """Create what is missing, set what may have changed. Saying it twice changes nothing."""
    with psycopg.connect(admin_url, autocommit=True) as server:
        create_roles(server, database)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database.name,)).fetchone():
            _run(server, "CREATE DATABASE {name} OWNER {owner}", database)
        grant_connection(server, database)
    with psycopg.connect(_on(admin_url, database.name), autocommit=True) as inside:
        _grant_tables(inside, database)


def create_roles(server: psycopg.Connection, database: ServiceDatabase) -> None:
    """Both roles, with their limits and passwords."""
    for account in (database.owner, database.app):
        known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (account.role,)).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        server.execute(
            sql.SQL("{verb} ROLE {role} {limits} PASSWORD {password}").format(
                verb=verb,
                role=sql.Identifier(account.role),
                limits=sql.SQL(ROLE_LIMITS),
                password=sql.Literal(account.password),
            )
        )


def grant_connection(server: psycopg.Connection, database: ServiceDatabase) -> None:
    """The service's two roles may enter, nobody else. A database made from a template needs this again."""
    _run(server, "ALTER DATABASE {name} OWNER TO {owner}", database)
    _run(server, "REVOKE ALL ON DATABASE {name} FROM PUBLIC", database)
    _run(server, "GRANT CONNECT ON DATABASE {name} TO {app}", database)


def _grant_tables(inside: psycopg.Connection, database: ServiceDatabase) -> None:
    """What the owner creates from now on, the app role may use but not change in its shape."""
    mine = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC", database)
    _run(inside, "GRANT ALL ON SCHEMA public TO {owner}", database)
    _run(inside, "GRANT USAGE ON SCHEMA public TO {app}", database)
    _run(inside, f"{mine} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{app}}", database)
    _run(inside, f"{mine} GRANT USAGE, SELECT ON SEQUENCES TO {{app}}", database)


def take_back(owner_url: str, *, app_role: str) -> None:
    """After a migration: append-only tables and the schema's version are not the app role's to change.

    A table is append-only when the trigger that refuses changes stands on it; this adds the second lock.
    """
    found = (
        "SELECT DISTINCT trigger.tgrelid::regclass::text FROM pg_trigger AS trigger"
        " JOIN pg_proc AS function ON function.oid = trigger.tgfoid WHERE function.proname = 'refuse_change'"
    )
    with psycopg.connect(owner_url) as inside:
        _let_words_be_rewritten(inside, app_role)
        append_only = [row[0] for row in inside.execute(found)]
        verbs: dict[str, LiteralString] = dict.fromkeys(append_only, "UPDATE, DELETE, TRUNCATE")
        verbs["alembic_version"] = "INSERT, UPDATE, DELETE, TRUNCATE"
        for table, taken in verbs.items():
            statement = sql.SQL("REVOKE {verbs} ON {table} FROM {role}").format(
                verbs=sql.SQL(taken), table=sql.Identifier(table), role=sql.Identifier(app_role)
            )
            inside.execute(statement)


def _let_words_be_rewritten(inside: psycopg.Connection, app_role: str) -> None:
    """Tables of which only some columns are append-only: the trigger decides, and so the role may try.

    They may have been append-only as a whole before.
    """
    found = (
        "SELECT DISTINCT trigger.tgrelid::regclass::text FROM pg_trigger AS trigger"
        " JOIN pg_proc AS function ON function.oid = trigger.tgfoid"
        " WHERE function.proname IN ('refuse_rewrite', 'refuse_restating')"
    )
    for (table,) in inside.execute(found).fetchall():
        grant = sql.SQL("GRANT UPDATE ON {table} TO {role}")
        inside.execute(grant.format(table=sql.Identifier(table), role=sql.Identifier(app_role)))


def _run(connection: psycopg.Connection, statement: LiteralString, database: ServiceDatabase) -> None:
    names = {
        "name": sql.Identifier(database.name),
        "owner": sql.Identifier(database.owner.role),
        "app": sql.Identifier(database.app.role),
    }
    connection.execute(sql.SQL(statement).format(**names))


def _on(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
