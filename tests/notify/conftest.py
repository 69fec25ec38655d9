"""A database of notify for each test, migrated as in life."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared import db, migrations


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("notify") / "empty.sqlite"
    engine = db.make_engine(f"sqlite:///{path}")
    migrations.upgrade(engine, "services.notify.migrations")
    engine.dispose()  # the last connection to close folds the write-ahead log into the file
    return path


@pytest.fixture
def engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own for each test."""
    path = tmp_path / "notify.sqlite"
    path.write_bytes(migrated.read_bytes())
    engine = db.make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()
