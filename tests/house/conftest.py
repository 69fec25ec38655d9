"""What the house rules go through one by one."""

import pytest

from tests.house.tree import domain_services


@pytest.fixture(params=domain_services())
def service(request: pytest.FixtureRequest) -> str:
    """Each domain service by its folder's name."""
    return str(request.param)
