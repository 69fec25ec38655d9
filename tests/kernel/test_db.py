"""The database layer: no update is lost, no moment naive, no fact changed, only new rows are returned."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from shared import append_only
from shared.db import Moment, make_engine, new_metadata, term, transaction
from shared.inserts import ALIKE_FROM, insert_new, insert_own, insert_unread
from shared.vocabulary import SessionRole
from tests.kernel.counting import counters
from tests.kernel.toy import CREDITS, NOW, Toy, Toys

metadata = new_metadata()
moments = Table("moments", metadata, Column("id", Integer, primary_key=True), Column("at", Moment))
ledger = Table("ledger", metadata, Column("id", Integer, primary_key=True), Column("hours", Integer))
words = Table(
    "words", metadata, Column("id", Integer, primary_key=True), Column("word", String(20), unique=True)
)
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger),
    Column("text", String(20)),
    Column("yes", Boolean),
    Column("day", Date),
    Column("at", Moment),
    Column("who", Uuid),
    Column("bytes", LargeBinary),
    Column("object", JSON),
    Column("role", term(SessionRole)),
    Column("small", SmallInteger),
)
"""A column of every kind there is."""

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 4, 100


@pytest.fixture
def toy(toys: Toys) -> Toy:
    """A database with the tables of this file, the ledger protected."""
    made = toys(CREDITS)
    with made.running.engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(insert(ledger), [{"id": 1, "hours": 200}])
        append_only.protect(Operations(MigrationContext.configure(connection)), "ledger")
    return made


def plain(toy: Toy, table: Table) -> list[tuple[Any, ...]]:
    """The rows as tuples."""
    return [tuple(row) for row in toy.rows(table)]


# --- updates ---------------------------------------------------------------------------------------------


def test_processes_that_read_and_write_lose_nothing(tmp_path: Path) -> None:
    """With the driver's own transactions three of four such updates were lost without an error (FACT11)."""
    url = f"sqlite:///{tmp_path / 'counted.sqlite3'}"
    engine = make_engine(url)
    with engine.begin() as connection:
        counters.metadata.create_all(connection)
        connection.execute(insert(counters).values(id=1, value=0))
    engine.dispose()
    command = [sys.executable, "-m", "tests.kernel.counting", url, str(EACH)]

    counting = [subprocess.Popen(command, cwd=ROOT) for _ in range(PROCESSES)]

    assert [process.wait() for process in counting] == [0] * PROCESSES
    with make_engine(url).begin() as connection:
        assert connection.execute(select(counters.c.value)).scalar_one() == PROCESSES * EACH


def test_a_reader_does_not_wait_for_the_writer(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'read.sqlite3'}")
    with engine.begin() as connection:
        counters.metadata.create_all(connection)

    with transaction(engine) as writer, transaction(engine, write=False) as reader:
        writer.execute(insert(counters).values(id=1, value=1))
        assert reader.execute(select(counters)).all() == []

    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_sqlite_is_set_to_be_safe(tmp_path: Path, pragma: str, value: object) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'safe.sqlite3'}")

    with engine.begin() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value

    engine.dispose()


# --- append-only -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger SET hours = 0", "DELETE FROM ledger", "UPDATE ledger SET hours = 0 WHERE id = 1"],
)
def test_a_fact_is_neither_changed_nor_removed(toy: Toy, statement: str) -> None:
    with pytest.raises(DatabaseError, match=append_only.REFUSAL), toy.transaction() as session:
        session.execute(text(statement))

    assert plain(toy, ledger) == [(1, 200)]


def test_a_fact_is_not_replaced(toy: Toy) -> None:
    """SQLite's REPLACE passes row triggers unless they recurse (FACT12), PostgreSQL's TRUNCATE (FACT13)."""
    sqlite = toy.running.engine.dialect.name == "sqlite"
    statement = "REPLACE INTO ledger (id, hours) VALUES (1, 0)" if sqlite else "TRUNCATE ledger"

    with pytest.raises(DatabaseError, match=append_only.REFUSAL), toy.transaction() as session:
        session.execute(text(statement))

    assert plain(toy, ledger) == [(1, 200)]


def test_the_pragma_is_what_stops_a_replacement(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "planted.sqlite3") as bare:
        bare.execute("CREATE TABLE ledger (id INTEGER PRIMARY KEY, hours INTEGER)")
        for verb in ("UPDATE", "DELETE"):
            bare.execute(append_only._SQLITE.format(table="ledger", verb=verb, refusal=append_only.REFUSAL))
        bare.execute("INSERT INTO ledger VALUES (1, 200)")
        bare.execute("REPLACE INTO ledger VALUES (1, 0)")
        rewritten = bare.execute("SELECT hours FROM ledger").fetchall()
        bare.execute("PRAGMA recursive_triggers = ON").close()
        with pytest.raises(sqlite3.IntegrityError, match=append_only.REFUSAL):
            bare.execute("REPLACE INTO ledger VALUES (1, 1)")
    bare.close()

    assert rewritten == [(0,)]


def test_a_fact_can_be_added(toy: Toy) -> None:
    with toy.transaction() as session:
        session.execute(insert(ledger).values(id=2, hours=-200))

    assert plain(toy, ledger) == [(1, 200), (2, -200)]


# --- moments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
def test_a_moment_comes_back_as_the_same_moment_in_utc(toy: Toy, zone: timezone) -> None:
    at = NOW.astimezone(zone) + timedelta(microseconds=7)

    with toy.transaction() as session:
        session.execute(insert(moments).values(id=1, at=at))

    ((_, found),) = plain(toy, moments)
    assert (found, found.tzinfo) == (at, UTC)


def test_a_naive_moment_is_refused(toy: Toy) -> None:
    naive = datetime(2026, 9, 22, 8, 0)  # noqa: DTZ001  the mistake itself

    with pytest.raises(StatementError, match="a moment needs its time zone"), toy.transaction() as session:
        session.execute(insert(moments).values(id=1, at=naive))

    assert toy.rows(moments) == []


def test_moments_are_compared_as_moments(toy: Toy) -> None:
    east = timezone(timedelta(hours=8))
    with toy.transaction() as session:
        session.execute(insert(moments), [{"id": 1, "at": NOW}, {"id": 2, "at": NOW + timedelta(seconds=1)}])

        later = session.execute(select(moments.c.id).where(moments.c.at > NOW.astimezone(east))).scalars()

    assert list(later) == [2]


# --- insert what is not there ----------------------------------------------------------------------------


def test_only_new_rows_are_written_and_returned(toy: Toy) -> None:
    with toy.transaction() as session:
        first = insert_new(session, words, [{"id": 1, "word": "学时"}])
        second = insert_new(
            session, words, [{"id": 1, "word": "x"}, {"id": 2, "word": "学时"}, {"id": 3, "word": "学分"}]
        )
        none = insert_new(session, words, [])

    assert [tuple(row) for row in first] == [(1, "学时")]
    assert [tuple(row) for row in second] == [(3, "学分")]
    assert none == []
    assert plain(toy, words) == [(1, "学时"), (3, "学分")]


def test_many_rows_are_written_and_returned_whole(toy: Toy) -> None:
    rows: list[dict[str, Any]] = [{"id": number, "word": str(number)} for number in range(2500)]

    with toy.transaction() as session:
        half = insert_new(session, words, rows[:1000])
        rest = insert_new(session, words, rows)

    assert {row.id for row in half} == set(range(1000))
    assert {row.id for row in rest} == set(range(1000, 2500))


THING: dict[str, Any] = {
    "number": 2**62,
    "text": "教'研\\",
    "yes": True,
    "day": NOW.date(),
    "at": NOW,
    "who": UUID(int=7),
    "bytes": b"\0\xff",
    "object": {"学": ["时", None]},
    "role": SessionRole.HOST,
    "small": -3,
}
NOTHING: dict[str, Any] = {name: None for name in THING if name != "object"} | {"object": []}


@pytest.mark.parametrize("count", [1, ALIKE_FROM - 1, ALIKE_FROM, 3 * ALIKE_FROM])
@pytest.mark.parametrize("different", [None, *THING])
@pytest.mark.parametrize("alike", [THING, NOTHING], ids=["said", "nothing"])
def test_what_is_alike_in_all_rows_is_written_into_each(
    toy: Toy, alike: dict[str, Any], different: str | None, count: int
) -> None:
    rows: list[dict[str, Any]] = [{"id": number, **alike} for number in range(count)]
    if different:
        rows[count // 2][different] = (NOTHING if alike is THING else THING)[different]

    with toy.transaction() as session:
        assert insert_unread(session, things, rows) == count

    assert [row._asdict() for row in toy.rows(things)] == rows


def test_rows_that_are_alike_in_everything_are_one_row(toy: Toy) -> None:
    with toy.transaction() as session:
        written = insert_new(session, words, [{"id": 1, "word": "学时"}] * (2 * ALIKE_FROM))

    assert [tuple(row) for row in written] == [(1, "学时")]


def test_rows_that_nobody_reads_are_counted(toy: Toy) -> None:
    with toy.transaction() as session:
        first = insert_unread(session, words, [{"id": 1, "word": "学时"}])
        second = insert_unread(session, words, [{"id": 1, "word": "x"}, {"id": 2, "word": "学分"}])
        none = insert_unread(session, words, [])

    assert (first, second, none) == (1, 1, 0)
    assert plain(toy, words) == [(1, "学时"), (2, "学分")]


@pytest.mark.parametrize(
    ("there", "written"),
    [
        ([], ["一", "二", "三"]),
        (["二"], ["一", "三"]),
        (["一", "二", "三"], []),
    ],
)
def test_of_rows_with_keys_of_their_own_those_that_were_written_come_back(
    toy: Toy, there: list[str], written: list[str]
) -> None:
    """The word is what makes a row the same again; the id was made for this attempt."""
    rows: list[dict[str, Any]] = [{"id": 10 + place, "word": word} for place, word in enumerate("一二三")]
    with toy.transaction() as session:
        insert_new(session, words, [{"id": place, "word": word} for place, word in enumerate(there)])

        own = insert_own(session, words, rows)

    assert [row["word"] for row in own] == written
    assert {row for row in plain(toy, words) if row[0] >= 10} == {(row["id"], row["word"]) for row in own}


def test_other_mistakes_are_not_swallowed(toy: Toy) -> None:
    with pytest.raises(IntegrityError), toy.transaction() as session:
        session.execute(insert(words), [{"id": 1, "word": "a"}, {"id": 1, "word": "b"}])

    assert plain(toy, words) == []
