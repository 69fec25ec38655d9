"""Sessions and plans, to read."""

import re
from datetime import timedelta

from tests.cast import CHEN, HU, LIN, QIAN, SCHOOL_YEAR, TODAY, WU, ZHAO
from tests.console.browser import Site, words
from tests.person import SCHOOL_BASED_FORM
from tests.world import World


def test_a_session_tells_its_time_place_speaker_and_who_was_there(lived_in: Site) -> None:
    browser = lived_in.signed_in(CHEN)

    listed = browser.get("/sessions")
    path = re.search(r'href="(/sessions/[0-9a-f-]{36})"', listed.text)
    assert path
    page = words(browser.get(path[1]))

    assert "《草船借箭》同课异构 2026年9月10日 10:30 · 90分钟 · 同课异构 · 二楼会议室 已举行" in words(listed)
    assert "地点 二楼会议室" in page
    assert "主讲人 林老师" in page
    assert "陈老师 参与者 90" in page
    assert "两位老师各上一节" in page


def test_a_cancelled_session_earns_nothing_and_says_so(site: Site, world: World) -> None:
    wu = world.as_person(WU)
    activity = wu.announce(starts_at=world.clock() + timedelta(days=1), speaker_id=world.id_of(LIN))
    wu.post("activities", f"/sessions/{activity}/cancel")

    page = words(site.signed_in(CHEN).get(f"/sessions/{activity}"))

    assert "已取消" in page
    assert "不计出勤和学时" in page


def test_who_checked_in_does_not_vanish_once_somebody_else_is_confirmed(site: Site, world: World) -> None:
    activity = world.held_activity()
    wu, browser = world.as_person(WU), site.signed_in(CHEN)
    for member in (CHEN, LIN):
        wu.post("activities", f"/sessions/{activity}/check-ins", {"teacher_id": world.id_of(member)})

    before = words(browser.get(f"/sessions/{activity}"))
    wu.confirm(activity, {world.id_of(LIN): 90})
    after = words(browser.get(f"/sessions/{activity}"))

    assert " 2人已签到，待确认：" in before
    assert "另有1人已签到，待确认：陈老师。" in after


def test_a_plan_shows_what_became_of_each_item(site: Site, world: World) -> None:
    plan = world.as_person(ZHAO).approve_plan(draft())

    browser = site.signed_in(CHEN)
    listed = words(browser.get("/plans"))
    page = words(browser.get(f"/plans/{plan['plan_id']}"))

    assert "语文组学期研训计划 2026–2027学年 已通过" in listed
    assert "《草船借箭》同课异构 2026年9月10日前 · 同课异构 已计划" in page


def test_a_returned_plan_says_why(site: Site, world: World) -> None:
    wu = world.as_person(WU)
    plan = wu.post("plans", "/plans", draft())["plan_id"]
    wu.post("plans", f"/plans/{plan}/submit")
    world.as_person(ZHAO).post("plans", f"/plans/{plan}/return", {"reason": "请写明主讲人"})

    page = words(site.signed_in(WU).get(f"/plans/{plan}"))

    assert "已退回" in page
    assert "退回意见：请写明主讲人" in page


def test_the_county_reads_which_school_a_plan_is_of(site: Site, world: World) -> None:
    world.as_person(ZHAO).approve_plan(draft())

    assert "2026–2027学年 · 青石镇中心小学" in words(site.signed_in(QIAN).get("/plans"))


def test_another_school_sees_none_of_it(lived_in: Site) -> None:
    chen, hu = lived_in.signed_in(CHEN), lived_in.signed_in(HU)
    path = re.search(r'href="(/sessions/[0-9a-f-]{36})"', chen.get("/sessions").text)
    assert path

    assert "还没有研训活动。" in words(hu.get("/sessions"))
    assert "还没有研训计划。" in words(hu.get("/plans"))
    assert hu.get(path[1]).status_code == 404


def test_what_people_write_is_text_and_nothing_else(site: Site, world: World) -> None:
    evil = "<script>alert(1)</script>{{7*7}}"
    said = {
        "form": SCHOOL_BASED_FORM,
        "topic": evil,
        "starts_at": world.clock().isoformat(),
        "length_minutes": 90,
        "place": "<img src=x onerror=alert(1)>",
    }
    world.as_person(WU).post("activities", "/sessions", said)

    page = site.signed_in(CHEN).get("/sessions")

    assert "<script" not in page.text
    assert "<img" not in page.text
    assert evil in words(page)


def draft() -> dict[str, object]:
    """A plan of one item."""
    item = {"form": SCHOOL_BASED_FORM, "topic": "《草船借箭》同课异构", "due_on": TODAY.isoformat()}
    return {"school_year": SCHOOL_YEAR, "title": "语文组学期研训计划", "items": [item]}
