"""The toy's door over a database of its own for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.db import kernel
from tests.signed_in import Door, opened_door
from tests.web.toy import SERVICE

NOW = datetime(2026, 10, 14, 6, 0, tzinfo=UTC)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """The toy on a Wednesday afternoon in October."""
    with opened_door(tmp_path / "toy.sqlite", SERVICE, now=NOW) as door:
        kernel.create_all(door.engine)
        SERVICE.metadata.create_all(door.engine)
        yield door
