"""GET /people/<id> and its changes: who somebody is on a day, as it is or was known, and what was changed."""

from typing import Any

import pytest

from services.directory import queries
from shared import db
from tests.directory.register import NOW, TODAY
from tests.directory.test_transfers import agreed
from tests.signed_in import CHEN, HU, LIN, QIAN, WU, ZHAO, Door, code_of, said_in

PAGE = f"/people/{CHEN.person_id}"


def amended(door: Door, **changes: Any) -> Any:
    """Chen's record, changed by Zhao from today on."""
    return said_in(door.as_(ZHAO).post(f"{PAGE}/amend", {"starts_on": "2026-10-14", **changes}))


def test_a_person_is_shown_with_what_holds(door: Door) -> None:
    amended(door, title="first", serves_since=2016, second_subjects="道德与法治")

    page = said_in(door.as_(ZHAO).get(PAGE))

    assert (page["name"], page["title_label"], page["years_of_service"]) == ("陈老师", "一级教师", 10)
    assert (page["subject"], page["second_subjects"]) == ("语文", "道德与法治")


def test_a_change_of_name_leaves_the_days_before_alone(door: Door) -> None:
    amended(door, name="陈文静")

    names = [said_in(door.as_(ZHAO).get(f"{PAGE}?on={on}"))["name"] for on in ("2026-10-13", "2026-10-14")]

    assert names == ["陈老师", "陈文静"]


def test_what_was_known_before_a_correction_can_still_be_asked(door: Door) -> None:
    door.later(days=1)
    body = {"starts_on": "2026-09-01", "ends_on": "2026-10-01", "subject": "数学"}
    said_in(door.as_(ZHAO).post(f"{PAGE}/amend", body))

    now = said_in(door.as_(ZHAO).get(f"{PAGE}?on=2026-09-10"))
    then = said_in(door.as_(ZHAO).get(f"{PAGE}?on=2026-09-10&known_at={NOW:%Y-%m-%dT%H:%M:%SZ}"))

    assert (now["subject"], then["subject"]) == ("数学", "语文")
    assert [one["is_withdrawn"] for one in now["history"]].count(True) == 1


def test_a_school_corrects_this_school_year_only(door: Door) -> None:
    body = {"starts_on": "2026-08-31", "ends_on": "2026-10-01", "subject": "数学"}

    assert code_of(door.as_(ZHAO).post(f"{PAGE}/amend", body)) == (409, "correction_too_early")
    said_in(door.as_(QIAN).post(f"{PAGE}/amend", body))


@pytest.mark.parametrize("verb", ["amend", "staff-number", "absences"])
def test_another_school_finds_nobody(door: Door, verb: str) -> None:
    bodies = {
        "amend": {"starts_on": "2026-10-14", "subject": "数学"},
        "staff-number": {"staff_no": "T-1"},
        "absences": {"starts_on": "2026-10-14", "kind": "sick_leave"},
    }

    assert code_of(door.as_(HU).get(PAGE)) == (404, "not_found")
    assert code_of(door.as_(HU).post(f"{PAGE}/{verb}", bodies[verb])) == (404, "not_found")
    assert code_of(door.as_(WU).post(f"{PAGE}/{verb}", bodies[verb])) == (403, "forbidden")


def test_a_colleague_sees_no_page_but_her_own(door: Door) -> None:
    assert code_of(door.as_(WU).get(PAGE)) == (403, "forbidden")
    assert said_in(door.as_(CHEN).get(PAGE))["name"] == "陈老师"


def test_a_staff_number_is_one_persons(door: Door) -> None:
    said_in(door.as_(ZHAO).post(f"{PAGE}/staff-number", {"staff_no": "T-1"}))

    twice = door.as_(ZHAO).post(f"/people/{LIN.person_id}/staff-number", {"staff_no": "T-1"})

    assert code_of(twice) == (409, "staff_no_taken")


def test_what_was_known_last_month_is_told_as_it_was_then(door: Door) -> None:
    leave = {"starts_on": "2026-10-14", "kind": "sick_leave"}
    door.later(days=1)
    said_in(door.as_(ZHAO).post(f"{PAGE}/absences", leave))

    with db.transaction(door.engine, write=False) as session:
        now, then = (
            queries.person(
                session, actor=ZHAO, person_id=CHEN.person_id, on=TODAY, today=TODAY, known_at=known_at
            )
            for known_at in (None, NOW)
        )

    assert (len(now.absences), len(then.absences)) == (1, 0)
    assert len(now.history) == len(then.history) + 1


def test_a_former_school_sees_its_own_part_of_the_days_she_was_there(door: Door) -> None:
    agreed(door, effective_on="2026-10-01", because="补办")
    page = f"/people/{LIN.person_id}"

    assert code_of(door.as_(ZHAO).get(page)) == (404, "not_found")
    part = said_in(door.as_(ZHAO).get(f"{page}?on=2026-09-30"))

    assert (part["is_whole"], part["history"]) == (False, [])
    assert [one["school"] for one in part["memberships"]] == ["青石镇中心小学"]
    assert len(said_in(door.as_(HU).get(page))["memberships"]) == 2
