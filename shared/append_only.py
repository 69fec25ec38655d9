"""Triggers that make a table append-only: facts are added, never changed or removed, on both databases."""

from alembic.operations import Operations

REFUSAL = "append-only table"

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{refusal}: {table}'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION 'append-only table: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRES_ROWS = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
_POSTGRES_TRUNCATE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def protect(op: Operations, table: str) -> None:
    """Refuse UPDATE and DELETE on the table, and TRUNCATE where there is one.

    SQLite's REPLACE deletes rows without firing triggers unless `recursive_triggers` is on: shared.db.
    Rebuilding a table on SQLite drops its triggers silently: such a migration must call this again.
    """
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(table=table, verb=verb, refusal=REFUSAL))
        return
    op.execute(_POSTGRES_FUNCTION)
    op.execute(_POSTGRES_ROWS.format(table=table))
    op.execute(_POSTGRES_TRUNCATE.format(table=table))
