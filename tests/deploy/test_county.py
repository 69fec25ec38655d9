"""`yanxun county generate`: the same county whatever the order, within its figures, and importable."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from deploy.cli import main
from deploy.county import county as counties
from deploy.county import faults, files, landing
from deploy.county.cli import ABOUT
from deploy.county.draws import Draws, largest_remainder
from deploy.county.overlay import BadOverlay, Overlay, load
from deploy.county.progress import progress
from deploy.county.schools import School, numeral
from deploy.processes import ROOT
from services.directory.domain.layouts import TEACHERS
from shared import sheets

SMALL = counties.Plan(scale=0.02)
DIGEST = "e936eda7fde465f4a8a3e150ea2b048247c4be8e1a6c52e3c31334beeddaeeba"
"""Of the smallest county, by default seed and year: it may only change together with what is generated."""
OVERLAY = """
schools:
  - {code: X05901, name: 青石镇实验小学, stage: primary, township: 青石镇, aliases: [青石实小]}
aliases:
  S05001: [青石老园]
teachers:
  - {staff_number: X059010001, school: 青石镇实验小学, name: 孙小雨, subject: 语文, joined_on: 2024-09-01}
"""


def silent(what: str, done: int, total: int) -> None:
    del what, done, total


def shuffled(schools: Sequence[School]) -> Sequence[School]:
    return sorted(schools, key=lambda school: Draws("another").u(school.code))


def test_the_order_of_making_changes_nothing(tmp_path: Path) -> None:
    plain = files.import_files(counties.make(SMALL), Overlay())
    mixed = files.import_files(counties.make(SMALL, order=shuffled), Overlay())

    one = files.write(plain, tmp_path / "one", tell=silent)
    other = files.write(mixed, tmp_path / "other", tell=silent)

    assert one == other
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes(), file.name


def test_another_seed_is_another_county() -> None:
    names = [
        [one.name for one in counties.make(counties.Plan(scale=0.02, seed=seed)).teachers] for seed in "ab"
    ]

    assert names[0] != names[1]


def test_a_whole_county_lands_where_it_should() -> None:
    wrong = [one for one in landing.landings(counties.make(counties.Plan())) if not one.is_right]

    assert wrong == []


def test_a_figure_outside_its_tolerance_is_seen() -> None:
    assert not landing.Landing("教师", 10_000, 0, 9_999).is_right
    assert landing.Landing("女教师（%）", 63.6, 1, 62.7).is_right


@pytest.mark.parametrize("scale", [0.02, 0.1])
def test_every_file_imports_without_a_fault(scale: float, tmp_path: Path) -> None:
    written = files.import_files(counties.make(counties.Plan(scale=scale)), Overlay())
    files.write(written, tmp_path, tell=silent)

    for file in written:
        for ending in ("xlsx", "csv"):
            path = tmp_path / f"{file.name}.{ending}"
            sheet = sheets.read(path.read_bytes(), path.name, file.layout)

            assert (path.name, sheet.faults) == (path.name, [])
            assert len(sheet.rows) == len(file.rows)


def test_every_fault_that_was_planted_is_found(tmp_path: Path) -> None:
    written = files.import_files(counties.make(SMALL), Overlay())
    planted = faults.write(written, tmp_path)

    found = {}
    for one in planted:
        if one.file.startswith("教师"):
            sheet = sheets.read((tmp_path / one.file).read_bytes(), one.file, TEACHERS)
            found[one.file] = (
                sorted({fault.code for fault in sheet.faults}),
                sorted({fault.row for fault in sheet.faults}),
            )

    assert found["教师名册-工号重复-1.xlsx"] == (["row_twice"], [42])
    assert found["教师名册-工号全角数字.xlsx"] == ([], [])
    assert found["教师名册-姓名中有空格.xlsx"] == ([], [])
    assert found["教师名册-一万行.xlsx"] == (["not_a_year", "value_missing"], [7_321])


def test_an_overlay_is_added_and_changes_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(OVERLAY, encoding="utf-8")
    county = counties.make(SMALL)

    before, after = files.import_files(county, Overlay()), files.import_files(county, load(path))

    assert list(after[0].rows)[-1]["code"] == "X05901"
    assert list(after[2].rows)[:-1] == list(before[2].rows)
    assert "青石老园" in str(next(row["aliases"] for row in after[0].rows if row["code"] == "S05001"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schools: [{code: S1, name: x, township: y}]", "应以 X 开头"),
        ("teachers: [{staff_number: X1}]", "缺少"),
        ("teachers: [{staff_number: X1, height: 3}]", "height"),
        ("teachers: [{staff_number: X1, school: a, name: b, subject: c, roles: [king]}]", "king"),
        ("people: []", "最外层"),
        ("[", "YAML"),
        ("aliases: [x]", "aliases"),
        ("schools: 3", "列表"),
    ],
)
def test_an_overlay_that_is_none_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadOverlay, match=says):
        load(path)


def test_the_command_ends_with_the_digest(tmp_path: Path) -> None:
    out = tmp_path / "county"
    run = CliRunner().invoke(
        main, ["county", "generate", "--scale", "0.02", "--out", str(out), "--faults", "--report"]
    )

    assert run.exit_code == 0
    assert run.output.splitlines()[-1] == f"digest {DIGEST}"
    assert (out / "faults" / "清单.csv").is_file()


@pytest.mark.timeout(400)  # ten seconds of work, on whatever else the machine is doing
def test_every_process_writes_the_same_bytes(tmp_path: Path) -> None:
    folders = {seed: tmp_path / seed for seed in ("0", "1")}
    for hash_seed, folder in folders.items():
        command = ["county", "generate", "--scale", "0.02", "--out", str(folder)]
        subprocess.run(
            [sys.executable, "-m", "deploy.cli", *command],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        )

    one, other = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders.values())
    assert one.keys() == other.keys()
    assert [name for name, content in one.items() if other[name] != content] == []
    assert json.loads(one[ABOUT])["digest"] == DIGEST


@pytest.mark.parametrize(
    ("scale", "found", "code"),
    [(1, 100, 0), (1, 103, 0), (1, 104, 1), (1, 96, 1), (0.1, 104, 0), (3, 104, 0)],
)
def test_a_whole_county_that_is_off_ends_with_1(scale: float, found: float, code: int) -> None:
    figures = [landing.exact("学校", 300, 300), landing.about("教研组", 100, found)]

    assert landing.exit_code(figures, scale=scale) == code
    assert landing.exit_code([], scale=scale) == 0


def test_the_command_ends_with_1_when_the_county_it_made_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "WHOLE", 0.02)  # as which it is off in nearly everything
    command = ["county", "generate", "--scale", "0.02", "--out", str(tmp_path), "--no-activities"]

    codes = [CliRunner().invoke(main, [*command, *more]).exit_code for more in ([], ["--report"])]

    assert codes == [0, 1]


def test_the_line_says_how_fast_it_goes_and_for_how_much_longer() -> None:
    moments = [0.0]
    console = Console(
        file=io.StringIO(), force_terminal=True, width=100, record=True, get_time=lambda: moments[-1]
    )

    with progress(console) as tell:
        for done in (0, 100, 200):
            tell("出勤", done, 1_000)
            moments.append(moments[-1] + 1)

    last = console.export_text().rpartition("出勤")[2]
    assert [word for word in last.split() if "━" not in word] == ["200/1000", "100/s", "0:00:08"]


def test_bad_use_is_told_in_one_line(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("people: []", encoding="utf-8")
    (tmp_path / "file").write_text("x")
    for options in (
        ["--scale", "2"],
        ["--overlay", str(overlay)],
        ["--scale", "0.02", "--out", str(tmp_path / "file" / "x")],
    ):
        run = CliRunner().invoke(main, ["county", "generate", "--out", str(tmp_path / "out"), *options])

        assert run.exit_code == 2
        assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")]
)
def test_numerals(number: int, text: str) -> None:
    assert numeral(number) == text


def test_what_is_dealt_out_adds_up() -> None:
    assert largest_remainder(10, [1.0, 1.0, 1.0]) == [4, 3, 3]


def test_a_draw_is_the_hash_of_its_keys() -> None:
    assert Draws("yanxun-county-1").u("sex", "T050010001") == 0.3467655140715639
