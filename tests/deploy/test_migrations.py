"""The history of every service leads to its models, and back to nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect

from deploy.migrate import HISTORIES
from deploy.registry import CONSOLE
from deploy.services import SERVICES
from services.console import service as console
from shared import db, migrations
from shared.db import kernel
from tests.world import world

METADATA: Mapping[str, tuple[MetaData, ...]] = {
    **{service.name: (service.metadata, kernel) for service in SERVICES},
    CONSOLE.name: (console.metadata,),
}
"""What should stand in the database of each."""


@pytest.fixture
def migrated(service: str, tmp_path: Path) -> Iterator[Engine]:
    """An empty database at the newest step of the history."""
    engine = db.make_engine(f"sqlite:///{tmp_path / 'history.sqlite3'}")
    migrations.upgrade(engine, HISTORIES[service])
    yield engine
    engine.dispose()


@pytest.fixture
def made(service: str, tmp_path: Path) -> Iterator[Engine]:
    """A database made from the models, without the history."""
    engine = db.make_engine(f"sqlite:///{tmp_path / 'models.sqlite3'}")
    for part in METADATA[service]:
        part.create_all(engine)
    yield engine
    engine.dispose()


def test_every_service_with_a_database_is_looked_at() -> None:
    assert METADATA.keys() == HISTORIES.keys()


@pytest.mark.parametrize("service", METADATA)
def test_the_history_leads_to_the_models(migrated: Engine, service: str) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        parts = list(METADATA[service])
        assert compare_metadata(context, parts) == []  # type: ignore[arg-type]  # takes several, says one


@pytest.mark.parametrize("service", METADATA)
def test_every_constraint_has_the_same_name_and_words(migrated: Engine, made: Engine, service: str) -> None:
    for table in (table for part in METADATA[service] for table in part.tables):
        assert constraints_of(migrated, table) == constraints_of(made, table), table


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


@pytest.mark.parametrize("service", METADATA)
def test_the_way_back_leaves_nothing(migrated: Engine, service: str) -> None:
    migrations.downgrade(migrated, HISTORIES[service], to="base")

    assert set(inspect(migrated).get_table_names()) == {"alembic_version"}


def test_the_way_back_leaves_nothing_of_a_county_at_work() -> None:
    with world() as county:
        county.confirmed_activity()

        for name, running in county.platform.running.items():
            migrations.downgrade(running.engine, HISTORIES[name], to="base")

            assert set(inspect(running.engine).get_table_names()) == {"alembic_version"}
