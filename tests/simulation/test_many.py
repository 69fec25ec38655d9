"""Running thousands of seeds: what happened to each is known, or it is said that it is not."""

import os
from collections import Counter

import pytest

from tests.simulation.__main__ import many
from tests.simulation.runs import Outcome

SEEDS = range(40, 60)


def fine(seed: int) -> Outcome:
    """A seed in which nothing is amiss."""
    return Outcome(seed=seed, findings=(), log=(), crashes=Counter())


def deadly(seed: int) -> Outcome:
    """One of them takes its process along, without a word."""
    if seed == SEEDS[10]:
        os._exit(1)
    return fine(seed)


def amiss(seed: int) -> Outcome:
    """One of them fails."""
    return Outcome(seed=seed, findings=("gone",) if seed == SEEDS[10] else (), log=(), crashes=Counter())


@pytest.mark.parametrize("jobs", [1, 2])
def test_seeds_without_a_finding_pass(jobs: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert many(SEEDS, jobs=jobs, try_one=fine) == 0
    assert "20/20 seeds, 0 failed" in capsys.readouterr().out


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_seed_with_a_finding_fails(jobs: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert many(SEEDS, jobs=jobs, try_one=amiss) == 1
    assert "20/20 seeds, 1 failed" in capsys.readouterr().out


def test_a_process_that_dies_of_a_seed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert many(SEEDS, jobs=2, try_one=deadly) == 1
    assert "a process died" in capsys.readouterr().out
