"""What every test may use: the world, real servers, and how often a fault is tried."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from argon2 import PasswordHasher
from xdist.scheduler import LoadFileScheduling

from services.directory.commands import passwords

pytest_plugins = ["tests.fixtures_servers", "tests.fixtures_databases"]

SMOKE = 5
PART = 100
"""A full number of trials is tried in parts: processes share them, and no part's county grows too large."""
SECONDS_A_TRIAL = 90
SECONDS_A_TRIAL_OF_PLENTY = 600
"""Ten thousand events are said one after the other, and each comes several times."""
SPREAD = ("tests/faults/", "tests/fuzz/", "tests/simulation/")
"""Where tests take long and share nothing but what any process makes for itself; in this order.

All faults in a row: a process opens the county that they break once, and again only for another row.
"""


class LoadFileOrTest(LoadFileScheduling):  # type: ignore[misc]  # it ships no types
    """`--dist loadfile`, but a test of SPREAD goes to whichever process is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(SPREAD) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Only for the way in which this house runs its tests in several processes."""
    return LoadFileOrTest(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs every fault with its full number of trials."""
    parser.addoption("--full", action="store_true", help="full number of trials for every fault")


def pytest_configure(config: pytest.Config) -> None:
    """Markers that tests of several folders use."""
    text = "trials(full, smoke=5): how often a fault is tried when asked for in full, and otherwise"
    config.addinivalue_line("markers", text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`trials` is how often a test tries: what `@pytest.mark.trials(100)` says in full, five in a smoke.

    The cases of one fault count together: of seven places to die at, each is tried twice in a smoke, and
    the fault is made fourteen times.
    """
    if "trials" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("trials")
    assert marker is not None, "say @pytest.mark.trials(...)"
    full: int = marker.args[0]
    if not metafunc.config.getoption("--full"):
        metafunc.parametrize("trials", [min(full, marker.kwargs.get("smoke", SMOKE))])
        return
    parts = [min(PART, full - begun) for begun in range(0, full, PART)]
    metafunc.parametrize("trials", parts, ids=[f"part{number}" for number, _ in enumerate(parts, start=1)])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A trial waits for processes to die and to heal: a hang shows later than elsewhere.

    What takes long comes first, in full the longest of it, or one process would be left with it at the end.
    """
    for item in items:
        if trials := _trials(item):
            plenty = config.getoption("--full") and "plenty" in getattr(item, "fixturenames", ())
            seconds = SECONDS_A_TRIAL_OF_PLENTY if plenty else SECONDS_A_TRIAL
            item.add_marker(pytest.mark.timeout(seconds * (trials + 2)))
    items.sort(key=_row)
    if config.getoption("--full"):
        items.sort(key=_trials, reverse=True)


def _row(item: pytest.Item) -> int:
    """Which place of SPREAD it belongs to; one more than the last for all others."""
    return next((row for row, place in enumerate(SPREAD) if item.nodeid.startswith(place)), len(SPREAD))


def _trials(item: pytest.Item) -> int:
    """How often that test tries; 0 for a test that is not about chance."""
    return int(item.callspec.params.get("trials", 0)) if hasattr(item, "callspec") else 0


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password costs a tenth of a second on purpose, and in this process people sign in all the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """Seeded by the test's name, so that a run can be repeated."""
    return Random(request.node.nodeid)
