"""What an attendee's rows cost where they stand: in the product's tables, with their keys, indexes and walls.

The rows of a session are written once more, each table's by one statement, and taken back; PostgreSQL itself
says how long the writing took, without the reading. Whoever writes these rows is no faster on one core.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from psycopg import sql
from psycopg.sql import Composable, Identifier, Literal
from sqlalchemy import Table

from services.activities.models import Attendance
from services.credits.models import Balance, LedgerEntry
from services.notify.models import Notice
from shared.db import ServiceBase
from shared.service import Running
from shared.tenancy import COUNTY, SCOPE, Scope

NEW_ID = sql.SQL("gen_random_uuid()")
ADDED = sql.SQL(
    " ON CONFLICT (teacher_id, school_year, category)"
    " DO UPDATE SET earned_hundredths = balances.earned_hundredths + excluded.earned_hundredths"
)


def attendance(running: Running, *, of: UUID, as_of: UUID, scope: Scope) -> float:
    """Seconds for the attendance of one session as another's, within the walls of who confirms it."""
    statement = _again(Attendance, of=of, instead={"activity_id": Literal(as_of)})
    return _seconds(running, statement, scope=scope)


def ledger(running: Running, *, of: UUID, as_of: UUID) -> float:
    """Seconds for its ledger entries and for moving the balances."""
    entries = _again(LedgerEntry, of=of, instead={"activity_id": Literal(as_of), "id": NEW_ID})
    worth = {"earned_hundredths": Identifier("hours_hundredths")}
    moved = _again(Balance, of=of, instead=worth, read_from=LedgerEntry) + ADDED
    return _seconds(running, entries) + _seconds(running, moved)


def notices(running: Running, *, of: UUID, as_of: UUID) -> float:
    """Seconds for what its teachers and their mentors are told."""
    return _seconds(
        running, _again(Notice, of=of, instead={"activity_id": Literal(as_of), "entry_id": NEW_ID})
    )


def _again(
    model: type[ServiceBase],
    *,
    of: UUID,
    instead: Mapping[str, Composable],
    read_from: type[ServiceBase] | None = None,
) -> Composable:
    """An INSERT of rows made of a session's, by default of the same table."""
    names = list(cast("Table", model.__table__).columns.keys())
    return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE activity_id = {}").format(
        Identifier(model.__tablename__),
        sql.SQL(", ").join(map(Identifier, names)),
        sql.SQL(", ").join(instead.get(name, Identifier(name)) for name in names),
        Identifier((read_from or model).__tablename__),
        Literal(of),
    )


def _seconds(running: Running, statement: Composable, *, scope: Scope = COUNTY) -> float:
    bind = running.engine.execution_options(**{SCOPE: scope})
    with bind.connect() as connection, connection.begin() as transaction:
        driver: Any = connection.connection.driver_connection
        explained = driver.execute(sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) ") + statement).fetchone()
        transaction.rollback()
    return writing_seconds(explained[0][0])


def writing_seconds(explained: Mapping[str, Any]) -> float:
    """Of an insert that was explained: all of it, and its triggers, but not what it read."""
    root = explained["Plan"]
    read = sum(part["Actual Total Time"] for part in root["Plans"] if part["Parent Relationship"] == "Outer")
    triggers = sum(one["Time"] for one in explained.get("Triggers", ()))
    return float(root["Actual Total Time"] - read + triggers) / 1_000
