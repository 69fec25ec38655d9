"""`python -m tests.simulation`: one seed again with every step, or thousands with a line of progress."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
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
    return _many(range(asked.first, asked.first + asked.seeds), jobs=asked.jobs)


def _one(seed: int, *, verbose: bool) -> int:
    outcome = run(seed)
    if verbose:
        _say(*outcome.log)
    _say(outcome.report() if outcome.findings else f"seed {seed}: nothing amiss")
    return 1 if outcome.findings else 0


def _many(seeds: range, *, jobs: int) -> int:
    failed, began, said = 0, time.monotonic(), 0.0
    for done, outcome in enumerate(_outcomes(seeds, jobs=jobs), start=1):
        if outcome.findings:
            failed += 1
            _say(outcome.report())
        elapsed = time.monotonic() - began
        if elapsed - said > LINE_EVERY_SECONDS or done == len(seeds):
            said = elapsed
            _say(f"{done}/{len(seeds)} seeds, {failed} failed, {done / elapsed:.1f} a second")
    return 1 if failed else 0


def _outcomes(seeds: Iterable[int], *, jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from map(run, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(run, seeds, chunksize=4)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
