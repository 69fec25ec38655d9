"""Rows come along through the directory's migrations, and back, on PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.directory.service import SERVICE
from shared import db, migrations
from tests.directory.test_history_of_rows import (
    test_a_township_written_in_two_ways_becomes_one_district,
    test_facts_that_came_along_are_watched_over,
    test_groups_get_their_names_by_day_and_come_back_as_they_were,
    test_rows_of_the_first_step_get_a_history_and_come_back_as_they_were,
)
from tests.fixtures_databases import Databases

SAME = (
    test_a_township_written_in_two_ways_becomes_one_district,
    test_facts_that_came_along_are_watched_over,
    test_groups_get_their_names_by_day_and_come_back_as_they_were,
    test_rows_of_the_first_step_get_a_history_and_come_back_as_they_were,
)


@pytest.fixture
def first(databases: Databases) -> Iterator[Engine]:
    """A database of the first step, empty."""
    engine = db.make_engine(databases("directory").owner_url)
    migrations.downgrade(engine, SERVICE.migrations, to="0001")
    yield engine
    engine.dispose()
