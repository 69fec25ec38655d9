"""Where teachers belong: copies that commute, the board of every year, and who sees what of a statement."""

import shutil
from collections.abc import Sequence
from datetime import date
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.credits.service import SERVICE
from shared.auth import Actor
from shared.events.codec import Event
from shared.events.directory import (
    Belonging,
    PersonMerged,
    PersonUnmerged,
    SchoolChanged,
    TeacherChanged,
)
from shared.vocabulary import MembershipKind, Role, SchoolStage
from tests.credits.facts import NOW, attendee, confirmed, hear, joined, opened
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, WU, ZHAO, Door, code_of, opened_door

HOME, SECONDED = MembershipKind.HOME, MembershipKind.SECONDED
MOVED_ON = date(2026, 9, 6)
MERGE, TWIN = UUID(int=0xB1), UUID(int=0xB2)
BEFORE, AFTER = UUID(int=0xA6), UUID(int=0xA7)


def belongs(
    school_id: UUID, starts_on: date, ends_on: date | None = None, kind: MembershipKind = HOME
) -> Belonging:
    """A period at a school."""
    return Belonging(school_id=school_id, kind=kind, subject="语文", starts_on=starts_on, ends_on=ends_on)


def changed(teacher: Actor, version: int, *parts: Belonging, name: str | None = None) -> TeacherChanged:
    """All that is now known of a teacher."""
    return TeacherChanged(
        teacher_id=teacher.person_id,
        school_id=parts[-1].school_id if parts else None,
        version=version,
        name=name or teacher.name,
        belongs=parts,
    )


def chen_moves(version: int = 1) -> TeacherChanged:
    """From Zhao's school to Hu's, on the sixth of September."""
    first = belongs(SCHOOL, date(2025, 9, 1), MOVED_ON)
    return changed(CHEN, version, first, belongs(OTHER_SCHOOL, MOVED_ON))


MERGED = PersonMerged(merge_id=MERGE, alias_id=TWIN, person_id=CHEN.person_id, school_id=SCHOOL)
UNMERGED = PersonUnmerged(merge_id=MERGE, alias_id=TWIN, person_id=CHEN.person_id, school_id=SCHOOL)
RENAMED = SchoolChanged(
    school_id=SCHOOL, version=1, name="青石小学", stage=SchoolStage.PRIMARY, township="青石镇", closed_on=None
)
CLOSED = SchoolChanged(
    school_id=SCHOOL,
    version=2,
    name="青石小学",
    stage=SchoolStage.PRIMARY,
    township="青石镇",
    closed_on=date(2027, 8, 1),
)
FACTS: Sequence[Event] = [
    opened(SCHOOL, "青石镇中心小学"),
    RENAMED,
    CLOSED,
    joined(CHEN.person_id, CHEN.name),
    chen_moves(version=1),
    changed(CHEN, 2, belongs(SCHOOL, date(2026, 9, 1)), name="陈文静"),
    MERGED,
    UNMERGED,
]
TABLES = ("known_schools", "known_teachers", "known_belongings", "known_aliases", "known_unmerges")


def kept(door: Door) -> list[Any]:
    """Every copy of the directory's."""
    return [door.rows(table) for table in TABLES]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), happened=st.lists(st.sampled_from(FACTS), min_size=2, max_size=8, unique_by=repr))
def test_any_order_and_any_repetition_keep_the_same(
    migrated: Path, data: st.DataObject, happened: list[Event]
) -> None:
    shuffled = data.draw(
        st.permutations(happened + data.draw(st.lists(st.sampled_from(happened), max_size=3)))
    )

    with TemporaryDirectory() as folder:
        found = []
        for place, heard in enumerate((happened, shuffled)):
            path = Path(shutil.copy(migrated, Path(folder) / str(place)))
            with opened_door(path, SERVICE, now=NOW) as door:
                hear(door, *heard)
                found.append(kept(door))
        assert found[0] == found[1]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_a_newer_producer_adds_is_ignored(empty: Door, fact: Event) -> None:
    nothing = kept(empty)
    empty.hear(fact, extra={"colour": "red"})
    once = kept(empty)

    empty.hear(fact)

    assert kept(empty) == once != nothing


@pytest.mark.parametrize("order", list(permutations(range(2))), ids=str)
def test_any_version_beats_what_was_said_when_she_joined(empty: Door, order: Sequence[int]) -> None:
    both = [joined(CHEN.person_id, "小陈"), chen_moves()]

    hear(empty, *(both[place] for place in order))

    assert empty.rows("known_teachers") == [(CHEN.person_id, OTHER_SCHOOL, "陈老师", 1)]
    assert len(empty.rows("known_belongings")) == 2


# --- the board ---


def counted(door: Door, query: str = "") -> dict[str, int]:
    """How many teachers each school has on the board."""
    schools = door.as_(QIAN).get(f"/board{query}").get_json()["schools"]
    return {one["name"]: one["teachers"] for one in schools}


def test_past_years_no_longer_list_todays_staff(door: Door) -> None:
    assert counted(door) == {"青石镇中心小学": 3, "县实验小学": 1}
    assert counted(door, "?school_year=2025") == {"青石镇中心小学": 0, "县实验小学": 0}


def test_a_year_counts_who_was_at_home_on_its_last_day(door: Door) -> None:
    hear(door, chen_moves())

    assert counted(door) == {"青石镇中心小学": 2, "县实验小学": 2}
    assert counted(door, "?on=2026-09-05") == {"青石镇中心小学": 3, "县实验小学": 1}
    assert counted(door, "?school_year=2025") == {"青石镇中心小学": 1, "县实验小学": 0}


def test_a_second_place_counts_on_no_board(door: Door) -> None:
    home = belongs(SCHOOL, date(2026, 9, 1))
    hear(door, changed(CHEN, 1, home, belongs(OTHER_SCHOOL, MOVED_ON, date(2027, 7, 1), SECONDED)))

    assert counted(door) == {"青石镇中心小学": 3, "县实验小学": 1}


def test_a_closed_school_leaves_the_board_with_its_last_teacher(door: Door) -> None:
    hear(door, CLOSED)
    door.later(days=360)
    for teacher in (LIN, CHEN, WU):
        hear(door, changed(teacher, 1, belongs(SCHOOL, date(2026, 9, 1), date(2027, 8, 1))))

    assert counted(door) == {"县实验小学": 1}
    assert counted(door, "?on=2027-07-31") == {"青石小学": 3, "县实验小学": 1}


# --- statements ---

HEAD = Actor(
    person_id=UUID(int=0xE2), name="孙校长", school_id=OTHER_SCHOOL, roles=frozenset({Role.PRINCIPAL})
)
STATEMENT = f"/teachers/{CHEN.person_id}/statement"


@pytest.fixture
def split(door: Door) -> Door:
    """Chen attended before and after she moved."""
    hear(door, chen_moves(), confirmed(held_on=date(2026, 9, 4), activity_id=BEFORE))
    hear(door, confirmed(attendee(minutes=45), held_on=date(2026, 9, 9), activity_id=AFTER))
    return door


def seen(door: Door, who: Actor, query: str = "") -> list[int]:
    """The hours of each entry that somebody sees of Chen."""
    answer = door.as_(who).get(STATEMENT + query)
    assert answer.status_code == 200, answer.text
    return [entry["hours_hundredths"] for entry in answer.get_json()["entries"]]


def test_the_new_school_sees_her_whole_year_the_old_one_her_days_there(split: Door) -> None:
    assert seen(split, CHEN) == seen(split, QIAN) == seen(split, HEAD) == [100, 200]
    assert seen(split, ZHAO) == [200]

    old = split.as_(ZHAO).get(STATEMENT).get_json()
    assert (old["total"], old["is_met"]) == (None, False)
    assert "2026年9月1日至2026年9月5日" in old["note"]


def test_the_old_school_finds_nothing_of_the_time_after(split: Door) -> None:
    entries = {
        entry["activity_id"]: entry["id"]
        for entry in split.as_(CHEN).get("/me/statement").get_json()["entries"]
    }

    assert split.as_(ZHAO).get(f"/entries/{entries[str(BEFORE)]}").status_code == 200
    assert code_of(split.as_(ZHAO).get(f"/entries/{entries[str(AFTER)]}")) == (404, "not_found")
    assert split.as_(HEAD).get(f"/entries/{entries[str(BEFORE)]}").status_code == 200
    split.later(days=360)
    assert code_of(split.as_(ZHAO).get(f"{STATEMENT}?school_year=2027")) == (404, "not_found")


def test_as_of_a_day_before_the_old_school_sees_what_it_saw_then(split: Door) -> None:
    assert seen(split, ZHAO, "?on=2026-09-05") == [200]
    assert code_of(split.as_(HEAD).get(f"{STATEMENT}?on=2026-09-05")) == (404, "not_found")


def test_a_day_to_come_shows_nobody_more(door: Door) -> None:
    hear(
        door,
        changed(
            CHEN,
            1,
            belongs(SCHOOL, date(2026, 9, 1), date(2026, 10, 1)),
            belongs(OTHER_SCHOOL, date(2026, 10, 1)),
        ),
    )

    assert code_of(door.as_(HEAD).get(f"{STATEMENT}?on=2026-10-02")) == (404, "not_found")


def test_where_she_is_sent_sees_the_days_she_is_there(door: Door) -> None:
    home = belongs(SCHOOL, date(2026, 9, 1))
    hear(door, changed(CHEN, 1, home, belongs(OTHER_SCHOOL, MOVED_ON, date(2027, 7, 1), SECONDED)))
    hear(door, confirmed(held_on=date(2026, 9, 4), activity_id=BEFORE))
    hear(door, confirmed(attendee(minutes=45), held_on=date(2026, 9, 9), activity_id=AFTER))

    assert (seen(door, HEAD), seen(door, ZHAO)) == ([100], [100, 200])


def test_a_leader_of_no_such_school_finds_nobody(split: Door) -> None:
    stranger = Actor(
        person_id=UUID(int=0xE3), name="远校长", school_id=UUID(int=0x59), roles=frozenset({Role.PRINCIPAL})
    )

    assert code_of(split.as_(stranger).get(STATEMENT)) == (404, "not_found")
    assert code_of(split.as_(WU).get(STATEMENT)) == (404, "not_found")
    assert code_of(split.as_(LIN).get(STATEMENT)) == (404, "not_found")
    assert split.as_(HU).get(STATEMENT).status_code == 200


# --- merges ---


@pytest.fixture
def twins(door: Door) -> Door:
    """Chen stands in the register twice, with hours under both ids."""
    hear(door, joined(TWIN, "陈老师"), confirmed(activity_id=BEFORE))
    forum = attendee(TWIN, minutes=360)
    hear(door, confirmed(forum, attendee(minutes=360), form="county_forum", activity_id=AFTER))
    return door


def test_hours_of_both_are_summed_before_the_years_caps(twins: Door) -> None:
    hear(twins, MERGED)

    board, rows = twins.as_(ZHAO).get("/board").get_json(), twins.as_(ZHAO).get(f"/schools/{SCHOOL}/teachers")
    statement = twins.as_(ZHAO).get(STATEMENT).get_json()

    assert board["teachers"] == 3
    assert (statement["earned_hundredths"], statement["counted_hundredths"]) == (1800, 800)
    assert [row["counted_hundredths"] for row in rows.get_json()] == [0, 0, 800]
    assert twins.as_(ZHAO).get(f"/teachers/{TWIN}/statement").get_json() == statement


def test_undone_everything_is_as_it_was(twins: Door) -> None:
    asked = ("/board", f"/schools/{SCHOOL}/teachers", STATEMENT, f"/teachers/{TWIN}/statement")
    before = [twins.as_(QIAN).get(path).get_json() for path in asked]

    hear(twins, MERGED, UNMERGED, MERGED)

    assert [twins.as_(QIAN).get(path).get_json() for path in asked] == before


def test_years_in_which_only_the_alias_was_there_stay_as_they_were_reported(door: Door) -> None:
    alias = Actor(person_id=TWIN, name="陈老师", school_id=OTHER_SCHOOL, roles=frozenset())
    hear(door, changed(alias, 1, belongs(OTHER_SCHOOL, date(2025, 9, 1), date(2026, 9, 1))))
    before = counted(door, "?school_year=2025")

    hear(door, MERGED)

    assert before == counted(door, "?school_year=2025") == {"青石镇中心小学": 0, "县实验小学": 1}
