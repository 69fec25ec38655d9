"""A logged activity becomes credit and a notice, once; taken back, it becomes a reversal and a notice."""

from datetime import timedelta

import pytest

from shared.client import Problem
from tests.cast import CHEN, HU, LIN, QIAN, SCHOOL_YEAR, TODAY, WU, ZHAO
from tests.person import SCHOOL_BASED_FORM
from tests.world import World


def test_a_confirmed_attendance_earns_hours_and_tells_the_mentor(world: World) -> None:
    world.confirmed_activity()

    assert world.as_person(CHEN).balance_hundredths() == 200
    assert world.as_person(CHEN).inbox_titles() == ["您获得2学时"]
    assert world.as_person(LIN).inbox_titles() == ["您的徒弟陈老师获得2学时"]


def test_the_speaker_earns_by_her_own_weight(world: World) -> None:
    activity = world.held_activity()

    world.as_person(WU).confirm(activity, {world.id_of(LIN): 90}, speakers=[world.id_of(LIN)])
    world.settle()

    assert world.as_person(LIN).balance_hundredths() == 400


def test_an_attendance_confirmed_twice_earns_once(world: World) -> None:
    activity = world.held_activity()
    wu = world.as_person(WU)

    wu.confirm(activity, {world.id_of(CHEN): 90})
    with pytest.raises(Problem) as refused:
        wu.confirm(activity, {world.id_of(CHEN): 90})
    world.settle()

    assert (refused.value.status, refused.value.code) == (409, "already_confirmed")
    assert world.as_person(CHEN).balance_hundredths() == 200


def test_a_request_repeated_with_its_key_is_answered_again_and_earns_once(world: World) -> None:
    activity = world.held_activity()
    wu = world.as_person(WU)

    answers = [wu.confirm(activity, {world.id_of(CHEN): 90}, key="tap-once") for _ in range(3)]
    world.settle()

    assert answers == [{"confirmed": 1}] * 3
    assert len(world.as_person(CHEN).statement(school_year=SCHOOL_YEAR)["entries"]) == 1


def test_a_revoked_attendance_is_reversed_and_both_are_told(world: World) -> None:
    activity = world.confirmed_activity()

    world.as_person(WU).revoke(activity, [world.id_of(CHEN)])
    world.settle()

    entries = world.as_person(CHEN).statement(school_year=SCHOOL_YEAR)["entries"]
    assert sorted(entry["hours_hundredths"] for entry in entries) == [-200, 200]
    assert world.as_person(CHEN).balance_hundredths() == 0
    assert len(world.as_person(CHEN).inbox_titles()) == 2
    assert len(world.as_person(LIN).inbox_titles()) == 2


def test_an_attendance_confirmed_anew_after_a_revocation_earns_again(world: World) -> None:
    activity = world.confirmed_activity()
    wu = world.as_person(WU)

    wu.revoke(activity, [world.id_of(CHEN)])
    wu.confirm(activity, {world.id_of(CHEN): 45})
    world.settle()

    assert world.as_person(CHEN).balance_hundredths() == 100


def test_a_planned_item_shows_as_fulfilled(world: World) -> None:
    draft = {
        "school_year": SCHOOL_YEAR,
        "title": "语文组学期研训计划",
        "items": [{"form": SCHOOL_BASED_FORM, "topic": "《草船借箭》同课异构", "due_on": TODAY.isoformat()}],
    }
    zhao, wu = world.as_person(ZHAO), world.as_person(WU)
    plan = zhao.approve_plan(draft)
    world.settle()

    activity = wu.announce(
        starts_at=world.clock() - timedelta(minutes=90), plan_item_id=plan["items"][0]["item_id"]
    )
    wu.hold(activity)
    wu.confirm(activity, {world.id_of(CHEN): 90})
    world.settle()

    (item,) = wu.get("plans", f"/plans/{plan['plan_id']}")["items"]
    assert (item["state"], item["activity_ids"]) == ("fulfilled", [activity])


def test_an_entry_explains_itself(world: World) -> None:
    world.confirmed_activity()

    (entry,) = world.as_person(CHEN).statement(school_year=SCHOOL_YEAR)["entries"]
    whole = world.as_person(CHEN).get("credits", f"/entries/{entry['id']}")

    assert "90分钟" in whole["explanation"]
    assert "45分钟计1学时" in whole["explanation"]
    assert whole["rule_pack"]["name"] == "示范县校本研训学时规则"


def test_the_county_sees_every_school_and_another_school_sees_nothing(world: World) -> None:
    activity = world.confirmed_activity()

    board = world.as_person(QIAN).get("credits", "/board", school_year=SCHOOL_YEAR)
    with pytest.raises(Problem) as refused:
        world.as_person(HU).get("activities", f"/sessions/{activity}")

    assert len(board["schools"]) == 3
    assert refused.value.status == 404
