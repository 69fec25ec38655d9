"""Everything a service's database holds, to be compared: what is refused leaves nothing there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, inspect, literal_column, select, table

AUDIT_LOG = frozenset({"audit_entries", "audit_objects"})
"""It alone may grow: a refusal is noted there."""

Stored = Mapping[str, Sequence[str]]
"""The rows of each table, in no order of their own."""


def stored(engine: Engine) -> Stored:
    """Every row of every table that is there, whoever declared it, but for the audit log."""
    with engine.execution_options(read_only=True).connect() as connection:
        names = set(inspect(connection).get_table_names()) - AUDIT_LOG
        return {name: _rows(connection, name) for name in sorted(names)}


def _rows(connection: Connection, name: str) -> list[str]:
    found: Sequence[Row[Any]] = connection.execute(select(literal_column("*")).select_from(table(name))).all()
    return sorted(repr(row) for row in found)
