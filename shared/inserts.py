"""Rows into tables: "insert what is not there" on both databases, many rows in one statement."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol, cast

from sqlalchemy import Connection, Dialect, Executable, Row, Table, bindparam, column, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shared.arrays import Array, Sent, sent
from shared.db import ServiceBase, among


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
