"""A teacher's hours, and how each came about."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert, select

from deploy.demo_county import RULE_PACK
from services.activities.models import ActivitySession
from shared import db
from tests.cast import CHEN, HU, LIN, QIAN, WU, ZHAO
from tests.console.browser import Site, words
from tests.world import World


def test_a_teacher_sees_what_counts_and_what_is_missing(lived_in: Site) -> None:
    page = words(lived_in.signed_in(CHEN).get("/"))

    assert "我的学时 2026–2027学年" in page
    assert "总学时 2 / 72学时 还差70学时" in page
    assert "其中校本研修 2 / 24学时 还差22学时" in page
    assert "《草船借箭》同课异构" in page
    assert "2026年9月10日 · 同课异构 · 校本研修 +2 学时" in page


def test_the_bar_says_in_words_what_it_shows(lived_in: Site) -> None:
    page = lived_in.signed_in(CHEN).get("/").text

    assert 'max="7200" value="200"' in page
    assert 'aria-label="总学时：已计2学时，要求72学时"' in page


def test_an_entry_explains_itself(lived_in: Site) -> None:
    browser = lived_in.signed_in(CHEN)

    page = words(browser.get(f"/entries/{entry_of(lived_in.world)}"))

    assert "为什么是2学时" in page
    assert "参加“同课异构”，90分钟" in page
    assert "45分钟计1学时" in page
    assert "得2学时，记入校本研修" in page
    assert "《示范县校本研训学时规则》" in page


def test_whoever_has_no_hours_yet_is_told_what_to_do(lived_in: Site) -> None:
    page = words(lived_in.signed_in(HU).get("/"))

    assert "0 / 72学时" in page
    assert "还没有学时记录。" in page
    assert "参加一次研训活动" in page
    assert "看看有哪些活动" in page


def test_the_year_before_is_a_link_away(lived_in: Site) -> None:
    page = words(lived_in.signed_in(CHEN).get("/?school_year=2025"))

    assert "2025–2026学年 看上一学年 看下一学年 回到本学年" in page
    assert "还没有学时记录。" in page


def test_no_link_leads_before_the_first_year_there_is(lived_in: Site) -> None:
    page = words(lived_in.signed_in(CHEN).get("/?school_year=2000"))

    assert "看下一学年" in page
    assert "看上一学年" not in page


def test_a_year_that_is_over_is_not_called_this_year(site: Site, world: World) -> None:
    before = words(site.signed_in(CHEN).get("/?school_year=2025"))
    world.later(timedelta(days=365))
    after = words(site.signed_in(CHEN).get("/?school_year=2026"))

    assert "县里还没有发布2025–2026学年的学时规则" in before
    assert "2026–2027学年进度" in after
    assert "本学年" not in (before + after).replace("回到本学年", "")


def test_the_way_back_from_an_entry_leads_to_its_year(site: Site, world: World) -> None:
    world.confirmed_activity()
    path = f"/entries/{entry_of(world)}"
    world.later(timedelta(days=365))

    page = site.signed_in(CHEN).get(path).text

    assert 'class="back"><a href="/?school_year=2026"' in page


def test_a_floor_of_nothing_has_no_bar(site: Site, world: World) -> None:
    rules = {**RULE_PACK, "valid_from": "2026-10-01", "required_school_based_hours_hundredths": 0}
    world.as_person(QIAN).post("credits", "/rule-packs", rules)

    page = site.signed_in(CHEN).get("/").text

    assert page.count("<progress") == 1
    assert "0 / 0学时 已达到要求" in words(site.signed_in(CHEN).get("/"))


def test_a_reversal_is_shown_beside_what_it_takes_back(site: Site, world: World) -> None:
    activity = world.confirmed_activity()
    world.later(timedelta(minutes=1))
    world.as_person(WU).revoke(activity, [world.id_of(CHEN)])
    world.settle()
    browser = site.signed_in(CHEN)

    page = words(browser.get("/"))
    reversal, accrual = world.as_person(CHEN).statement(school_year=2026)["entries"]
    why = words(browser.get(f"/entries/{reversal['id']}"))

    assert "冲销 2026年9月10日 · 同课异构 · 校本研修 −2 学时" in page
    assert "已冲销 2026年9月10日 · 同课异构 · 校本研修 +2 学时" in page
    assert "总学时 0 / 72学时" in page
    assert "为什么冲销" in why
    assert "的出勤确认已撤回" in why
    assert accrual["id"] in browser.get(f"/entries/{reversal['id']}").text


def test_a_topic_is_shown_though_two_hundred_sessions_came_after_it(site: Site, world: World) -> None:
    world.confirmed_activity()
    with db.transaction(world.platform.running["activities"].engine) as session:
        first = session.scalars(select(ActivitySession)).one()
        facts = {column.name: getattr(first, column.name) for column in ActivitySession.__table__.columns}
        later = {"starts_at": first.starts_at + timedelta(days=1), "topic": "以后的活动"}
        session.execute(
            insert(ActivitySession), [{**facts, **later, "activity_id": uuid4()} for _ in range(201)]
        )

    assert "《草船借箭》同课异构 2026年9月10日" in words(site.signed_in(CHEN).get("/"))


def test_leaders_see_the_hours_of_their_own_teachers(lived_in: Site) -> None:
    path = f"/teachers/{lived_in.world.id_of(CHEN)}"

    for leader in (ZHAO, QIAN):
        assert "陈老师的学时" in words(lived_in.signed_in(leader).get(path))


def test_nobody_else_does(lived_in: Site) -> None:
    world = lived_in.world
    paths = (f"/teachers/{world.id_of(CHEN)}", f"/entries/{entry_of(world)}")

    for stranger in (HU, LIN):
        browser = lived_in.signed_in(stranger)
        for path in paths:
            assert browser.get(path).status_code == 404


def test_the_county_office_starts_with_the_board(lived_in: Site) -> None:
    answer = lived_in.signed_in(QIAN).get("/")

    assert (answer.status_code, answer.location) == (303, "/board")


def entry_of(world: World) -> str:
    """Chen's only entry."""
    (entry,) = world.as_person(CHEN).statement(school_year=2026)["entries"]
    return str(entry["id"])
