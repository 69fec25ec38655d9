"""`python -m tests.bench`: the product beside limits and peers, a table, and `var/bench/latest.json`."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from deploy.servers import ProgramMissing, postgresql, rabbitmq
from shared import log
from tests.bench import chain, doors, embedded, growth, latency, machine, people, watching
from tests.bench.county import open_county
from tests.bench.figures import Rows
from tests.bench.goals import GOALS
from tests.bench.judging import STANDARD, judge
from tests.bench.progress import Line, Step, line
from tests.bench.report import Report, against

LATEST = Path("var/bench/latest.json")
SHORT = 2_000
ROUNDS = 3
EMBEDDED_ONLY = "PostgreSQL or RabbitMQ is not installed: only the embedded platform was measured"
EMBEDDED, CHAIN, IDLE, BURST, DOORS, GROWTH = "embedded", "chain", "idle", "burst", "doors", "growth"
PARTS = {
    "short": (EMBEDDED, CHAIN),
    "standard": (EMBEDDED, CHAIN, IDLE, BURST, DOORS),
    "long": (EMBEDDED, CHAIN, IDLE, BURST, DOORS, GROWTH),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be measured."""

    part: str
    sections: Sequence[str]
    count: int
    rounds: int

    def steps(self, *, county: bool) -> int:
        """How many there are to go."""
        long = {
            CHAIN: chain.steps(self.rounds),
            IDLE: self.rounds,
            BURST: 2,
            DOORS: doors.steps(self.rounds),
            GROWTH: growth.steps(self.rounds),
        }
        there = sum(long[name] for name in self.sections if name in long)
        alone = embedded.steps(self.rounds) if EMBEDDED in self.sections else 0
        return alone + (2 + machine.STEPS + there if county and there else 0)


def main() -> int:
    """Exit code 1 when the data of a row was wrong; a goal that is missed is a figure, not a failure."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, _end)
    log.configure(quiet=True)
    has_servers = _has_servers()
    sections = [
        name
        for name in PARTS[asked.part]
        if (not asked.only or name in asked.only) and (has_servers or name == EMBEDDED)
    ]
    count = asked.attendees or (SHORT if asked.part == "short" else STANDARD)
    wanted = Wanted(part=asked.part, sections=sections, count=count, rounds=asked.rounds)
    rows, versions = Rows(), dict(machine.versions())
    notes = [] if has_servers else [EMBEDDED_ONLY]
    try:
        with line(wanted.steps(county=has_servers)) as progress:
            if EMBEDDED in sections:
                progress.take(embedded.measure(rows, count=STANDARD, rounds=wanted.rounds))
            if set(sections) - {EMBEDDED}:
                _measure_county(wanted, rows, versions, progress)
    except BaseException as error:
        notes.append(f"ended early: {type(error).__name__}")
        raise
    finally:  # what was measured before a section failed took minutes, and counts
        report = Report(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            commit=machine.commit(),
            part=wanted.part,
            queue_type=versions.pop("queue_type", None),
            versions=versions,
            rows=rows,
            verdicts=judge(rows, GOALS),
            notes=notes,
        )
        _tell(report, output=asked.output, before=asked.against)
    return 1 if any(row.findings for row in rows) else 0


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """As Ctrl-C does: every server and process that was started goes too."""
    del frame
    sys.exit(128 + number)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parts = parser.add_mutually_exclusive_group()
    for name, text in (("short", f"{SHORT:,} attendees and the embedded platform"), ("long", "growth too")):
        parts.add_argument(f"--{name}", dest="part", action="store_const", const=name, help=text)
    parser.set_defaults(part="standard")
    parser.add_argument(
        "--only", action="append", choices=PARTS["long"], help="this section; may be repeated"
    )
    parser.add_argument("--attendees", type=int, help="so many in a round, instead of the part's number")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="rounds of each row (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=LATEST, help="the report (default: %(default)s)")
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="an earlier report to set beside this one"
    )
    return parser.parse_args()


def _has_servers() -> bool:
    try:
        postgresql.tool("initdb")
        rabbitmq.tool("rabbitmq-server")
    except ProgramMissing:
        return False
    return True


def _measure_county(wanted: Wanted, rows: Rows, versions: dict[str, str], progress: Line) -> None:
    progress.take(iter([Step("servers and workers start")]))
    with open_county() as county:
        versions.update(machine.server_versions(county))
        progress.take(machine.calibrate(county, rows))
        entering = max(wanted.count, growth.FEW) if GROWTH in wanted.sections else wanted.count
        progress.take(iter([Step(f"{entering:,} people enter")]))
        attendees = people.provide(county.running, count=entering)
        watching.until_quiet(county.running)
        measured: dict[str, Iterator[Step]] = {
            CHAIN: chain.measure(county, attendees, rows, count=wanted.count, rounds=wanted.rounds),
            IDLE: latency.idle(county, attendees, rows, rounds=wanted.rounds),
            BURST: latency.burst(county, attendees, rows),
            DOORS: doors.measure(county, attendees, rows, rounds=wanted.rounds),
            GROWTH: growth.measure(county, attendees, rows, rounds=wanted.rounds),
        }
        for name in wanted.sections:
            if name in measured:
                progress.take(measured[name])


def _tell(report: Report, *, output: Path, before: Path | None) -> None:
    console = Console(width=None if sys.stdout.isatty() else 180)
    report.show(console)
    if before is not None:
        console.print(against(json.loads(before.read_text(encoding="utf-8")), report.as_object()))
    report.write(output)
    console.print(f"  {output}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
