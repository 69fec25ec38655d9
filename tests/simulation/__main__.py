"""`python -m tests.simulation`: one seed again with every step, or thousands with a line of progress."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from tests.simulation.runs import Outcome, run

LINE_EVERY_SECONDS = 2.0


def main() -> int:
    """Exit code 1 when a run failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one seed")
    parser.add_argument("--seeds", type=int, default=300, help="run so many seeds (default: %(default)s)")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first of them")
    parser.add_argument("--jobs", type=int, default=1, help="in so many processes")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every step of a single seed")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _one(asked.seed, verbose=asked.verbose)
    return many(range(asked.first, asked.first + asked.seeds), jobs=asked.jobs)


def _one(seed: int, *, verbose: bool) -> int:
    outcome = run(seed)
    if verbose:
        _say(*outcome.log)
    _say(outcome.report() if outcome.findings else f"seed {seed}: nothing amiss")
    return 1 if outcome.findings else 0


def many(seeds: range, *, jobs: int, try_one: Callable[[int], Outcome] = run) -> int:
    """Run these, with a line of progress; 1 when one failed, or a process died of one."""
    done, failed, began, said = 0, 0, time.monotonic(), 0.0
    try:
        for outcome in _outcomes(seeds, jobs=jobs, try_one=try_one):
            done += 1
            if outcome.findings:
                failed += 1
                _say(outcome.report())
            elapsed = time.monotonic() - began
            if elapsed - said > LINE_EVERY_SECONDS or done == len(seeds):
                said = elapsed
                _say(f"{done}/{len(seeds)} seeds, {failed} failed, {done / elapsed:.1f} a second")
    except BrokenProcessPool:
        _say(f"a process died: of the seeds from {seeds[done]} on nothing is known; run them with --jobs 1")
        return 1
    return 1 if failed else 0


def _outcomes(seeds: Iterable[int], *, jobs: int, try_one: Callable[[int], Outcome]) -> Iterator[Outcome]:
    """In the order of the seeds."""
    if jobs == 1:
        yield from map(try_one, seeds)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(try_one, seeds, chunksize=4)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
