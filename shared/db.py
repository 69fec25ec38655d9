"""The database: engines, one transaction at a time, column types, lists of values on both."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session

from shared import tenancy
from shared.arrays import Array
from shared.tenancy import COUNTY, SCOPE, Scope

LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 60_000
SQLITE_BUSY_TIMEOUT_MS = 30_000
SQLITE_CONNECTIONS = 20
"""One for each thread of the embedded mode's HTTP server, and some for its loops."""
ALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A database host that vanishes without a word is noticed in half a minute, not in hours."""

RESTED_SINCE = "rested_since"
RESTED_SECONDS = 1.0

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """A service's own collection of tables, with every constraint named."""
    return MetaData(naming_convention=NAMING)


kernel = new_metadata()
"""Tables of the event kernel; they stand in every service's database (see kernel_tables)."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database: SQLite keeps no zone, so it is given plain UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of the database: always aware, always UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def term(cls: type[StrEnum]) -> Enum:
    """A column of one of the vocabulary's closed lists, kept as its value with a CHECK."""
    return Enum(
        cls,
        native_enum=False,
        create_constraint=True,
        name=cls.__name__.lower(),
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class ServiceBase(DeclarativeBase):
    """What a service's own `Base` derives from: `class Base(ServiceBase): metadata = new_metadata()`."""

    __abstract__ = True
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own spelling
        UUID: Uuid(),
        datetime: Moment(),
        date: Date(),
        int: BigInteger().with_variant(sqlite.INTEGER(), "sqlite"),
        str: Text(),
    }

    def __init_subclass__(cls, **options: Any) -> None:
        """A service's base is no table itself."""
        if ServiceBase in cls.__bases__:
            cls.__abstract__ = True
        super().__init_subclass__(**options)


def short(most: int) -> String:
    """A text column with a length limit."""
    return String(most)


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine with the house's settings; make it after a fork, never before."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=SQLITE_CONNECTIONS,
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    settings: dict[str, object] = {
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "timezone": "UTC",
        "jit": "off",  # compiling a query costs more than all of ours take
    }
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # an error's text goes to the log, and the parameters are people's names
        connect_args={
            "autocommit": True,  # the driver would open transactions of its own: see _begin_postgres
            "options": " ".join(f"-c {key}={value}" for key, value in settings.items()),
            **ALIVE,
        },
    )
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", _ask_whether_it_lives)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _rest(_connection: object, record: Any) -> None:
    record.info[RESTED_SINCE] = time.monotonic()


def _ask_whether_it_lives(connection: Any, record: Any, _proxy: object) -> None:
    """A connection that has rested; one that was at work a moment ago is not asked: it would cost a trip."""
    if time.monotonic() - record.info.get(RESTED_SINCE, time.monotonic()) > RESTED_SECONDS:
        try:
            connection.execute("SELECT 1")
        except connection.Error as error:
            raise InvalidatePoolError from error


def _begin_postgres(connection: Connection) -> None:
    """The beginning and what the transaction reaches, in one trip to the server."""
    scope: Scope | None = connection.get_execution_options().get(SCOPE)
    connection.exec_driver_sql("BEGIN" if scope is None else f"BEGIN; {tenancy.entering(scope)}")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not open transactions of its own: see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else REPLACE would rewrite an append-only row without firing its trigger
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a read that turns into a write would lose updates silently."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(
    engine: Engine, *, write: bool = True, scope: Scope = COUNTY, **info: object
) -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back when anything is raised.

    `scope` is whose rows it reaches: everybody's, unless somebody acts. `info` goes to `session.info`; the
    outbox finds there whom to wake after the commit.
    """
    bind = engine.execution_options(read_only=not write, **{SCOPE: scope})
    with Session(bind, expire_on_commit=False, info={**info, SCOPE: scope}) as session, session.begin():
        yield session


def among(session: Session, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """The condition "is one of these", of however many.

    PostgreSQL takes them as one array: the driver splits a statement at each of its parameters, which for two
    thousand of them takes longer than the query, and grows with their square.
    """
    condition: ColumnElement[bool]
    if dialect_of(session) == "sqlite":
        condition = column.in_(values)
    else:
        condition = column == any_(bindparam(None, list(values), type_=Array(column.type)))
    return condition


def dialect_of(session: Session) -> str:
    """The name of its database's dialect, for statements that are made once for each."""
    name: str = session.get_bind().dialect.name
    return name


def one_of(column: Any, name: str, *, dialect_name: str) -> ColumnElement[bool]:
    """`among` in a statement that is made once: the values come with each run, a list under this name."""
    if dialect_name == "sqlite":
        within: ColumnElement[bool] = column.in_(bindparam(name, expanding=True))
        return within
    return cast("ColumnElement[bool]", column == any_(bindparam(name, type_=Array(column.type))))
