"""The console's sessions over PostgreSQL, as its own role in a database of its own."""

from collections.abc import Iterator

import pytest

from tests.console.browser import Site, site_of
from tests.console.test_sign_in import (
    test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out,
    test_a_guessed_cookie_opens_nothing,
    test_a_sign_in_clears_away_what_has_ended,
    test_after_two_hours_of_rest_the_password_is_asked_for,
    test_the_table_holds_no_cookie,
    test_work_goes_on_while_the_token_is_renewed,
)
from tests.fixtures_databases import Databases
from tests.world import World
from tests.world import world as opened

ALSO = (
    test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out,
    test_a_guessed_cookie_opens_nothing,
    test_a_sign_in_clears_away_what_has_ended,
    test_after_two_hours_of_rest_the_password_is_asked_for,
    test_the_table_holds_no_cookie,
    test_work_goes_on_while_the_token_is_renewed,
)
"""Of a suite whose other tests have nothing to do with the database."""


@pytest.fixture
def world() -> Iterator[World]:
    """A county of its own for each test."""
    with opened() as county:
        yield county


@pytest.fixture
def site(world: World, databases: Databases) -> Iterator[Site]:
    """The console, whose sessions are kept in PostgreSQL."""
    site = site_of(world, database_url=databases("console").app_url)
    yield site
    site.engine.dispose()
