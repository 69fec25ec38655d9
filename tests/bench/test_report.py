"""The report: one object a goal for programs, every round of every row, and tables that can be drawn."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.figures import Kind, Round, Row, Rows
from tests.bench.goals import GOALS
from tests.bench.judging import judge
from tests.bench.peers.contest import PEERS
from tests.bench.report import Report, against
from tests.house.tree import text_of


@pytest.fixture
def report() -> Report:
    """A run in which the product was measured twice, one row failed and one was left out."""
    rows = Rows()
    ledger = Row(key="product.ledger", title="ledger", kind=Kind.PRODUCT, unit="s", count=10_000)
    notices = Row(key="product.notices", title="notices", kind=Kind.PRODUCT, unit="s", count=10_000)
    copy = Row(key="limit.copy", title="COPY", kind=Kind.LIMIT, unit="s", count=10_000)
    for value in (0.4, 0.5):
        rows.note(ledger, Round(value=value))
        rows.note(copy, Round(value=value / 10))
    rows.note(notices, Round(value=0.6, findings=("1 event parked",)))
    absent = Row(key="peer.kombu", title="kombu", kind=Kind.PEER, unit="s", count=10_000)
    rows.leave_out(absent, why="peers not installed")
    disk = Row(key="machine.fdatasync", title="disk", kind=Kind.MACHINE, unit="ms", count=1)
    rows.note(disk, Round(value=0.2))
    return Report(
        at="2026-11-27T08:00:00+00:00",
        commit="abc",
        part="standard",
        versions={"python": "3.11"},
        queue_type="classic",
        rows=rows,
        verdicts=judge(rows, GOALS),
    )


def test_programs_find_one_object_a_goal(report: Report, tmp_path: Path) -> None:
    report.write(tmp_path / "var" / "latest.json")
    read = json.loads((tmp_path / "var" / "latest.json").read_text())

    goals = {goal["goal"]: goal for goal in read["goals"]}

    assert len(goals) == len(GOALS)
    for goal in goals.values():
        assert goal.keys() >= {"goal", "value", "unit", "target", "met", "rows"}
        assert goal["met"] in {True, False, None}
    assert goals["G2"]["met"] is False
    assert goals["G1"]["rows"] == {"product.ledger": 0.45}


def test_programs_find_every_round_and_what_it_depends_on(report: Report) -> None:
    read = report.as_object()

    rows = {row["key"]: row for row in read["rows"]}

    assert [one["value"] for one in rows["product.ledger"]["rounds"]] == [0.4, 0.5]
    assert rows["product.notices"]["median"] is None
    assert rows["product.notices"]["findings"] == ["1 event parked"]
    assert rows["peer.kombu"]["absent"] == "peers not installed"
    assert read["calibration"] == {"machine.fdatasync": 0.2}
    assert {read["commit"], read["queue_type"], read["versions"]["python"]} == {"abc", "classic", "3.11"}


def test_the_tables_say_what_failed_and_what_was_left_out(report: Report) -> None:
    console = Console(width=200, record=True, quiet=True)
    with console.capture() as drawn:
        console.quiet = False
        report.show(console)

    lines = drawn.get().splitlines()

    [ledger] = [line for line in lines if "│ ledger" in line]
    assert "0.45 s [0.4-0.5]" in ledger
    assert "22,222" in ledger
    assert " 10 " in ledger, "a tenth of what COPY reaches"
    assert any("failed: 1 event parked" in line for line in lines)
    assert any("kombu" in line and "peers not installed" in line for line in lines)


def test_two_reports_are_set_side_by_side(report: Report) -> None:
    earlier = report.as_object()
    earlier["goals"] = [{**goal, "value": 12.5} for goal in earlier["goals"] if goal["goal"] == "G10"]
    console = Console(width=160)
    with console.capture() as drawn:
        console.print(against(earlier, report.as_object()))

    assert len([line for line in drawn.get().splitlines() if "12.5" in line]) == 1


def test_every_peer_is_in_its_lock() -> None:
    asked = text_of(Path("requirements/bench-peers.in")) + text_of(Path("requirements/core.in"))

    assert [peer.name for peer in PEERS if f"\n{peer.library}" not in asked] == []
