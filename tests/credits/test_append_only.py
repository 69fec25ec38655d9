"""The ledger, the rules and the revocations cannot be rewritten, whatever SQL is tried on SQLite."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.credits.facts import confirmed, hear, ledger, revoked
from tests.signed_in import Door

FORBIDDEN = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "UPDATE OR REPLACE {table} SET {column} = {column}",
]
TABLES = [("ledger_entries", "minutes"), ("rule_packs", "name"), ("known_revocations", "round_no")]


@pytest.mark.parametrize(("table", "column"), TABLES)
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_fact_cannot_be_changed_or_removed(door: Door, *, statement: str, table: str, column: str) -> None:
    hear(door, confirmed(), revoked())
    before = ledger(door)

    with pytest.raises(IntegrityError, match="append-only"), door.engine.begin() as connection:
        connection.execute(text(statement.format(table=table, column=column)))

    assert ledger(door) == before


def test_replace_cannot_rewrite_an_entry(door: Door) -> None:
    """SQLite deletes the old row of a REPLACE without firing triggers, unless recursive triggers are on."""
    hear(door, confirmed())
    columns = (
        "teacher_id, activity_id, round_no, kind, id, school_id, held_on, school_year, form, category, role"
    )
    rest = "rule_pack_id, weight_hundredths, minutes_per_hour, cut_hundredths, reverses_id, appended_at"
    rewrite = (
        f"REPLACE INTO ledger_entries ({columns}, minutes, hours_hundredths, {rest})"  # noqa: S608  our own literals
        f" SELECT {columns}, 9000, 20000, {rest} FROM ledger_entries"
    )

    with pytest.raises(IntegrityError, match="append-only"), door.engine.begin() as connection:
        connection.execute(text(rewrite))
