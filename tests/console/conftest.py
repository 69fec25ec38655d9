"""The county in a box, with the console over it."""

from collections.abc import Iterator

import pytest

from tests.console.browser import Site, site_of
from tests.world import World
from tests.world import world as opened


@pytest.fixture
def world() -> Iterator[World]:
    """A county of its own for each test."""
    with opened() as county:
        yield county


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """The console over it, every service at work."""
    site = site_of(world)
    yield site
    site.engine.dispose()


@pytest.fixture(scope="module")
def lived_in() -> Iterator[Site]:
    """A county in which Chen's ninety minutes were confirmed, for tests that only look."""
    with opened() as county:
        county.confirmed_activity()
        site = site_of(county)
        yield site
        site.engine.dispose()
