"""The door of credits over a database of its own for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.credits.service import SERVICE
from tests.credits.facts import NOW, everybody_is_known, publish
from tests.signed_in import Door, migrated_file, opened_door


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest revision."""
    return migrated_file(tmp_path_factory.mktemp("credits"), SERVICE)


@pytest.fixture(scope="session")
def ruled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the county's rules in force and the schools and teachers known."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("ruled")))
    with opened_door(path, SERVICE, now=NOW) as door:
        publish(door)
        everybody_is_known(door)
    return path


@pytest.fixture
def empty(migrated: Path, tmp_path: Path) -> Iterator[Door]:
    """The service before anybody published rules."""
    with opened_door(Path(shutil.copy(migrated, tmp_path)), SERVICE, now=NOW) as door:
        yield door


@pytest.fixture
def door(ruled: Path, tmp_path: Path) -> Iterator[Door]:
    """The service on the afternoon of Teachers' Day, the rules in force and everybody known."""
    with opened_door(Path(shutil.copy(ruled, tmp_path)), SERVICE, now=NOW) as door:
        yield door
