"""Alembic for every service: one history each, run from code or from its `env.py`, never two at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, text

from shared import db, tenancy
from shared.kernel_tables import WALLS as KERNELS
from shared.tenancy import Walls

LOCK = 0x79616E78756E
""""yanxun" in ASCII: one migration at a time in one database (on SQLite, BEGIN IMMEDIATE does the same)."""


def config_for(package: str) -> Config:
    """Alembic's settings for the history kept in `package` (such as "services.credits.migrations")."""
    config = Config()
    config.set_main_option("script_location", str(resources.files(package)))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, package: str, *, to: str = "head") -> None:
    """Bring the database to a revision; a second caller waits and then finds nothing to do."""
    _move(engine, package, command.upgrade, to=to)


def downgrade(engine: Engine, package: str, *, to: str) -> None:
    """Take the database back to a revision."""
    _move(engine, package, command.downgrade, to=to)


def _move(engine: Engine, package: str, move: Callable[[Config, str], None], *, to: str) -> None:
    config = config_for(package)
    with engine.connect() as connection, _tables_may_be_rebuilt(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # filling a new column takes its time
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(
                text("SELECT set_config('yanxun.schools', '*', true)")
            )  # filling sees all rows
        config.attributes["connection"] = connection
        config.attributes["down"] = move is command.downgrade
        move(config, to)
        _check_references(connection)


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """On SQLite, a table others refer to can only be rebuilt while nobody watches over references.

    The switch works outside of transactions only; what it let pass is looked at before the commit.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON").close()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise ValueError(f"a migration left rows that refer to nothing: {[tuple(row) for row in broken[:5]]}")


def run(metadata: MetaData, *, walls: Walls | None = None) -> None:
    """The whole of a service's `env.py`: migrate over the connection that `upgrade` handed in.

    The walls are no steps of the history: at its head they stand as the table of the service says.
    """
    connection: Connection = context.config.attributes["connection"]
    walled = connection.dialect.name == "postgresql" and walls is not None
    standing = {**KERNELS, **(walls or {})}
    if walled:
        tenancy.clear(connection, {} if context.config.attributes["down"] else standing)
    context.configure(
        connection=connection,
        target_metadata=[metadata, db.kernel],
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,  # on SQLite too, BEGIN IMMEDIATE being ours: a killed one leaves nothing
        compare_type=True,
    )
    context.run_migrations()
    if walled and current(connection) == context.get_head_revision():
        tenancy.build(connection, standing)


def current(connection: Connection) -> str | None:
    """The revision the database stands at."""
    return MigrationContext.configure(connection).get_current_revision()


def head(package: str) -> str | None:
    """The newest revision the code knows."""
    return ScriptDirectory.from_config(config_for(package)).get_current_head()
