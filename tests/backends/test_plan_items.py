"""What is promised of plan items holds on PostgreSQL too, as the service's own role, and for two at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from services.plans.service import SERVICE
from tests.fixtures_databases import Databases
from tests.plans.conftest import NOW
from tests.plans.facts import FIRST, SECOND, approved, attended, first_item
from tests.plans.test_handlers import *  # noqa: F403  the very same tests through another door
from tests.plans.test_handlers import fulfilments
from tests.signed_in import Door, opened_at


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The service on a Wednesday afternoon in October, at two."""
    with opened_at(databases("plans").app_url, SERVICE, now=NOW) as door:
        yield door


def test_two_sessions_that_fulfil_an_item_at_once_are_said_once(door: Door) -> None:
    item_id = first_item(door, approved(door))
    ready = Barrier(2)

    def hear(activity_id: UUID) -> None:
        ready.wait()
        door.hear(attended(item_id, activity_id=activity_id))

    with ThreadPoolExecutor(2) as both:
        list(both.map(hear, [FIRST, SECOND]))

    assert len(door.rows("item_fulfilments")) == 2
    assert len(fulfilments(door)) == 1
