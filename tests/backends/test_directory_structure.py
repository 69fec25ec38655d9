"""Schools, groups, posts, absences and stages by day, over PostgreSQL."""
# ruff: noqa: F403  the very same tests, with another door

from collections.abc import Iterator

import pytest

from services.directory.service import SERVICE
from tests.directory.register import NOW, enter_everybody
from tests.directory.test_absences import *
from tests.directory.test_amend_school import *
from tests.directory.test_close_school import *
from tests.directory.test_groups import *
from tests.directory.test_posts import *
from tests.directory.test_stages import *
from tests.fixtures_databases import Databases
from tests.signed_in import Door, opened_at


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The directory as its own role in a database of its own."""
    with opened_at(databases("directory").app_url, SERVICE, now=NOW) as door:
        enter_everybody(door.engine)
        yield door
