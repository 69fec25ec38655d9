"""The files of the synthetic county's year, the faults planted beside them, and where the year lands."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.county import county as counties
from deploy.county import files
from deploy.county.cli import ABOUT
from deploy.county.layouts import ATTENDANCE, SESSIONS
from deploy.county.overlay import Overlay
from deploy.county.year import faults, stream, writing
from deploy.county.year.days import at
from deploy.county.year.forms import OPEN_LESSON
from deploy.county.year.hours import Account, Accounts
from deploy.county.year.landing import Tally
from deploy.county.year.scene import scene_of
from deploy.county.year.session import Row, Session
from services.activities.domain import RECORD_CHARACTERS_MIN
from shared import sheets
from tests.deploy.county_year import SMALL, scene, sessions, silent, without_overlaps

NEXT = date(2025, 9, 1)

# --- files ------------------------------------------------------------------------------------------------


def test_every_file_reads_back_without_a_fault(tmp_path: Path) -> None:
    writing.write(scene(SMALL), tmp_path, tell=silent)

    read = {}
    for name, layout in writing.FILES.items():
        path = tmp_path / f"{name}.csv"
        sheet = sheets.read(path.read_bytes(), path.name, layout)
        assert sheet.faults == [], name
        read[layout.code] = sheet.rows

    held = [row for row in read["sessions"] if row["state"] == "held"]
    assert all(len(str(row["content"])) >= RECORD_CHARACTERS_MIN for row in held)
    assert {row["item"] for row in read["sessions"]} - {None} <= {row["item"] for row in read["plans"]}
    attended = {(row["session"], row["staff_number"]) for row in read["attendance"]}
    assert {(row["session"], row["staff_number"]) for row in read["reversals"]} < attended


def test_sessions_and_attendance_can_be_read_side_by_side(tmp_path: Path) -> None:
    writing.write(scene(SMALL), tmp_path, tell=silent)
    rows, people = (
        sheets.read((tmp_path / f"{name}.csv").read_bytes(), f"{name}.csv", layout).rows
        for name, layout in (("21-活动", SESSIONS), ("22-出勤", ATTENDANCE))
    )

    order = [(datetime.fromisoformat(str(row["starts_at"])), str(row["key"])) for row in rows]
    assert order == sorted(order)
    assert all(moment.utcoffset() == timedelta(hours=8) for moment, _ in order)
    in_turn = list(dict.fromkeys(row["session"] for row in people))
    assert in_turn == [row["key"] for row in rows if row["state"] == "held"]


def test_the_command_writes_the_year_unless_told_not_to(tmp_path: Path) -> None:
    command = ["county", "generate", "--scale", str(SMALL), "--out"]
    with_year = CliRunner().invoke(main, [*command, str(tmp_path / "with")])
    without = CliRunner().invoke(main, [*command, str(tmp_path / "without"), "--no-activities"])
    plain = files.write(files.import_files(scene(SMALL).county, Overlay()), tmp_path / "plain", tell=silent)

    assert {f"{name}.csv" for name in writing.FILES} <= {one.name for one in (tmp_path / "with").iterdir()}
    assert {one.name for one in (tmp_path / "without").iterdir()} == {
        ABOUT,
        *(one.name for one in (tmp_path / "plain").iterdir()),
    }
    assert without.output.splitlines()[-1] == f"digest {plain}"
    assert with_year.output.splitlines()[-1] != without.output.splitlines()[-1]


# --- faults -----------------------------------------------------------------------------------------------


def test_every_fault_of_the_year_is_listed_and_there(tmp_path: Path) -> None:
    planted = faults.write(scene(), tmp_path, tell=silent)

    counts = Counter(one.fault for one in planted)
    assert [counts[fault] for fault in list(counts)[:6]] == [20, 5, 3, 2, 10, 1]
    text = (tmp_path / faults.SESSIONS_FILE).read_text(encoding="utf-8-sig")
    lines = Counter(line.partition(",")[0] for line in text.splitlines())
    where = {fault: [one.where for one in planted if one.fault == fault] for fault in counts}
    twice, early, unknown, guests, skewed, long = list(where.values())[:6]
    assert all(lines[key] == 2 for key in twice)
    assert all(lines[key] == 1 for key in [*early, *unknown, *guests, *skewed, *long])
    assert {line.split(",")[1] for line in text.splitlines() if line.partition(",")[0] in unknown} == {
        "S99001",
        "S99002",
        "S99003",
    }
    assert max(len(line.encode()) for line in text.splitlines()) > 2_000_000
    refused = pytest.raises(sheets.FileRefused, match="line_too_long")
    with refused:
        sheets.read((tmp_path / faults.SESSIONS_FILE).read_bytes(), faults.SESSIONS_FILE, SESSIONS)
    by_key = {one.key: one for one in sessions()}
    started = {line.split(",")[0]: line.split(",")[4] for line in text.splitlines()[1:]}
    for key in skewed:
        assert abs(datetime.fromisoformat(started[key]) - by_key[key].starts_at) == faults.SKEW


def test_a_school_that_was_offline_sends_everything_at_once(tmp_path: Path) -> None:
    faults.write(scene(), tmp_path, tell=silent)
    rows, people = (
        sheets.read((tmp_path / name).read_bytes(), name, layout)
        for name, layout in (
            (faults.OFFLINE_SESSIONS_FILE, SESSIONS),
            (faults.OFFLINE_ATTENDANCE_FILE, ATTENDANCE),
        )
    )

    assert (rows.faults, people.faults) == ([], [])
    assert len({row["school"] for row in rows.rows}) == len({row["registered_on"] for row in rows.rows}) == 1
    assert 0 < len(people.rows) <= faults.OFFLINE_ROWS_MAX
    assert {row["session"] for row in people.rows} == {row["key"] for row in rows.rows}


# --- hours and landing ------------------------------------------------------------------------------------


def a_session() -> Session:
    """A meeting of the autumn, worth an hour."""
    first = next(one for one in sessions() if one.kind == "group" and one.form is not OPEN_LESSON)
    return replace(first, rows=(Row("T1", 60),))


def test_an_hour_counts_once_and_twice_for_who_gives_the_lesson() -> None:
    accounts = Accounts(NEXT)
    accounts.enter(a_session())
    accounts.enter(replace(a_session(), rows=(Row("T1", 60, "speaker"), Row("T2", 50, "host"))))
    accounts.enter(replace(a_session(), reversed="重复"))
    accounts.enter(replace(a_session(), starts_at=at(NEXT, 9)))

    assert accounts.of["T1"].school_based == {"autumn": 300, "spring": 0}
    assert accounts.of["T2"].total == 83


def test_school_based_hours_count_up_to_fifteen_a_term() -> None:
    account = Account(school_based={"autumn": 2_000, "spring": 1_000}, other=4_700)

    assert (account.school_based_counted, account.total) == (2_500, 7_200)


@pytest.mark.timeout(400)  # ten seconds of work, on whatever else the machine is doing
def test_a_whole_county_s_year_lands_where_it_should() -> None:
    county = counties.make(counties.Plan())
    tally = Tally(county)
    for one in without_overlaps(stream.sessions_of(scene_of(county), tell=silent)):
        tally.see(one)

    assert [one for one in tally.landings() if not one.is_right] == []


def test_a_year_in_which_nobody_comes_does_not_land() -> None:
    tally = Tally(scene().county)
    for one in sessions():
        tally.see(replace(one, rows=()))

    wrong = {one.what for one in tally.landings() if not one.is_right}
    assert {"教研组出勤率（%）", "学时中位", "两项都达到（%）", "不合格（人）"} <= wrong
    assert "师父得知徒弟到场（条）" in wrong


@pytest.mark.parametrize(
    ("state", "ended_on", "days"),
    [
        ("active", None, [9, 10, 11]),
        ("dissolved", date(2024, 9, 10), [9]),
        ("expired", date(2024, 9, 9), []),
        ("waiting", None, []),
    ],
)
def test_a_mentor_is_told_of_the_days_of_the_pair(state: str, ended_on: date | None, days: list[int]) -> None:
    first = scene().county.pairs[0]
    pair = replace(first, started_on=date(2024, 9, 9), state=state, ended_on=ended_on)

    assert [day for day in range(8, 12) if pair.covers(date(2024, 9, day))] == days
