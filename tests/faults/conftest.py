"""The county that each file of faults breaks, and how often."""

from collections.abc import Iterator

import pytest

from tests.faults.county import FaultCounty, open_county

SMOKE = 5
SECONDS_A_TRIAL = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A trial waits for processes to die and to heal: a hang shows later than elsewhere."""
    for item in items:
        marker = item.get_closest_marker("trials")
        if marker:
            item.add_marker(pytest.mark.timeout(SECONDS_A_TRIAL * max(marker.args[0], SMOKE)))


@pytest.fixture(scope="module")
def county() -> Iterator[FaultCounty]:
    """Servers, databases and workers of this file's own."""
    with open_county() as opened:
        yield opened


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    """How often a test tries: `@pytest.mark.trials(100)` says the full number, a smoke is five."""
    marker = request.node.get_closest_marker("trials")
    full: int = marker.args[0] if marker else SMOKE
    return full if request.config.getoption("--full") else min(full, SMOKE)
