"""GET /board and /schools/<id>/teachers: completion by school, and the rows behind each number."""

from dataclasses import replace
from uuid import UUID

import pytest

from shared.auth import Actor
from shared.vocabulary import Role
from tests.credits.facts import attendee, confirmed, everybody_is_known, hear, publish
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, QIAN, SCHOOL, SUN, WU, ZHAO, Door, code_of

ROWS = f"/schools/{SCHOOL}/teachers"


@pytest.fixture
def low(empty: Door) -> Door:
    """The county with floors of four hours, two of them school-based."""
    publish(empty, required_hours_hundredths=400, required_school_based_hours_hundredths=200)
    everybody_is_known(empty)
    return empty


def test_the_county_sees_every_school(low: Door) -> None:
    hear(low, confirmed(attendee(CHEN.person_id, minutes=180), attendee(LIN.person_id)))

    read = low.as_(QIAN).get("/board").get_json()

    assert (read["teachers"], read["met"], read["short"], read["average_hundredths"]) == (4, 1, 3, 150)
    assert [
        (row["name"], row["teachers"], row["met"], row["average_hundredths"]) for row in read["schools"]
    ] == [
        ("青石镇中心小学", 3, 1, 200),
        ("县实验小学", 1, 0, 0),
    ]


def test_both_floors_and_the_years_caps_decide_who_is_short(low: Door) -> None:
    hear(low, confirmed(attendee(CHEN.person_id, minutes=90), attendee(LIN.person_id, minutes=180)))
    forum = [attendee(one.person_id, minutes=360) for one in (CHEN, LIN, WU)]
    hear(low, confirmed(*forum, form="county_forum", activity_id=UUID(int=0xA9)))

    board = low.as_(ZHAO).get("/board").get_json()
    rows = low.as_(ZHAO).get(ROWS).get_json()

    assert (board["teachers"], board["met"]) == (3, 2)
    assert [
        (row["name"], row["counted_hundredths"], row["total"]["is_met"], row["school_based"]["is_met"])
        for row in rows
    ] == [("吴老师", 600, True, False), ("陈老师", 800, True, True), ("林老师", 1000, True, True)]


def test_the_board_and_the_statements_agree(low: Door) -> None:
    hear(low, confirmed(attendee(CHEN.person_id, minutes=200), attendee(LIN.person_id, minutes=44)))
    hear(low, confirmed(attendee(minutes=360), form="county_forum", activity_id=UUID(int=0xA9)))

    rows = low.as_(QIAN).get(ROWS).get_json()

    for row in rows:
        read = low.as_(QIAN).get(f"/teachers/{row['teacher_id']}/statement").get_json()
        assert (row["counted_hundredths"], row["total"], row["school_based"]) == (
            read["counted_hundredths"],
            read["total"],
            read["school_based"],
        )


@pytest.mark.parametrize(("principal", "school_id"), [(ZHAO, SCHOOL), (HU, OTHER_SCHOOL)])
def test_a_principal_sees_her_own_school_only(door: Door, principal: Actor, school_id: UUID) -> None:
    board = door.as_(principal).get("/board").get_json()

    assert [row["school_id"] for row in board["schools"]] == [str(school_id)]


def test_without_rules_nobody_has_reached_the_floor(empty: Door) -> None:
    everybody_is_known(empty)

    board = empty.as_(QIAN).get("/board").get_json()
    rows = empty.as_(QIAN).get(ROWS).get_json()

    assert (board["rule_pack"], board["met"], board["short"]) == (None, 0, 4)
    assert [row["total"] for row in rows] == [None, None, None]


def test_an_empty_county_has_an_empty_board(empty: Door) -> None:
    read = empty.as_(QIAN).get("/board").get_json()

    assert (read["schools"], read["average_hundredths"]) == ([], 0)


@pytest.mark.parametrize("path", ["/board", ROWS])
def test_nobody_reads_the_board_without_signing_in(door: Door, path: str) -> None:
    assert door.anonymous().get(path).status_code == 401


@pytest.mark.parametrize("path", ["/board", ROWS])
@pytest.mark.parametrize("somebody", [CHEN, WU], ids=lambda actor: actor.name)
def test_a_teacher_may_not_see_her_colleagues(door: Door, somebody: Actor, path: str) -> None:
    assert code_of(door.as_(somebody).get(path)) == (403, "forbidden")


def test_another_schools_teachers_look_like_none(door: Door) -> None:
    hers, nobodys = (door.as_(HU).get(path) for path in (ROWS, f"/schools/{UUID(int=1)}/teachers"))

    assert code_of(hers) == code_of(nobodys) == (404, "not_found")


@pytest.mark.parametrize("path", ["/board", ROWS])
def test_an_unknown_filter_is_refused(door: Door, path: str) -> None:
    assert door.as_(ZHAO).get(f"{path}?year=2026").status_code == 400


def test_the_districts_office_reads_the_board_of_its_schools(low: Door) -> None:
    hear(low, confirmed(attendee(CHEN.person_id)))

    board = low.as_(SUN).get("/board").get_json()

    assert [row["school_id"] for row in board["schools"]] == [str(SCHOOL)]
    assert low.as_(SUN).get(ROWS).status_code == 200
    assert low.as_(SUN).get(f"/teachers/{CHEN.person_id}/statement").status_code == 200
    assert code_of(low.as_(SUN).get(f"/schools/{OTHER_SCHOOL}/teachers")) == (404, "not_found")
    assert code_of(low.as_(SUN).get(f"/teachers/{HU.person_id}/statement")) == (404, "not_found")


def test_a_teacher_who_is_a_trainer_too_reads_the_linked_school_and_not_her_own(low: Door) -> None:
    trainer = replace(LIN, roles=LIN.roles | {Role.COUNTY_TRAINER}, beyond=frozenset((OTHER_SCHOOL,)))

    board = low.as_(trainer).get("/board").get_json()

    assert [row["school_id"] for row in board["schools"]] == [str(OTHER_SCHOOL)]
    assert code_of(low.as_(trainer).get(ROWS)) == (403, "forbidden")
    assert code_of(low.as_(trainer).get(f"/teachers/{CHEN.person_id}/statement")) == (404, "not_found")
