"""The world of a story."""

from collections.abc import Iterator

import pytest

from tests.world import World
from tests.world import world as opened


@pytest.fixture
def world() -> Iterator[World]:
    """A county of its own for each story."""
    with opened() as county:
        yield county
