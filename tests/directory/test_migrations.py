"""The history of directory leads to its models, and back to nothing."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from services.directory.models import Base
from services.directory.service import SERVICE
from shared import db, migrations
from shared.db import kernel
from tests.signed_in import Door


@pytest.fixture
def made(tmp_path: Path) -> Engine:
    """A database made from the models, without the history."""
    engine = db.make_engine(f"sqlite:///{tmp_path / 'models.sqlite'}")
    Base.metadata.create_all(engine)
    kernel.create_all(engine)
    return engine


def test_the_history_leads_to_the_models(door: Door) -> None:
    with door.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        both = [Base.metadata, kernel]
        assert compare_metadata(context, both) == []  # type: ignore[arg-type]  # takes several, says one


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_constraint_has_the_same_name_and_words(door: Door, made: Engine, table: str) -> None:
    assert constraints_of(door.engine, table) == constraints_of(made, table)


def test_the_way_back_leaves_nothing(door: Door) -> None:
    migrations.downgrade(door.engine, SERVICE.migrations, to="base")

    assert set(inspect(door.engine).get_table_names()) <= {"alembic_version"}


def constraints_of(engine: Engine, table: str) -> dict[str, object]:
    """Everything named that the database checks for us."""
    found = inspect(engine)
    return {
        "checks": sorted((one["name"], one["sqltext"]) for one in found.get_check_constraints(table)),
        "keys": found.get_pk_constraint(table),
        "foreign keys": sorted((one["name"], one["referred_table"]) for one in found.get_foreign_keys(table)),
        "unique": sorted((one["name"], one["column_names"]) for one in found.get_unique_constraints(table)),
        "indexes": sorted((one["name"], one["column_names"]) for one in found.get_indexes(table)),
    }
