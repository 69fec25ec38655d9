"""What the database alone could do: the product's own tables, without walls, bus, rules or events."""

import hashlib
import sqlite3
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Table, create_engine
from sqlalchemy.dialects import postgresql

from deploy.servers import PrivatePostgres
from services.credits.models import Balance, LedgerEntry
from shared.db import make_engine
from shared.kernel_tables import received_events
from shared.values import in_chunks, new_id, plain
from shared.vocabulary import EntryKind, HourCategory, SessionRole
from tests.bench.people import HOURS_HUNDREDTHS

NAME = "limits"
ROWS_A_TRANSACTION = 2_000
SQLITE_ROWS_A_TRANSACTION = 500
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (LedgerEntry.__table__, Balance.__table__, received_events)
    if isinstance(table, Table)
}
LEDGER = TABLES[LedgerEntry.__tablename__]
COLUMNS = tuple(LEDGER.columns.keys())
Values = Mapping[str, Any]


def create(server: PrivatePostgres) -> str:
    """A database with the three tables a credit needs; its address."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    url = server.url.rpartition("/")[0] + f"/{NAME}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for table in TABLES.values():
            table.create(connection)
    engine.dispose()
    return url


def empty(url: str) -> None:
    """Every round begins with empty tables."""
    names = sql.SQL(", ").join(sql.Identifier(name) for name in TABLES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("TRUNCATE {}").format(names))


def rows(count: int) -> list[Values]:
    """What the ledger would have of one session with so many attendees."""
    now = datetime.now(UTC)
    activity, school, pack = (new_id(now) for _ in range(3))
    return [
        {
            "teacher_id": new_id(now),
            "activity_id": activity,
            "round_no": 1,
            "kind": EntryKind.ACCRUAL.value,
            "id": new_id(now),
            "school_id": school,
            "held_on": date(2026, 9, 1),
            "school_year": 2026,
            "form": "topic_lecture",
            "category": HourCategory.SCHOOL_BASED.value,
            "role": SessionRole.PARTICIPANT.value,
            "minutes": 90,
            "rule_pack_id": pack,
            "weight_hundredths": 100,
            "minutes_per_hour": 45,
            "cut_hundredths": 0,
            "hours_hundredths": HOURS_HUNDREDTHS,
            "reverses_id": None,
            "appended_at": now,
        }
        for _ in range(count)
    ]


def copied(url: str, count: int) -> float:
    """Seconds to COPY the ledger's rows and commit."""
    lines = [tuple(row[name] for name in COLUMNS) for row in rows(count)]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(LEDGER.name), _names(COLUMNS))
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1")
        began = time.monotonic()
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            for line in lines:
                copy.write_row(line)
        connection.commit()
        return time.monotonic() - began


def set_wise(url: str, count: int) -> float:
    """Seconds for claim, ledger and balance in one statement each 2,000 rows, a transaction each."""
    parts = list(in_chunks(rows(count), of=ROWS_A_TRANSACTION))
    statement = _set_wise_statement()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT 1")
        began = time.monotonic()
        for number, part in enumerate(parts):
            given = {name: [row[name] for row in part] for name in COLUMNS}
            connection.execute(statement, {**given, **_claim(number)})
        return time.monotonic() - began


def _set_wise_statement() -> sql.Composed:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types no constructor of it
    arrays = sql.SQL(", ").join(
        sql.SQL("{}::{}[]").format(
            sql.Placeholder(column.name), sql.SQL(str(column.type.compile(dialect=dialect)))
        )
        for column in LEDGER.columns
    )
    return sql.SQL(
        "WITH claimed AS ("
        " INSERT INTO received_events (event_id, producer, incarnation, seq, digest, received_at)"
        " VALUES (%(event_id)s, 'activities', %(incarnation)s, %(seq)s, %(digest)s, now())"
        " ON CONFLICT DO NOTHING RETURNING event_id),"
        " added AS (INSERT INTO ledger_entries ({columns}) SELECT * FROM unnest({arrays})"
        " WHERE EXISTS (SELECT 1 FROM claimed) ON CONFLICT DO NOTHING"
        " RETURNING teacher_id, school_year, category, hours_hundredths)"
        " INSERT INTO balances AS old (teacher_id, school_year, category, earned_hundredths)"
        " SELECT teacher_id, school_year, category, sum(hours_hundredths) FROM added GROUP BY 1, 2, 3"
        " ON CONFLICT (teacher_id, school_year, category)"
        " DO UPDATE SET earned_hundredths = old.earned_hundredths + excluded.earned_hundredths"
    ).format(columns=_names(COLUMNS), arrays=arrays)


def _claim(number: int) -> Values:
    event_id = new_id(datetime.now(UTC))
    return {
        "event_id": event_id,
        "incarnation": UUID(int=1),
        "seq": number,
        "digest": hashlib.sha256(event_id.bytes).digest(),
    }


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in columns)


def findings(url: str, *, expected: int, with_balances: bool = True) -> tuple[str, ...]:
    """Rows = distinct keys = sum of balances = expected."""
    with psycopg.connect(url) as connection:
        ledger = connection.execute(
            "SELECT count(*), count(DISTINCT (teacher_id, activity_id, round_no, kind)) FROM ledger_entries"
        ).fetchone()
        balances = connection.execute("SELECT coalesce(sum(earned_hundredths), 0) FROM balances").fetchone()
    wrong = [] if ledger == (expected, expected) else [f"rows, keys: {ledger}, expected {expected}"]
    if with_balances and balances != (expected * HOURS_HUNDREDTHS,):
        wrong.append(f"balances: {balances}, expected {expected * HOURS_HUNDREDTHS}")
    return tuple(wrong)


# --- SQLite -----------------------------------------------------------------------------------------------


def sqlite_set_wise(folder: Path, count: int) -> tuple[float, tuple[str, ...]]:
    """Seconds for the same in a SQLite file with the product's settings, 500 rows a transaction; findings."""
    engine = make_engine(f"sqlite:///{folder / NAME}.sqlite3")
    with engine.begin() as connection:
        for table in TABLES.values():
            table.drop(connection, checkfirst=True)
            table.create(connection)
    parts = list(in_chunks(rows(count), of=SQLITE_ROWS_A_TRANSACTION))
    marks = ", ".join("?" * len(COLUMNS))
    ledger = f"INSERT INTO ledger_entries ({', '.join(COLUMNS)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  names of ours
    raw = engine.raw_connection()
    try:
        driver: sqlite3.Connection = raw.driver_connection  # type: ignore[assignment]  # it is SQLite's
        began = time.monotonic()
        for number, part in enumerate(parts):
            driver.execute("BEGIN IMMEDIATE")
            claim = [_kept(value) for value in _claim(number).values()]
            driver.execute("INSERT INTO received_events VALUES (?, 'activities', ?, ?, ?, 'now')", claim)
            driver.executemany(ledger, [[_kept(row[name]) for name in COLUMNS] for row in part])
            driver.executemany(SQLITE_BALANCE, [_balance(row) for row in part])
            driver.execute("COMMIT")
        seconds = time.monotonic() - began
        counted = driver.execute("SELECT count(*) FROM ledger_entries").fetchone()[0]
        earned = driver.execute("SELECT sum(earned_hundredths) FROM balances").fetchone()[0]
    finally:
        raw.close()
        engine.dispose()
    right = counted == count and earned == count * HOURS_HUNDREDTHS
    return seconds, () if right else (f"{counted} rows, {earned} hundredths, expected {count} rows",)


SQLITE_BALANCE = (
    "INSERT INTO balances (teacher_id, school_year, category, earned_hundredths) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET earned_hundredths = earned_hundredths + excluded.earned_hundredths"
)


def _kept(value: Any) -> Any:
    """As SQLAlchemy keeps it in SQLite."""
    return value.hex if isinstance(value, UUID) else plain(value)


def _balance(row: Values) -> list[Any]:
    return [
        _kept(row["teacher_id"]),
        row["school_year"],
        row["category"],
        row["hours_hundredths"],
    ]
