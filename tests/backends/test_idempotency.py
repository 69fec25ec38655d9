"""One answer a key, over PostgreSQL: the second of two twins waits for the first one's claim."""
# ruff: noqa: F403  the very same tests, with another door

from collections.abc import Iterator

import pytest

from tests.fixtures_databases import Databases
from tests.signed_in import Door, opened_at
from tests.web.conftest import NOW
from tests.web.test_idempotency import *
from tests.web.toy import SERVICE


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The toy beside the kernel's tables of a real service."""
    with opened_at(databases("directory").owner_url, SERVICE, now=NOW) as door:
        SERVICE.metadata.create_all(door.engine)
        yield door
