"""What every test may use: the world, and real servers."""

from random import Random

import pytest

pytest_plugins = ["tests.fixtures_servers"]

SMOKE = 5
SECONDS_A_TRIAL = 90


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs every fault with its full number of trials."""
    parser.addoption("--full", action="store_true", help="full number of trials for tests/faults")


def pytest_configure(config: pytest.Config) -> None:
    """Markers that tests of several folders use."""
    text = "trials(full, smoke=5): how often a fault is tried when asked for in full, and otherwise"
    config.addinivalue_line("markers", text)


def _trials(item: pytest.Item) -> int | None:
    """How often that test tries; None for a test that is not about chance."""
    marker = item.get_closest_marker("trials")
    if marker is None:
        return None
    full: int = marker.args[0]
    return full if item.config.getoption("--full") else min(full, marker.kwargs.get("smoke", SMOKE))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A trial waits for processes to die and to heal: a hang shows later than elsewhere."""
    for item in items:
        trials = _trials(item)
        if trials is not None:
            item.add_marker(pytest.mark.timeout(SECONDS_A_TRIAL * (trials + 2)))


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    """How often this test tries: `@pytest.mark.trials(100)` says the full number, a smoke is five."""
    number = _trials(request.node)
    assert number is not None, "say @pytest.mark.trials(...)"
    return number


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """Seeded by the test's name, so that a run can be repeated."""
    return Random(request.node.nodeid)
