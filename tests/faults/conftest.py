"""The county that all files of faults break, one after the other."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.county import FaultCounty, open_county

FAILED = pytest.StashKey[bool]()


@dataclass(slots=True)
class Kept:
    """One county for many tests; whoever leaves it broken does not break the next one's."""

    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    opened: FaultCounty | None = None

    def county(self) -> FaultCounty:
        """The one that is there, or a new one."""
        if self.opened is None:
            self.opened = self.stack.enter_context(open_county())
        return self.opened

    def close(self) -> None:
        """Nobody gets this one any more."""
        self.opened = None
        self.stack.close()


@pytest.fixture(scope="package")
def kept() -> Iterator[Kept]:
    """Opened by the first test that asks, gone with the last: its processes look for work all the time."""
    keeping = Kept()
    yield keeping
    keeping.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Whoever clears up after a test knows whether it failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def county(kept: Kept, request: pytest.FixtureRequest) -> Iterator[FaultCounty]:
    """Servers, databases and workers; a test that fails, or leaves them broken, is the last to see them."""
    county = kept.county()
    county.renew()
    yield county
    if request.node.stash.get(FAILED, False) or not county.is_whole or county.is_large:
        kept.close()


@pytest.fixture
def in_full(pytestconfig: pytest.Config) -> bool:
    """Whether every fault is made as often, and lasts as long, as it should before a release."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
def plenty(in_full: bool) -> int:  # noqa: FBT001  a fixture is given by its name
    """How many events there are in a trial that is about many: in full, ten make a hundred thousand."""
    return 10_000 if in_full else 50
