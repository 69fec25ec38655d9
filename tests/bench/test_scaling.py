"""The arithmetic of `docs/scaling.md`: what a point sums up to, what the model says, how far it is off."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.processes import ROOT
from tests.bench.scaling import Point, modelled_seconds, write

POINT = Point(
    scale=1,
    schools=302,
    teachers=10_119,
    plans=574,
    sessions=38_000,
    attendances=344_143,
    ledger_entries=344_143,
    notices=381_448,
    register_seconds=23,
    plans_seconds=170,
    attendance_seconds=109,
    rest_seconds=10,
    processor_seconds=526,
    database_megabytes=840,
    loader_megabytes=260,
    board_milliseconds=66,
    audit_findings=0,
)
"""As the page has it."""


def test_a_point_is_held_against_the_model_by_its_counts_alone() -> None:
    assert modelled_seconds(teachers=0, plans=0, attendances=0) == 3
    assert modelled_seconds(teachers=1_000, plans=10, attendances=100_000) == pytest.approx(3 + 2 + 3 + 32)

    assert (POINT.answered_seconds, POINT.modelled_seconds, POINT.deviation_percent) == (302, 305.6, -1.2)
    assert replace(POINT, rest_seconds=99).deviation_percent == POINT.deviation_percent


def test_what_was_measured_is_kept_with_the_code_it_was_measured_of(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "scaling.json"

    write([POINT], file, commit="abc")

    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["commit"] == "abc"
    [point] = kept["points"]
    assert (point["rest_seconds"], point["modelled_seconds"], point["deviation_percent"]) == (10, 305.6, -1.2)


def test_the_last_columns_of_the_page_are_what_the_others_come_to() -> None:
    text = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if re.match(r"\| [0-9.]+ \|", line)]
    assert len(lines) == 4

    for line in lines:
        teachers, plans, attendances = (int(cell.replace(",", "")) for cell in line[2:5])
        answered = sum(float(cell.removesuffix(" s")) for cell in line[6:9])
        modelled = modelled_seconds(teachers=teachers, plans=plans, attendances=attendances)
        assert float(line[-2]) == pytest.approx(answered, abs=1), line
        assert float(line[-1]) == round(modelled), line
