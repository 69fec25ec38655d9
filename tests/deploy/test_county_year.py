"""The synthetic county's year: exact where it says so, whoever comes belongs there, any order the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.county import county as counties
from deploy.county import files, landing
from deploy.county.draws import Draws
from deploy.county.layouts import ATTENDANCE, SESSIONS
from deploy.county.overlay import Overlay
from deploy.county.schools import School, scaled
from deploy.county.year import faults, stream, writing
from deploy.county.year.alone import weeks_of
from deploy.county.year.county_days import Classes
from deploy.county.year.days import SchoolYear, term_of
from deploy.county.year.forms import OPEN_LESSON
from deploy.county.year.hours import Account, Accounts
from deploy.county.year.landing import Tally
from deploy.county.year.plans import plan_rows
from deploy.county.year.presence import POSTED_MINUTES_MAX, Presence
from deploy.county.year.quotas import DUPLICATES, IN_TWO_SCHOOLS, LATE, LATE_DAYS_MAX
from deploy.county.year.scene import Scene, scene_of
from deploy.county.year.session import Row, Session
from services.activities.domain import LENGTH_MINUTES_MAX, RECORD_CHARACTERS_MIN
from services.plans.domain import ITEMS_MAX, places_outside_year
from shared import sheets
from shared.vocabulary import HourCategory

SMALL, MIDDLE = 0.02, 0.1
YEAR = SchoolYear(2024)
LAST, NEXT = date(2025, 8, 31), date(2025, 9, 1)


def silent(what: str, done: int, total: int) -> None:
    del what, done, total


def shuffled(schools: Sequence[School]) -> Sequence[School]:
    return sorted(schools, key=lambda school: Draws("another").u(school.code))


@cache
def scene(scale: float = MIDDLE) -> Scene:
    return scene_of(counties.make(counties.Plan(scale=scale)))


@cache
def sessions() -> tuple[Session, ...]:
    """A year with everything in it: joint groups, closed schools, transfers."""
    return tuple(stream.sessions_of(scene(), tell=silent))


# --- the calendar -----------------------------------------------------------------------------------------


def test_the_terms_are_of_twenty_weeks() -> None:
    autumn, spring = YEAR.terms

    assert (autumn.monday, autumn.day(20, 4)) == (date(2024, 9, 2), date(2025, 1, 17))
    assert (spring.monday, spring.day(20, 4)) == (date(2025, 2, 17), date(2025, 7, 4))


def test_holidays_are_free_and_worked_weekends_have_no_slots() -> None:
    assert {date(2024, 9, 15), date(2024, 10, 7), date(2025, 1, 1), date(2025, 6, 2)} <= YEAR.no_school
    assert len(YEAR.no_school) == 3 + 7 + 1 + 3 + 5 + 3
    assert date(2024, 10, 12) in YEAR.working_weekends
    assert date(2024, 10, 12) not in {day for days in YEAR.saturdays.values() for day in days}
    assert YEAR.is_school_day(date(2024, 9, 30))
    assert not YEAR.is_school_day(date(2024, 10, 1))


@pytest.mark.parametrize(
    ("day", "term"), [(date(2024, 9, 1), "autumn"), (date(2025, 1, 31), "autumn"), (LAST, "spring")]
)
def test_every_day_lies_in_a_half_of_the_year(day: date, term: str) -> None:
    assert term_of(day) == term


def test_groups_meet_on_school_days_of_weeks_2_to_18() -> None:
    kept = [one for one in sessions() if one.kind == "group" and not one.moved_from]

    for term in YEAR.terms:
        weeks = {(one.day - term.monday).days // 7 + 1 for one in kept if term_of(one.day) == term.code}
        assert weeks == set(range(2, 19))
    assert all(YEAR.is_school_day(one.day) for one in kept)


def test_each_group_gives_four_open_lessons_of_its_own_meetings() -> None:
    for slot in scene().slots:
        dates = list(slot.dates())
        assert sum(slot.form(day) is OPEN_LESSON for day in dates) == 4
        assert len(dates) == len(set(dates))


# --- the same year, whatever the order --------------------------------------------------------------------


def test_two_runs_and_any_order_of_making_give_the_same_bytes(tmp_path: Path) -> None:
    made = [counties.make(counties.Plan(scale=SMALL), order=order) for order in (list, shuffled)]
    digests = [
        writing.write(scene_of(county), tmp_path / str(place), tell=silent)
        for place, county in enumerate([*made, made[0]])
    ]

    assert len(set(digests)) == 1
    for name in writing.FILES:
        contents = {(tmp_path / str(place) / f"{name}.csv").read_bytes() for place in range(3)}
        assert len(contents) == 1, name


def test_another_seed_is_another_year(tmp_path: Path) -> None:
    other = scene_of(counties.make(counties.Plan(scale=SMALL, seed="b")))

    digests = {writing.write(one, tmp_path / "x", tell=silent) for one in (scene(SMALL), other)}

    assert len(digests) == 2


def test_what_is_added_later_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LINES", tuple(line for line in stream.LINES if line is not Classes))

    without = list(stream.sessions_of(scene(), tell=silent))

    assert without == [one for one in sessions() if one.kind != "class"]


# --- exact quotas -----------------------------------------------------------------------------------------


def test_the_exact_few_are_exact() -> None:
    found: Counter[str] = Counter()
    for one in sessions():
        found["cancelled"] += one.is_cancelled
        found["moved"] += one.moved_from is not None
        found["late"] += one.registered_on is not None
        found["together"] += one.held_with is not None
        found["reversed"] += len(one.rows) if one.reversed else 0
        found[one.day.isoformat()] += one.kind == "border"

    assert found["cancelled"] == scaled(15, MIDDLE)
    assert found["moved"] == scaled(6, MIDDLE)
    assert found["late"] == scaled(LATE, MIDDLE)
    assert found["together"] == 2 * scaled(IN_TWO_SCHOOLS, MIDDLE)
    assert found["reversed"] == scaled(DUPLICATES, MIDDLE)
    assert found[LAST.isoformat()] == found[NEXT.isoformat()] == scaled(4, MIDDLE)


def test_late_entries_moves_and_joint_meetings_say_what_they_are() -> None:
    by_key = {one.key: one for one in sessions()}
    for one in sessions():
        if one.registered_on:
            assert timedelta() < one.registered_on - one.day <= timedelta(days=LATE_DAYS_MAX)
        if one.moved_from:
            assert YEAR.is_school_day(one.day)
            assert one.day > one.moved_from
        if one.held_with:
            other = by_key[one.held_with]
            assert other.held_with == one.key
            assert other.school != one.school
            assert (other.starts_at, other.topic, other.place) == (one.starts_at, one.topic, one.place)


def test_exactly_twelve_in_ten_thousand_have_no_training_and_no_reason() -> None:
    presence = Presence(scene().county, scene().draws)
    seen = {row.staff_number for one in sessions() for row in one.rows}
    away = {one.staff_number for one in scene().county.absences}
    nothing = {one.staff_number for one in scene().county.teachers} - seen - away

    assert nothing == presence.without_training
    assert len(nothing) == scaled(12, MIDDLE)


def test_a_duplicate_is_of_somebody_who_was_there() -> None:
    by_key = {one.key: one for one in sessions()}
    for one in sessions():
        if one.reversed:
            first = by_key[one.key.removesuffix("-重复")]
            assert {row.staff_number for row in one.rows} <= {row.staff_number for row in first.rows}
            assert one.day == first.day


# --- who is there -----------------------------------------------------------------------------------------


def test_whoever_is_there_belongs_to_the_school_on_that_day() -> None:
    county = scene().county
    first = {one.staff_number: one.school for one in county.teachers}
    entered = {one.staff_number: one for one in county.entries}
    moves = {move.staff_number: move for move in county.moves}
    left = {one.staff_number: one.starts_on for one in county.absences if one.is_for_good}
    closed = {school.code: school.closed_on for school in county.schools if school.closed_on}

    def school_of(number: str, day: date) -> str | None:
        if number in left and day >= left[number]:
            return None
        if number in entered:
            return entered[number].school if day >= entered[number].joined_on else None
        move = moves.get(number)
        return move.to_school if move and day >= move.effective_on else first[number]

    assert any(row.staff_number in entered for one in sessions() for row in one.rows)
    assert any(row.staff_number in moves for one in sessions() for row in one.rows)
    for one in sessions():
        assert one.school not in closed or one.day < closed[one.school], one.key
        for row in one.rows:
            assert school_of(row.staff_number, one.day) == one.school, (one.key, row)


def test_nobody_on_leave_is_there() -> None:
    leave = {one.staff_number: one for one in scene().county.absences if not one.is_for_good}
    for one in sessions():
        for row in one.rows:
            absence = leave.get(row.staff_number)
            if absence and absence.kind != "long_training":
                assert not absence.starts_on <= one.day < (absence.ends_on or date.max), (one.key, row)


def test_nobody_is_in_two_places_at_once() -> None:
    until: dict[str, tuple[datetime, str]] = {}
    for one in sessions():
        for row in one.rows:
            before, where = until.get(row.staff_number, (one.starts_at, ""))
            assert before <= one.starts_at, (row, where, one.key)
            until[row.staff_number] = (one.starts_at + timedelta(minutes=one.length_minutes), one.key)


def test_minutes_and_roles_are_those_that_a_session_allows() -> None:
    for one in sessions():
        assert 1 <= one.length_minutes <= LENGTH_MINUTES_MAX
        assert one.place
        assert bool(one.rows) is not one.is_cancelled
        assert len({row.staff_number for row in one.rows}) == len(one.rows)
        roles = {row.role: row.staff_number for row in one.rows if row.role != "participant"}
        assert roles.get("speaker") == one.speaker
        assert roles.get("host") == one.host
        assert all(1 <= row.minutes <= one.length_minutes for row in one.rows), one.key


def test_who_is_at_a_long_course_has_little_else() -> None:
    courses = [one for one in scene().county.absences if one.kind == "long_training"]
    own: Counter[str] = Counter()
    away: Counter[str] = Counter()
    for one in sessions():
        for row in one.rows:
            own[row.staff_number] += row.minutes * (one.form.category is HourCategory.SCHOOL_BASED)
            away[row.staff_number] += row.minutes * (one.kind == "long_course")
            assert one.kind != "county_day" or row.staff_number not in {c.staff_number for c in courses}

    for one in courses:
        assert own[one.staff_number] <= POSTED_MINUTES_MAX
        assert away[one.staff_number] == 60 * ((one.ends_on or NEXT) - one.starts_on).days


def test_a_course_is_entered_on_working_days_with_all_its_days() -> None:
    for one in scene().county.absences:
        if one.kind == "long_training" and one.ends_on:
            weeks = weeks_of(one)
            assert sum(weeks.values()) == (one.ends_on - one.starts_on).days
            assert all(one.starts_on <= day < one.ends_on and day.weekday() < 5 for day in weeks)


# --- plans ------------------------------------------------------------------------------------------------


def test_every_session_fulfils_an_item_of_its_school_s_plan() -> None:
    items = {str(row["item"]): row for row in plan_rows(scene())}
    planned = [one for one in sessions() if one.item]

    assert {one.kind for one in planned} == {
        "group",
        "school",
        "county_day",
        "reading_project",
        "online_training",
    }
    for one in planned:
        row = items[one.item or ""]
        on = one.moved_from or one.day
        assert (row["school"], row["term"], row["form"]) == (one.school, term_of(on), one.form.code)


def test_a_plan_is_one_that_the_product_takes() -> None:
    rows = list(plan_rows(scene()))
    sizes = Counter((row["school"], row["term"]) for row in rows)

    assert len(rows) == len({row["item"] for row in rows})
    assert max(sizes.values()) <= ITEMS_MAX
    assert {school for school, _ in sizes} == {school.code for school in scene().county.schools}
    assert not places_outside_year(2024, [row["due_on"] for row in rows if isinstance(row["due_on"], date)])


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
        one.name for one in (tmp_path / "plain").iterdir()
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


def a_session(**changed: object) -> Session:
    """A meeting of the autumn, worth an hour."""
    first = next(one for one in sessions() if one.kind == "group" and one.form is not OPEN_LESSON)
    return replace(first, rows=(Row("T1", 60),), **changed)


def test_an_hour_counts_once_and_twice_for_who_gives_the_lesson() -> None:
    accounts = Accounts(NEXT)
    accounts.enter(a_session())
    accounts.enter(replace(a_session(), rows=(Row("T1", 60, "speaker"), Row("T2", 50, "host"))))
    accounts.enter(a_session(reversed="重复"))
    accounts.enter(a_session(starts_at=datetime(2025, 9, 1, 9, tzinfo=a_session().starts_at.tzinfo)))

    assert accounts.of["T1"].school_based == {"autumn": 300, "spring": 0}
    assert accounts.of["T2"].total == 83


def test_school_based_hours_count_up_to_fifteen_a_term() -> None:
    account = Account(school_based={"autumn": 2_000, "spring": 1_000}, other=4_700)

    assert (account.school_based_counted, account.total) == (2_500, 7_200)


@pytest.mark.timeout(400)  # ten seconds of work, on whatever else the machine is doing
def test_a_whole_county_s_year_lands_where_it_should() -> None:
    county = counties.make(counties.Plan())
    tally = Tally(county)
    for one in stream.sessions_of(scene_of(county), tell=silent):
        tally.see(one)

    assert [one for one in tally.landings() if not one.is_right] == []


def test_a_year_in_which_nobody_comes_does_not_land() -> None:
    tally = Tally(scene().county)
    for one in sessions():
        tally.see(replace(one, rows=()))

    wrong = {one.what for one in tally.landings() if not one.is_right}
    assert {"教研组出勤率（%）", "学时中位", "两项都达到（%）", "不合格（人）"} <= wrong
    assert isinstance(tally.landings()[0], landing.Landing)
