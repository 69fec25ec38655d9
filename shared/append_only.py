"""Triggers that keep facts: added and never changed, or at most withdrawn; on both databases."""

from collections.abc import Sequence

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


_SQLITE_DATED = (
    """
CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, 'dated facts: {table}'); END
""",
    """
CREATE TRIGGER {table}_withdrawn_once BEFORE UPDATE OF withdrawn_at, withdrawn_in ON {table}
WHEN OLD.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'dated facts: {table}'); END
""",
    """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'dated facts: {table}'); END
""",
)
_POSTGRES_DATED = (
    """
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION 'dated facts: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
""",
    """
CREATE TRIGGER {table}_withdrawn_once BEFORE UPDATE OF withdrawn_at, withdrawn_in ON {table}
FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite()
""",
    """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_rewrite()
""",
    """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite()
""",
)


def protect_dated(op: Operations, table: str, *, columns: Sequence[str]) -> None:
    """Refuse to delete a row, to change these columns, and to withdraw a row twice.

    `columns` are all but `withdrawn_at`, `withdrawn_in` and those that erasing a person must rewrite.
    """
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_DATED if sqlite else _POSTGRES_DATED:
        op.execute(statement.format(table=table, columns=", ".join(columns)))


_SQLITE_BUT = (
    """
CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OF {columns} ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only table: {table}'); END
""",
    """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'append-only table: {table}'); END
""",
)
_POSTGRES_BUT = (
    """
CREATE OR REPLACE FUNCTION refuse_restating() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    RAISE EXCEPTION 'append-only table: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OF {columns} ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_restating()
""",
    """
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_restating()
""",
    """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_restating()
""",
)
_SQLITE_UNLESS = """
CREATE TRIGGER {table}_no_rewording BEFORE UPDATE ON {table} WHEN NOT ({unless})
BEGIN SELECT RAISE(ABORT, 'append-only table: {table}'); END
"""
_POSTGRES_REWORDING = """
CREATE FUNCTION {table}_rewording() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF {unless} THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'append-only table: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRES_UNLESS = """
CREATE TRIGGER {table}_no_rewording BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_rewording()
"""


def protect_but(op: Operations, table: str, *, columns: Sequence[str]) -> None:
    """Refuse to delete a row and to change these columns: all but what erasing a person rewrites."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_BUT if sqlite else _POSTGRES_BUT:
        op.execute(statement.format(table=table, columns=", ".join(columns)))


def refuse_rewording(op: Operations, table: str, *, unless: str) -> None:
    """Refuse to change the others too, but where a condition over OLD holds."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (_SQLITE_UNLESS,) if sqlite else (_POSTGRES_REWORDING, _POSTGRES_UNLESS):
        op.execute(statement.format(table=table, unless=unless))


def unprotect_but(op: Operations, table: str) -> None:
    """The way back of both."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in ("rewrite", "delete", "rewording", *(() if sqlite else ("truncate",))):
        op.execute(f"DROP TRIGGER {table}_no_{verb}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute(f"DROP FUNCTION {table}_rewording")
