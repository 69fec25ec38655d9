"""What every test may use: the world, and real servers."""

import pytest

pytest_plugins = ["tests.fixtures_servers"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs every fault with its full number of trials."""
    parser.addoption("--full", action="store_true", help="full number of trials for tests/faults")


def pytest_configure(config: pytest.Config) -> None:
    """Markers that tests of several folders use."""
    config.addinivalue_line("markers", "trials(full): how often a fault is tried when asked for in full")
