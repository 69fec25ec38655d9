"""The board, and the way from each number to the people behind it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.cast import CHEN, HU, QIAN, QINGSHI, SHIYAN, SHUANGQIAO, WU, ZHAO, Member
from tests.console.browser import Browser, Site, site_of, words
from tests.world import World


def test_the_county_sees_every_school_the_weakest_first(lived_in: Site) -> None:
    page = words(lived_in.signed_in(QIAN).get("/board"))

    assert "全县看板 2026–2027学年" in page
    assert "0 / 5位教师已达标" in page
    assert "未达标人数多的学校排在前面" in page
    assert "截至2026年9月10日 12:00" in page
    assert page.index("青石镇中心小学") < page.index("县实验小学") < page.index("双桥镇中学")
    assert "合计3所 5 0.4 0 5" in page


def test_each_number_opens_to_the_teachers_behind_it(lived_in: Site) -> None:
    browser = lived_in.signed_in(QIAN)

    for path in numbers_of(browser, QINGSHI.name):
        page = browser.get(path)
        assert page.status_code == 200
        assert QINGSHI.name in words(page)


def test_from_a_school_it_is_one_more_step_to_a_teacher(lived_in: Site) -> None:
    browser = lived_in.signed_in(QIAN)

    page = browser.get(numbers_of(browser, QINGSHI.name)[0])
    chen = re.search(r'href="(/teachers/[^"]+)">陈老师', page.text)

    assert "陈老师 2 2 总70 校本22" in words(page)
    assert chen
    assert "陈老师的学时" in words(browser.get(unescape(chen[1])))


def test_a_school_says_which_year_it_shows_and_the_way_back_keeps_both(lived_in: Site) -> None:
    browser = lived_in.signed_in(QIAN)
    path = numbers_of(browser, QINGSHI.name)[0].split("?")[0]

    before = browser.get(f"{path}?school_year=2025&only=short")
    school = browser.get(f"{path}?school_year=2026&only=short")
    chen = re.search(r'href="(/teachers/[^"]+)">陈老师', school.text)
    assert chen
    teacher = browser.get(unescape(chen[1]))
    back = re.search(r'class="back"><a href="([^"]+)"', teacher.text)
    year_before = re.search(r'href="([^"]+)">看上一学年', teacher.text)

    assert "2025–2026学年 看上一学年 看下一学年 回到本学年" in words(before)
    assert f'href="{path}?only=short&amp;school_year=2026">看下一学年' in before.text
    assert back
    assert unescape(back[1]) == f"{path}?school_year=2026"
    assert year_before
    assert f"school={path.rsplit('/', 1)[-1]}" in year_before[1]


def test_only_those_who_are_asked_for_are_listed(lived_in: Site) -> None:
    browser = lived_in.signed_in(QIAN)
    path = numbers_of(browser, QINGSHI.name)[0].split("?")[0]

    assert "陈老师" in words(browser.get(f"{path}?only=short"))
    assert "还没有教师达标。" in words(browser.get(f"{path}?only=met"))


def test_a_principal_sees_her_own_school_only(lived_in: Site) -> None:
    page = words(lived_in.signed_in(ZHAO).get("/board"))

    assert "本校看板" in page
    assert "青石镇中心小学" in page
    assert "县实验小学" not in page
    assert "合计" not in page


def test_another_school_is_no_page_for_a_principal(lived_in: Site) -> None:
    path = numbers_of(lived_in.signed_in(QIAN), SHIYAN.name)[0]

    assert lived_in.signed_in(ZHAO).get(path).status_code == 404


@pytest.mark.parametrize("member", [CHEN, WU, HU], ids=lambda member: member.username)
def test_a_teacher_has_no_board(lived_in: Site, member: Member) -> None:
    browser = lived_in.signed_in(member)

    answer = browser.get("/board")

    assert answer.status_code == 403
    assert "这里您不能查看" in words(answer)
    assert 'href="/board"' not in browser.get("/").text


def test_a_year_without_anybody_says_so(lived_in: Site) -> None:
    page = words(lived_in.signed_in(QIAN).get("/board?school_year=2020"))

    assert "2020–2021学年" in page
    assert "位教师已达标" not in page


def test_a_year_that_cannot_be_is_no_page(lived_in: Site) -> None:
    assert lived_in.signed_in(QIAN).get("/board?school_year=99999").status_code == 404


def test_credits_being_away_costs_its_panel_only(world: World) -> None:
    browser = site_of(world, away={"credits"}).signed_in(QIAN)

    page = browser.get("/board")

    assert page.status_code == 200
    assert "学时服务暂时没有回答" in words(page)
    assert "钱老师" in words(page)


def numbers_of(browser: Browser, school: str) -> list[str]:
    """Where a school's numbers lead."""
    page = browser.get("/board").text
    return [path.replace("&amp;", "&") for path in re.findall(rf'href="([^"]+)" aria-label="{school}', page)]


def test_the_office_of_a_district_reads_its_schools_and_keeps_none(site: Site, world: World) -> None:
    directory = world.as_person(QIAN)
    schools = directory.get("directory", "/schools")["items"]
    district = next(one["district_id"] for one in schools if one["name"] == QINGSHI.name)
    post = {"person_id": world.id_of(HU), "role": "township_office", "district_id": district}
    directory.post("directory", "/posts", {"posts": [{**post, "starts_on": "2026-09-01"}]})
    world.settle()
    world.later(timedelta(minutes=1))

    hu = site.signed_in(HU)

    board = words(hu.get("/board"))
    assert "片区看板" in board
    assert QINGSHI.name in board
    assert SHUANGQIAO.name not in board
    assert ">账号<" not in hu.get("/board").text
    register = words(hu.get("/people"))
    assert HU.name in register
    assert "导入" not in register
