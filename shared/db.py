"""The database: engines, one transaction at a time, column types, "insert what is not there" on both."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Protocol, cast
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
    Executable,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    bindparam,
    column,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session

from shared import tenancy
from shared.arrays import Array, Sent, sent
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


def insert_new(
    session: Session | Connection,
    into: type[ServiceBase] | Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    returning: Sequence[str] = (),
) -> Sequence[Row[Any]]:
    """Insert what is not there yet; the rows that were written, and only those.

    They come back whole, or with the columns of `returning`: reading back costs as much as writing.
    """
    if not rows:
        return []
    table = _table_of(into)
    columns = tuple(returning) or tuple(table.columns.keys())
    bound = _bound(session)
    given, parameters = parameters_of(table, bound.dialect, rows)
    statement = _insert_new(table, bound.dialect.name, given, returning=columns)
    written = bound.execute(statement, parameters).all()
    _tell(session, table, rows, written=len(written), read=written)
    return written


def insert_unread(
    session: Session | Connection, into: type[ServiceBase] | Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert what is not there yet, and read nothing back; how many rows were written."""
    if not rows:
        return 0
    table = _table_of(into)
    written = write(session, table, rows, by=_insert_new)
    _tell(session, table, rows, written=written)
    return written


def insert_own(
    session: Session, into: type[ServiceBase] | Table, rows: Sequence[Mapping[str, Any]], *, key: str = "id"
) -> Sequence[Mapping[str, Any]]:
    """Insert what is not there yet; those of the rows that were written.

    Each has a key made for it a moment ago: where not all were written, it is found at those that were.
    """
    written = insert_unread(session, into, rows)
    if written in {0, len(rows)}:
        return rows[:written]
    column_ = _table_of(into).columns[key]
    asked = select(column_).where(among(session, column_, [row[key] for row in rows]))
    there = set(session.scalars(asked))
    return [row for row in rows if row[key] in there]


def _table_of(into: type[ServiceBase] | Table) -> Table:
    return into if isinstance(into, Table) else cast("Table", into.__table__)


def _bound(session: Session | Connection) -> Connection:
    """Past the session, which would look at each statement for objects it knows: here are none."""
    return session.connection() if isinstance(session, Session) else session


WATCH = "trail"
"""Where a session's `info` holds who is told what it inserts; the worker's sessions have nobody there."""


class Watching(Protocol):
    """Who is told."""

    def inserted(
        self, table: Table, rows: Sequence[Mapping[str, Any]], *, written: int, read: Sequence[Row[Any]]
    ) -> None:
        """These were to be inserted, so many were; `read` are those that were, where they were read back."""


def _tell(
    session: Session | Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    written: int,
    read: Sequence[Row[Any]] = (),
) -> None:
    watching: Watching | None = session.info.get(WATCH)
    if watching is not None:
        watching.inserted(table, rows, written=written, read=read)


Maker = Callable[[Table, str, "Given"], Executable]
"""What makes a statement of `insert_many`: of a table, for a dialect, for rows with these columns."""


def write(
    session: Session | Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, by: Maker
) -> int:
    """Insert rows by a statement that returns nothing; how many were written."""
    bound = _bound(session)
    if bound.dialect.name == "sqlite":
        return _write_plainly(bound, table, rows, by=by)
    given, parameters = parameters_of(table, bound.dialect, rows)
    statement = by(table, bound.dialect.name, given)
    return bound.execute(statement, parameters, execution_options={"preserve_rowcount": True}).rowcount


def _write_plainly(bound: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, by: Maker) -> int:
    """Past the library, which looks at each value of each row: that takes longer than writing them."""
    columns = _sent_columns(table, bound.dialect, rows)
    statement, names = _plain(by, table, tuple(columns))
    return bound.exec_driver_sql(
        statement, list(zip(*[columns[name] for name in names], strict=True))
    ).rowcount


@cache
def _plain(by: Maker, table: Table, names: tuple[str, ...]) -> tuple[str, Sequence[str]]:
    """The statement as text, and its columns in the order of its parameters."""
    made: Any = by(table, "sqlite", Given(names))
    compiled = made.compile(dialect=sqlite.dialect())
    return str(compiled), [name.removeprefix(SENT) for name in compiled.positiontup]


@cache
def _insert_new(
    table: Table, dialect_name: str, given: "Given", *, returning: tuple[str, ...] = ()
) -> Executable:
    """Made once for each table: making a statement costs more than running it for one row."""
    made: Executable = insert_many(table, dialect_name, given).on_conflict_do_nothing()
    if returning:
        made = cast("Any", made).returning(*(table.columns[name] for name in returning))
    return made


class Given(NamedTuple):
    """The columns of rows to insert."""

    names: tuple[str, ...]
    alike: frozenset[str] = frozenset()
    """Those that hold one value in all of the rows, which is said once."""


def insert_many(table: Table, dialect_name: str, given: Given) -> Any:
    """An INSERT of any number of rows with these columns, for the caller to say what happens on a conflict.

    PostgreSQL takes each column as one array: for the ledger's rows that is five times as fast as values.
    """
    if dialect_name == "sqlite":
        return sqlite.insert(table).values(
            {name: bindparam(SENT + name, type_=Sent()) for name in given.names}
        )
    types = {name: table.columns[name].type for name in given.names}
    various = [name for name in given.names if name not in given.alike]
    arrays = [bindparam(name, type_=Array(types[name])) for name in various]
    unnested = func.unnest(*arrays).table_valued(*(column(name, types[name]) for name in various))
    rows = unnested.render_derived().c
    values = [
        sql_cast(bindparam(name, type_=types[name]), types[name]) if name in given.alike else rows[name]
        for name in given.names
    ]
    return postgresql.insert(table).from_select(list(given.names), select(*values))


SENT = "sent_"
"""Before a column's name: the name alone would be a parameter of the library's own making."""


def parameters_of(table: Table, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> tuple[Given, Any]:
    """What `insert_many` is made for and run with; all rows give the same columns."""
    columns = columns_of(rows)
    alike = [name for name, values in columns.items() if len(rows) >= ALIKE_FROM and _are_alike(values)]
    if len(alike) == len(columns):  # then only an array says how many there are
        alike = []
    given = Given(tuple(columns), frozenset(alike))
    if dialect.name == "postgresql":
        return given, {name: values[0] if name in given.alike else values for name, values in columns.items()}
    names = [SENT + name for name in columns]
    said = _sent_columns(table, dialect, rows).values()
    return Given(given.names), [dict(zip(names, row, strict=True)) for row in zip(*said, strict=True)]


def _sent_columns(
    table: Table, dialect: Dialect, rows: Sequence[Mapping[str, Any]]
) -> Mapping[str, Sequence[Any]]:
    """The values of each column as the driver takes them; one that is the same in all rows is made once."""
    return {
        name: list(sent(values[:1], table.columns[name].type, dialect)) * len(values)
        if _are_alike(values)
        else sent(values, table.columns[name].type, dialect)
        for name, values in columns_of(rows).items()
    }


def columns_of(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, list[Any]]:
    """The values of each column, in the order of the rows."""
    return {name: [row[name] for row in rows] for name in rows[0]}


ALIKE_FROM = 16
"""For fewer rows it is not worth a statement of its own."""


def _are_alike(values: Sequence[Any]) -> bool:
    """Most columns show at their ends that they are not. Objects are not compared: in them, 1 equals true."""
    first = values[0]
    if isinstance(first, dict | list):
        return False
    return bool(first == values[-1]) and values.count(first) == len(values)


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
