"""The console's table: made by its history, equal to the model, gone with the way back."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from services.console import service
from shared import db, migrations


def test_the_history_makes_what_the_model_says(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'console.sqlite3'}")

    migrations.upgrade(engine, service.migrations)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, service.metadata) == []

    migrations.downgrade(engine, service.migrations, to="base")
    assert tables_of(engine) == {"alembic_version"}
    engine.dispose()


def tables_of(engine: Engine) -> set[str]:
    """The tables there are."""
    return set(inspect(engine).get_table_names())
