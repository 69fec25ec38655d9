"""Imports over PostgreSQL, where several web processes answer: what differs between the databases."""

from collections.abc import Iterator

import pytest

from services.directory.service import SERVICE
from shared.settings import Mode
from tests.directory.register import NOW, enter_everybody
from tests.directory.test_import_kinds import (
    numbered,
    test_a_transfer_from_a_file_is_agreed_and_may_be_undone_by_itself,
    test_pairings_of_a_file_are_said_and_so_is_that_they_were_undone,
    test_who_retires_by_a_file_comes_back_alone,
)
from tests.directory.test_import_progress import (
    test_a_long_file_tells_how_far_it_has_come,
    test_why_a_file_came_to_nothing_is_told_afterwards,
)
from tests.directory.test_imports import test_undoing_restores_the_register_exactly
from tests.fixtures_databases import Databases
from tests.signed_in import Door, opened_at

ALSO = (
    numbered,
    test_a_long_file_tells_how_far_it_has_come,
    test_a_transfer_from_a_file_is_agreed_and_may_be_undone_by_itself,
    test_pairings_of_a_file_are_said_and_so_is_that_they_were_undone,
    test_undoing_restores_the_register_exactly,
    test_who_retires_by_a_file_comes_back_alone,
    test_why_a_file_came_to_nothing_is_told_afterwards,
)
"""Of suites whose other tests have nothing to do with the database."""


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The directory as a county runs it."""
    url = databases("directory").app_url
    with opened_at(url, SERVICE, now=NOW, mode=Mode.COUNTY) as door:
        enter_everybody(door.engine)
        yield door
