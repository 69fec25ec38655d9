"""`python -m tests.bench.scaling 0.1 1 3`: made-up counties brought in, and what each of them cost.

The points and the model of `docs/scaling.md`, one held against the other: each county is new, with servers of
its own, all of them on this machine. What was measured is kept in `var/bench/scaling.json`.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import Engine, text

from deploy import audit, cast, secrets
from deploy.county.load import quiet, run
from deploy.demo import enter_first_officer
from deploy.demo_county import settle_in
from deploy.doors import RENEWED_BEFORE, Visit
from deploy.loops import utc_now
from deploy.processes import County, county
from deploy.registry import DOMAIN
from deploy.servers.program import family_of
from shared import db
from shared.client import Client
from tests.bench import machine
from tests.quiet import in_flight

SECONDS_BEFORE_ANYTHING = 3.0
SECONDS_A_TEACHER, SECONDS_A_PLAN, SECONDS_AN_ATTENDANCE = 0.002, 0.30, 0.00032
"""Read off the points 0.02 and 1 of the page, on the machine it speaks of."""
KEPT = Path("var/bench/scaling.json")
YEAR = 2024
BOARDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One county, and what bringing it in took."""

    scale: float
    schools: int
    teachers: int
    plans: int
    sessions: int
    attendances: int
    ledger_entries: int
    notices: int
    register_seconds: float
    plans_seconds: float
    attendance_seconds: float
    rest_seconds: float
    """From the last request until all of it had become hours and notices."""
    processor_seconds: float
    """Of everything: services, databases, broker, and the loader itself."""
    database_megabytes: float
    loader_megabytes: float
    """The most the loader ever held."""
    board_milliseconds: float
    """The county's board over HTTP, the middle of some."""
    audit_findings: int

    @property
    def answered_seconds(self) -> float:
        """From the first request to the last answer: what the model is about, and so without the rest."""
        return round(self.register_seconds + self.plans_seconds + self.attendance_seconds, 1)

    @property
    def modelled_seconds(self) -> float:
        """What the model says of these counts."""
        return round(
            modelled_seconds(teachers=self.teachers, plans=self.plans, attendances=self.attendances), 1
        )

    @property
    def deviation_percent(self) -> float:
        """By how much of what the model says it took longer; less than nothing where it was faster."""
        return round(100 * (self.answered_seconds / self.modelled_seconds - 1), 1)

    def as_object(self) -> dict[str, float]:
        """For programs: what was measured, and the model beside it."""
        compared = ("answered_seconds", "modelled_seconds", "deviation_percent")
        return asdict(self) | {name: getattr(self, name) for name in compared}

    def as_line(self) -> str:
        """For whoever watches."""
        return (
            f"{self.scale:g}: {self.answered_seconds:,.1f} s to the last answer, "
            f"{self.modelled_seconds:,.1f} s by the model ({self.deviation_percent:+.1f} %), "
            f"{self.rest_seconds:,.1f} s more until all was written"
        )


def modelled_seconds(*, teachers: int, plans: int, attendances: int) -> float:
    """What bringing a year in costs until its last request is answered."""
    of_counts = SECONDS_A_TEACHER * teachers + SECONDS_A_PLAN * plans + SECONDS_AN_ATTENDANCE * attendances
    return SECONDS_BEFORE_ANYTHING + of_counts


def main() -> int:
    """Exit code 1 when an audit found something."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.scaling", description=__doc__)
    asked.add_argument("scales", nargs="+", type=float)
    asked.add_argument("--output", type=Path, default=KEPT, help="the points (default: %(default)s)")
    said = asked.parse_args()
    points: list[Point] = []
    commit = machine.commit()
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawned, max_tasks_per_child=1) as alone:  # a process remembers its own peak
        for point in alone.map(measure, said.scales):
            points.append(point)
            write(points, said.output, commit=commit)
            sys.stdout.write(point.as_line() + "\n")
            sys.stdout.flush()
    return 1 if any(point.audit_findings for point in points) else 0


def write(points: Sequence[Point], file: Path, *, commit: str) -> None:
    """Keep what was measured so far, and of which code."""
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = {"commit": commit, "points": [point.as_object() for point in points]}
    file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def measure(scale: float) -> Point:
    """Make a county, bring it in, and count."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanxun-scaling-")))
        written = _written(scale, folder)
        there = stack.enter_context(county())
        engines = stack.enter_context(_databases(there))
        visit = stack.enter_context(_visit(there, engines))
        before = _processor_seconds()
        clock = Clock()
        loaded = run.load(written, visit=visit, now=utc_now(), tell=clock.tell)
        clock.tell("rest", 0, 1)
        quiet.wait(visit, year=YEAR, tell=lambda _: None)
        while in_flight(engines):
            time.sleep(1)
        clock.tell("end", 0, 1)
        spent = _processor_seconds() - before
        return Point(
            scale=scale,
            schools=_count(engines["directory"], "schools"),
            teachers=_count(engines["credits"], "known_teachers"),
            plans=loaded.plans,
            sessions=loaded.sessions,
            attendances=loaded.attendances,
            ledger_entries=_count(engines["credits"], "ledger_entries"),
            notices=_count(engines["notify"], "notices"),
            register_seconds=round(clock.register, 1),
            plans_seconds=round(clock.spent["计划（学校）"], 1),
            attendance_seconds=round(clock.spent["出勤"] + clock.spent["撤销"], 1),
            rest_seconds=round(clock.spent["rest"], 1),
            processor_seconds=round(spent, 1),
            database_megabytes=round(sum(_megabytes(engine) for engine in engines.values()), 1),
            loader_megabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024, 1),
            board_milliseconds=round(_board_milliseconds(visit), 1),
            audit_findings=len(audit.run(engines)),
        )


class Clock:
    """How long each part of a load took, by what the loader tells."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._what, self._since = "", time.monotonic()

    @property
    def register(self) -> float:
        """The files of the directory are told each by its name, which begins with a number."""
        return sum(seconds for what, seconds in self.spent.items() if what[:1].isdigit())

    def tell(self, what: str, done: int, total: int) -> None:
        """What is being done from now on."""
        del done, total
        if what != self._what:
            now = time.monotonic()
            self.spent[self._what] += now - self._since
            self._what, self._since = what, now


def _written(scale: float, folder: Path) -> run.Written:
    command = ["county", "generate", "--scale", f"{scale:g}", "--year", str(YEAR), "--out", str(folder)]
    subprocess.run([sys.executable, "-m", "deploy.cli", *command], check=True, stdout=subprocess.DEVNULL)
    about = json.loads((folder / "county.json").read_bytes())
    return run.Written(folder=folder, year=YEAR, digest=about["digest"])


@contextmanager
def _databases(there: County) -> Iterator[Mapping[str, Engine]]:
    engines = {
        one.name: db.make_engine(secrets.read(there.secrets, f"{one.name}_database_url"), pool_size=1)
        for one in DOMAIN
    }
    yield engines
    for engine in engines.values():
        engine.dispose()


@contextmanager
def _visit(there: County, engines: Mapping[str, Engine]) -> Iterator[Visit]:
    """As the county office, at doors that are one address, as behind the proxy."""
    enter_first_officer(engines["directory"], now=datetime.now(UTC))
    transport = ToEachService(there.base_url)
    with httpx.Client(base_url="http://county", transport=transport) as http:
        nobody = Client(http=http)
        token = settle_in(nobody, cast.QIAN)
        yield Visit(nobody=nobody, token=token, renew_at=datetime.now(UTC) + RENEWED_BEFORE)


class ToEachService(httpx.BaseTransport):
    """Sends a request to the service that its path names."""

    def __init__(self, base_url: Callable[[str], str]) -> None:
        self._base_url = base_url
        self._inner = httpx.HTTPTransport(retries=1, limits=httpx.Limits(max_connections=20))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See the library."""
        there = httpx.URL(self._base_url(request.url.path.split("/")[2]))
        request.url = request.url.copy_with(host=there.host, port=there.port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """See the library."""
        self._inner.close()


def _processor_seconds() -> float:
    """Of this process and all it has started, also of those that have ended."""
    mine = os.times()
    spent = mine.user + mine.system + mine.children_user + mine.children_system
    for child in family_of(os.getpid())[1:]:
        spent += sum(int(ticks) for ticks in _stat(child)[11:15]) / TICKS
    return spent


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _count(engine: Engine, table: str) -> int:
    with db.transaction(engine, write=False) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608  a name of ours


def _megabytes(engine: Engine) -> float:
    with db.transaction(engine, write=False) as session:
        asked = text("SELECT pg_database_size(current_database())")
        return int(session.execute(asked).scalar_one()) / 1_000_000


def _board_milliseconds(visit: Visit) -> float:
    took = []
    for _ in range(BOARDS):
        began = time.monotonic()
        visit.client().get(quiet.BOARD, school_year=YEAR)
        took.append(time.monotonic() - began)
    return sorted(took)[BOARDS // 2] * 1_000


if __name__ == "__main__":
    sys.exit(main())
