"""Attendance and its revocations are facts: the database itself refuses to change or remove them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.activities.facts import confirmed
from tests.signed_in import CHEN, WU, Door, said_in


@pytest.mark.parametrize("table", ["attendance", "attendance_revocations"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET round_no = 9",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
def test_a_fact_is_neither_changed_nor_removed(door: Door, table: str, change: str) -> None:
    path = confirmed(door)
    body = {"teacher_ids": [str(CHEN.person_id)], "reason": "经核实当日请假"}
    said_in(door.as_(WU).post(f"{path}/attendance/revocations", body))
    before = door.rows(table)

    with door.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only table"):
        connection.execute(text(change.format(table=table)))

    assert door.rows(table) == before != []
