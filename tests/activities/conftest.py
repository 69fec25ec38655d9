"""The door of activities over a database of its own for each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.activities.service import SERVICE
from tests.activities.facts import everybody_is_known
from tests.signed_in import Door, migrated_file, opened_door

NOW = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which everybody of the cast is known, to be copied."""
    path = migrated_file(tmp_path_factory.mktemp("activities"), SERVICE)
    with opened_door(path, SERVICE, now=NOW) as door:
        everybody_is_known(door)
    return path


@pytest.fixture
def door(beginning: Path, tmp_path: Path) -> Iterator[Door]:
    """The service on a Wednesday afternoon in October, at two."""
    path = shutil.copy(beginning, tmp_path)
    with opened_door(Path(path), SERVICE, now=NOW) as door:
        yield door
