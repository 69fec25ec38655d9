"""G10: the embedded platform in this process, beside what SQLite allows with the same settings."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count as counting
from pathlib import Path

from deploy import embedded, memory
from services.activities.domain import ATTENDEES_MAX
from shared.values import in_chunks
from tests.bench import limits, people, watching
from tests.bench.figures import Kind, Round, Row, Rows
from tests.bench.people import People
from tests.bench.progress import Step

WARM_UP = 500
LIMIT = f"limit: SQLite, claim + ledger + balance, {limits.SQLITE_ROWS_A_TRANSACTION} a transaction"
PRODUCT = "product, embedded: one session, to the last ledger row"


def measure(rows: Rows, *, count: int, rounds: int) -> Iterator[Step]:
    """A warm-up, then the rounds in turn."""
    yield Step(f"embedded: {count:,} people enter")
    with platform_of(count) as (platform, folder, attendees):
        forms = (f"bench_embedded_{number}" for number in counting())

        def limit(number: int) -> Round:
            seconds, findings = limits.sqlite_set_wise(folder, number)
            return Round(value=seconds, findings=findings)

        def product(number: int) -> Round:
            return _one_session(platform, attendees, form=next(forms), number=number)

        turns = [
            ("embedded.limit", LIMIT, Kind.LIMIT, limit),
            ("embedded.ledger", PRODUCT, Kind.PRODUCT, product),
        ]
        for _, _, _, timed in turns:
            timed(WARM_UP)
        for number in range(rounds):
            for key, title, kind, timed in turns if number % 2 else turns[::-1]:
                yield Step(f"round {number + 1}: {title}")
                rows.note(Row(key=key, title=title, kind=kind, unit="s", count=count), timed(count))


def steps(rounds: int) -> int:
    """How many steps `measure` takes."""
    return 1 + 2 * rounds


@contextmanager
def platform_of(count: int) -> Iterator[tuple[embedded.Embedded, Path, People]]:
    """A data folder of its own, the platform at work in it, and its people known everywhere."""
    folder = Path(tempfile.mkdtemp(prefix="yanxun-bench-embedded-"))
    try:
        platform = embedded.assemble(folder / "data", deployment="bench")
        try:
            memory.settle()  # as `yanxun up` does
            platform.start()
            attendees = people.provide(platform.running, count=count)
            watching.until_quiet(platform.running)
            yield platform, folder, attendees
        finally:
            platform.close()
    finally:
        shutil.rmtree(folder)


def _one_session(platform: embedded.Embedded, attendees: People, *, form: str, number: int) -> Round:
    running = platform.running
    activity_id = attendees.hold(running["activities"], form=form)
    watching.until_quiet(running)
    arrivals = watching.Arrivals(running["activities"], running["credits"])
    began = time.monotonic()
    for part in in_chunks(attendees.teachers[:number], of=ATTENDEES_MAX):
        attendees.confirm(running["activities"], activity_id, part)
    seconds = arrivals.all_since() - began
    watching.until_quiet(running)
    findings = (
        *watching.ledger_findings(running, form=form, expected=number),
        *watching.notice_findings(running, form=form, expected=number),
        *watching.stream_findings(running),
    )
    return Round(value=seconds, findings=findings)
