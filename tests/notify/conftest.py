"""The door of notify over a database of its own for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notify.service import SERVICE
from tests.notify.facts import NOW
from tests.signed_in import Door, migrated_file, opened_door


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest revision."""
    return migrated_file(tmp_path_factory.mktemp("notify"), SERVICE)


@pytest.fixture
def door(migrated: Path, tmp_path: Path) -> Iterator[Door]:
    """The service before anything happened."""
    with opened_door(Path(shutil.copy(migrated, tmp_path)), SERVICE, now=NOW) as door:
        yield door
