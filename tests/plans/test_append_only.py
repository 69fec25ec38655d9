"""Reviews and what was heard of items are facts: the database itself refuses to change or remove them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.plans.facts import announced, approved, attended, first_item
from tests.signed_in import Door

CHANGES = {
    "plan_reviews": "revision_no = 9",
    "item_sessions": "activity_id = item_id",
    "item_fulfilments": "activity_id = item_id",
}


STATEMENTS = [
    statement.format(table=table, change=change)
    for table, change in CHANGES.items()
    for statement in (
        "UPDATE {table} SET {change}",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
    )
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_fact_is_neither_changed_nor_removed(door: Door, statement: str) -> None:
    item_id = first_item(door, approved(door))
    door.hear(announced(item_id))
    door.hear(attended(item_id))
    before = [door.rows(table) for table in CHANGES]

    with door.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only table"):
        connection.execute(text(statement))

    assert [door.rows(table) for table in CHANGES] == before
    assert all(before)
