"""What came of a run: tables for whoever watches, one object for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Kind, Row, Rows, figure
from tests.bench.judging import Verdict

COPY, SET_WISE = "limit.copy", "limit.set_wise"
CHAIN = (Kind.LIMIT, Kind.PEER)
SAID = {True: "[green]met[/green]", False: "[red]missed[/red]", None: "[yellow]not judged[/yellow]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run, with everything that was measured in it."""

    at: str
    commit: str
    part: str
    versions: Mapping[str, str]
    queue_type: str | None
    rows: Rows
    verdicts: Sequence[Verdict]
    notes: Sequence[str] = ()

    def as_object(self) -> dict[str, Any]:
        """For programs: one object a goal, and every round of every row."""
        return {
            "at": self.at,
            "commit": self.commit,
            "part": self.part,
            "versions": dict(self.versions),
            "queue_type": self.queue_type,
            "calibration": {row.key: row.median for row in self.rows if row.kind is Kind.MACHINE},
            "goals": [_plain(verdict) for verdict in self.verdicts],
            "rows": [_row_object(row) for row in self.rows],
            "notes": list(self.notes),
        }

    def write(self, file: Path) -> None:
        """Where the next run, or a program, finds it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.as_object(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def show(self, console: Console) -> None:
        """The tables."""
        console.print(self._measured())
        console.print(self._judged())
        for note in self.notes:
            console.print(f"  {note}", highlight=False)

    def _measured(self) -> Table:
        table = Table(title=f"{self.part} · {self.commit} · {self.at}", title_justify="left")
        table.add_column("row")
        for name in ("median [min-max]", "N a second", "x best peer", "% of COPY", "% of set-wise"):
            table.add_column(name, justify="right")
        yardsticks = (self.rows.best_peer(), self.rows.get(COPY), self.rows.get(SET_WISE))
        for row in self.rows:
            table.add_row(row.title, *_cells(row, *yardsticks))
        return table

    def _judged(self) -> Table:
        table = Table(title="goals", title_justify="left")
        for name in ("", "goal", "value", "target", "", ""):
            table.add_column(name)
        for one in self.verdicts:
            value = "-" if one.value is None else f"{figure(one.value)} {one.unit}"
            target = figure(one.target)
            table.add_row(one.goal, one.title, value, target, SAID[one.met], one.reason)
        return table


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict), "rows": dict(verdict.rows)}


def _row_object(row: Row) -> dict[str, Any]:
    return {**asdict(row), "kind": row.kind.value, "median": row.median, "findings": list(row.findings)}


def _cells(row: Row, best: Row | None, copy: Row | None, set_wise: Row | None) -> Sequence[str]:
    if row.absent:
        return (row.absent, "", "", "", "")
    if row.median is None:
        return (f"[red]failed: {row.findings[0]}[/red]" if row.findings else "-", "", "", "", "")
    rate = figure(row.count / row.median) if row.unit == "s" else ""
    compared = row.unit == "s" and best is not None and best.count == row.count
    return (
        f"{figure(row.median)} {row.unit} {row.spread()}",
        rate,
        _ratio(best, row, 1) if compared else "",
        _ratio(copy, row, 100),
        _ratio(set_wise, row, 100),
    )


def _ratio(yardstick: Row | None, row: Row, times: int) -> str:
    """Only rows of the same run about the same number of attendees may be divided."""
    if yardstick is None or yardstick.median is None or not row.median:
        return ""
    if row.unit != "s" or yardstick.count != row.count:
        return ""
    return figure(times * yardstick.median / row.median)


def against(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Table:
    """Two runs side by side; only their ratios may be compared."""
    table = Table(title=f"{earlier['commit']} -> {later['commit']}", title_justify="left")
    for name in ("", "goal", "before", "now", "unit", "target"):
        table.add_column(name)
    before = {one["goal"]: one for one in earlier["goals"]}
    for goal in later["goals"]:
        pair = (before.get(goal["goal"], {}), goal)
        cells = ["-" if one.get("value") is None else figure(one["value"]) for one in pair]
        table.add_row(goal["goal"], goal["title"], *cells, goal["unit"], figure(goal["target"]))
    return table
