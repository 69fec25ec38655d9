"""Sessions entered after they took place become credit and notices, like those that were announced before."""

from datetime import timedelta
from typing import Any

from tests.cast import CHEN, LIN, QIAN, SCHOOL_YEAR, TODAY, WU, ZHAO
from tests.person import SCHOOL_BASED_FORM
from tests.world import World


def past_session(world: World, *, days_ago: int, **changed: object) -> dict[str, Any]:
    """A session that Lin led and Chen attended, as it is entered afterwards."""
    return {
        "form": SCHOOL_BASED_FORM,
        "topic": "《草船借箭》同课异构",
        "starts_at": (world.clock() - timedelta(days=days_ago)).isoformat(),
        "length_minutes": 90,
        "place": "二楼会议室",
        "speaker_id": world.id_of(LIN),
        "record": {"content": "两位老师各上一节，课后集体评议，形成共同教案一份。"},
        "attendees": [
            {"teacher_id": world.id_of(LIN), "minutes": 90, "role": "speaker"},
            {"teacher_id": world.id_of(CHEN), "minutes": 90},
        ],
        **changed,
    }


def test_past_sessions_earn_hours_and_tell_the_mentor(world: World) -> None:
    sessions = [past_session(world, days_ago=days) for days in (2, 1)]

    entered = world.as_person(WU).post("activities", "/past-sessions", {"sessions": sessions})
    world.settle()

    assert [one["confirmed"] for one in entered["sessions"]] == [2, 2]
    assert world.as_person(CHEN).balance_hundredths() == 400
    assert world.as_person(LIN).balance_hundredths() == 800
    assert world.as_person(CHEN).inbox_titles() == ["您获得2学时", "您获得2学时"]
    assert world.as_person(LIN).inbox_titles().count("您的徒弟陈老师获得2学时") == 2


def test_what_the_county_enters_counts_for_the_school_and_once(world: World) -> None:
    school_id = world.as_person(CHEN).get("directory", "/me")["school_id"]
    body = {"sessions": [past_session(world, days_ago=1, school_id=school_id)]}
    qian = world.as_person(QIAN)

    first, again = (qian.post("activities", "/past-sessions", body, key="box-of-papers") for _ in range(2))
    world.settle()

    assert first == again
    assert world.as_person(CHEN).balance_hundredths() == 200
    (entry,) = world.as_person(CHEN).statement(school_year=SCHOOL_YEAR)["entries"]
    assert entry["activity_id"] == first["sessions"][0]["activity_id"]


def test_a_past_session_fulfils_its_item_of_the_plan(world: World) -> None:
    draft = {
        "school_year": SCHOOL_YEAR,
        "title": "语文组学期研训计划",
        "items": [{"form": SCHOOL_BASED_FORM, "topic": "《草船借箭》同课异构", "due_on": TODAY.isoformat()}],
    }
    plan = world.as_person(ZHAO).approve_plan(draft)
    world.settle()
    item_id = plan["items"][0]["item_id"]

    entered = world.as_person(WU).post(
        "activities",
        "/past-sessions",
        {"sessions": [past_session(world, days_ago=1, plan_item_id=item_id)]},
    )
    world.settle()

    (item,) = world.as_person(WU).get("plans", f"/plans/{plan['plan_id']}")["items"]
    activity_ids = [one["activity_id"] for one in entered["sessions"]]
    assert (item["state"], item["activity_ids"]) == ("fulfilled", activity_ids)
