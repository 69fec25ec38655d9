"""The directory's door over a database of its own for each test, with the cast in its registers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.directory.service import SERVICE
from shared import db
from tests.directory.register import NOW, enter_everybody
from tests.signed_in import Door, migrated_file, opened_door


@pytest.fixture(scope="session")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everybody in it; passwords are slow to hash, so it is made once."""
    path = migrated_file(tmp_path_factory.mktemp("directory"), SERVICE)
    engine = db.make_engine(f"sqlite:///{path}")
    enter_everybody(engine)
    engine.dispose()
    return path


@pytest.fixture
def door(registers: Path, tmp_path: Path) -> Iterator[Door]:
    """The directory on a Wednesday afternoon in October, at two."""
    path = shutil.copy(registers, tmp_path)
    with opened_door(Path(path), SERVICE, now=NOW) as door:
        yield door
