"""Three hundred counties in bad weather, each from a seed that replays exactly (F37, PR30)."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.processes import PLACES
from tests.simulation.runs import Outcome, run

COVERING = range(100)
"""So many seeds are enough to kill a process everywhere."""
SEEDS, SEEDS_A_BLOCK = 300, 25
BLOCKS = [range(first, first + SEEDS_A_BLOCK) for first in range(len(COVERING), SEEDS, SEEDS_A_BLOCK)]


def outcomes_of(seeds: range) -> list[Outcome]:
    """What they showed; none of them may find anything amiss."""
    outcomes = [run(seed) for seed in seeds]
    failed = [outcome.report() for outcome in outcomes if outcome.findings]
    assert not failed, "\n".join(failed)
    return outcomes


@pytest.mark.timeout(900)
def test_nothing_is_lost_wherever_a_process_dies() -> None:
    died = {place for outcome in outcomes_of(COVERING) for place in outcome.crashes}

    assert set(PLACES) <= died


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seeds", BLOCKS, ids=lambda seeds: f"from {seeds.start}")
def test_nothing_is_lost_doubled_or_left_moving(seeds: range) -> None:
    assert len(outcomes_of(seeds)) == SEEDS_A_BLOCK


@pytest.mark.parametrize("seed", [3, 8])
def test_a_seed_replays_line_for_line(seed: int) -> None:
    first = run(seed)
    run(seed + 1)

    again = run(seed)

    assert again.log == first.log


@pytest.mark.timeout(300)
def test_a_seed_replays_in_another_process() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seed", "5", "-v"]

    printed = {
        hash_seed: subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, check=True
        ).stdout.decode()
        for hash_seed in ("1", "2")
    }

    assert printed["1"] == printed["2"]
    assert "\n".join(run(5).log) in printed["1"]


def test_a_failing_seed_says_how_to_see_it_again() -> None:
    outcome = Outcome(seed=17, log=(), findings=("INV1 sum of the ledger: missing",), crashes=Counter())

    assert outcome.report().splitlines() == [
        "seed 17:",
        "  INV1 sum of the ledger: missing",
        "again: python -m tests.simulation --seed 17 -v",
    ]
