"""The synthetic county's year: exact where it says so, whoever comes belongs there, any order the same."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from deploy.county import county as counties
from deploy.county.schools import scaled
from deploy.county.year import stream, writing
from deploy.county.year.alone import weeks_of
from deploy.county.year.county_days import Classes
from deploy.county.year.days import SchoolYear, term_of
from deploy.county.year.forms import OPEN_LESSON
from deploy.county.year.plans import plan_rows
from deploy.county.year.presence import POSTED_MINUTES_MAX, Presence
from deploy.county.year.quotas import DUPLICATES, IN_TWO_SCHOOLS, LATE, LATE_DAYS_MAX
from deploy.county.year.scene import scene_of
from services.activities.domain import LENGTH_MINUTES_MAX
from services.plans.domain import ITEMS_MAX, places_outside_year
from shared.vocabulary import HourCategory
from tests.deploy.county_year import MIDDLE, SMALL, scene, sessions, shuffled, silent, without_overlaps

YEAR = SchoolYear(2024)
LAST, NEXT = date(2025, 8, 31), date(2025, 9, 1)


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
    whole = sessions()  # kept for other tests, so it must be made before
    monkeypatch.setattr(stream, "LINES", tuple(line for line in stream.LINES if line is not Classes))

    without = list(stream.sessions_of(scene(), tell=silent))

    assert without == [one for one in whole if one.kind != "class"]


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


@pytest.mark.timeout(400)  # the largest county, on whatever else the machine is doing
def test_a_group_of_several_schools_stays_one_when_it_is_too_large_to_meet() -> None:
    large = scene(3)
    parts = [slot for slot in large.slots if slot.group.spans_schools and slot.group.parent]

    assert parts
    for slot in large.slots:
        if not slot.group.spans_schools:
            assert {stay.school for stay in large.belonging.by_group[slot.id]} <= {slot.group.school}


def test_nobody_on_leave_is_there() -> None:
    leave = {one.staff_number: one for one in scene().county.absences if not one.is_for_good}
    for one in sessions():
        for row in one.rows:
            absence = leave.get(row.staff_number)
            if absence and absence.kind != "long_training":
                assert not absence.starts_on <= one.day < (absence.ends_on or date.max), (one.key, row)


def test_nobody_is_in_two_places_at_once() -> None:
    assert list(without_overlaps(sessions()))


@pytest.mark.parametrize("year", [2022, 2025, 2027])
def test_other_years_have_their_own_calendar(year: int) -> None:
    county = counties.make(counties.Plan(scale=SMALL, year=year))
    found = list(without_overlaps(stream.sessions_of(scene_of(county), tell=silent)))

    assert found[0].day >= date(year, 9, 1)
    assert found[-1].day == date(year + 1, 9, 1)


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
    posted = {course.staff_number for course in courses}
    own: Counter[str] = Counter()
    away: Counter[str] = Counter()
    for one in sessions():
        for row in one.rows:
            own[row.staff_number] += row.minutes * (one.form.category is HourCategory.SCHOOL_BASED)
            away[row.staff_number] += row.minutes * (one.kind == "long_course")
            assert one.kind != "county_day" or row.staff_number not in posted

    for course in courses:
        days = ((course.ends_on or NEXT) - course.starts_on).days
        assert own[course.staff_number] <= POSTED_MINUTES_MAX
        assert away[course.staff_number] == 60 * days


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
