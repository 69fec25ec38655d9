"""GET /teachers/<id>/statement and /me/statement: where a teacher stands, and why."""

from uuid import UUID

import pytest

from shared.auth import Actor
from shared.vocabulary import SessionRole
from tests.credits.facts import OTHER_ACTIVITY, attendee, confirmed, hear, revoked
from tests.signed_in import CHEN, HU, LIN, QIAN, WU, ZHAO, Door, code_of

CHENS = f"/teachers/{CHEN.person_id}/statement"


def test_a_teacher_reads_what_she_earned_and_why(door: Door) -> None:
    hear(door, confirmed(attendee(role=SessionRole.SPEAKER)))

    read = door.as_(CHEN).get("/me/statement").get_json()

    assert (read["name"], read["school_year"], read["rule_pack"]["name"]) == (
        "陈老师",
        2026,
        "教师培训学时管理办法",
    )
    assert read["categories"] == [
        {
            "category": "school_based",
            "label": "校本研修",
            "earned_hundredths": 400,
            "counted_hundredths": 400,
            "cap_hundredths": None,
            "explanation": "校本研修已得4学时，全部计入",
        }
    ]
    assert read["total"] == floor(required=7200, counted=400)
    assert read["school_based"] == floor(required=2400, counted=400)
    assert read["is_met"] is False
    (entry,) = read["entries"]
    assert entry["explanation"] == (
        "2026年9月10日参加“同课异构”，90分钟，按《教师培训学时管理办法》，45分钟计1学时，"
        "主讲人权重2，得4学时，记入校本研修"
    )


def floor(*, required: int, counted: int) -> dict[str, object]:
    missing = required - counted
    return {
        "required_hundredths": required,
        "counted_hundredths": counted,
        "missing_hundredths": missing,
        "is_met": missing == 0,
    }


def test_what_is_over_the_years_cap_is_shown_as_earned(door: Door) -> None:
    hear(door, confirmed(attendee(minutes=360), form="county_forum"))

    (category,) = door.as_(CHEN).get("/me/statement").get_json()["categories"]

    assert (category["earned_hundredths"], category["counted_hundredths"]) == (800, 600)
    assert category["explanation"] == "校际研修已得8学时，每学年封顶6学时，计入6学时"


def test_a_reversal_stands_beside_what_it_reverses(door: Door) -> None:
    hear(door, confirmed(), revoked())

    read = door.as_(CHEN).get("/me/statement").get_json()

    hours = {entry["kind_label"]: entry["hours_hundredths"] for entry in read["entries"]}
    assert hours == {"入账": 200, "冲销": -200}
    assert read["earned_hundredths"] == 0


def test_a_year_shows_its_own_hours_only(door: Door) -> None:
    hear(door, confirmed())

    read = door.as_(CHEN).get("/me/statement?school_year=2027").get_json()

    assert (read["school_year"], read["entries"], read["earned_hundredths"]) == (2027, [], 0)


def test_before_any_rules_a_statement_is_empty(empty: Door) -> None:
    read = empty.as_(CHEN).get("/me/statement").get_json()

    assert (read["rule_pack"], read["total"], read["entries"]) == (None, None, [])


def test_nobody_reads_a_statement_without_signing_in(door: Door) -> None:
    assert door.anonymous().get("/me/statement").status_code == 401
    assert door.anonymous().get(CHENS).status_code == 401


@pytest.mark.parametrize("somebody", [CHEN, ZHAO, QIAN], ids=lambda actor: actor.name)
def test_herself_her_principal_and_the_county_may_read(door: Door, somebody: Actor) -> None:
    hear(door, confirmed(), confirmed(attendee(LIN.person_id), activity_id=OTHER_ACTIVITY))

    read = door.as_(somebody).get(CHENS).get_json()

    assert (read["teacher_id"], len(read["entries"])) == (str(CHEN.person_id), 1)


@pytest.mark.parametrize("somebody", [LIN, WU, HU], ids=lambda actor: actor.name)
def test_a_colleague_and_another_school_may_not(door: Door, somebody: Actor) -> None:
    hear(door, confirmed())

    assert code_of(door.as_(somebody).get(CHENS)) == (404, "not_found")


def test_a_stranger_is_not_found(door: Door) -> None:
    unknown = door.as_(QIAN).get(f"/teachers/{UUID(int=1)}/statement")

    assert code_of(unknown) == (404, "not_found")


@pytest.mark.parametrize("year", ["1999", "2101", "next", "-1"])
def test_a_year_out_of_reason_is_refused(door: Door, year: str) -> None:
    assert door.as_(CHEN).get(f"/me/statement?school_year={year}").status_code == 422
