"""The log for offices, and for everybody who looked at her file."""

import pytest

from tests.cast import CHEN, HU, QIAN, WU, ZHAO, Member
from tests.console.browser import Site, words


def test_the_county_reads_what_was_done_by_whom_and_narrows_it(lived_in: Site) -> None:
    qian = lived_in.signed_in(QIAN)

    page = words(qian.get("/audit?service=activities"))
    assert "确认出勤" in page
    assert "吴老师（教师、教研组长）" in page or "吴老师（教研组长、教师）" in page
    assert "新增出勤" in page

    none = words(qian.get("/audit?service=activities&refused=true&since=2030-01-01"))
    assert "没有符合条件的日志" in none
    assert "没有符合条件的日志" not in words(qian.get("/audit?service=activities&until=2030-01-01"))


def test_a_refused_try_stands_in_the_log_of_the_school_it_came_from(lived_in: Site) -> None:
    wu = lived_in.world.id_of(WU)
    assert lived_in.signed_in(HU).get(f"/people/{wu}").status_code == 404

    page = words(lived_in.signed_in(QIAN).get("/audit?service=directory&refused=true"))

    assert "查看 被拒绝 404" in page
    assert "胡老师" in page
    assert "not_found" in page


def test_a_principal_reads_her_own_schools_and_a_service_is_one_there_is(lived_in: Site) -> None:
    zhao = lived_in.signed_in(ZHAO)

    assert "确认出勤" in words(zhao.get("/audit?service=activities"))
    assert zhao.get("/audit?service=none").status_code == 404


@pytest.mark.parametrize("member", [CHEN, WU])
def test_the_log_is_for_offices_only(lived_in: Site, member: Member) -> None:
    browser = lived_in.signed_in(member)

    assert browser.get("/audit").status_code == 403
    assert 'href="/audit"' not in browser.get("/").text


def test_a_teacher_sees_who_looked_at_her_file(lived_in: Site) -> None:
    chen = lived_in.signed_in(CHEN)
    assert "还没有别人看过" in words(chen.get("/account/looks"))
    zhao = lived_in.signed_in(ZHAO)
    zhao.get(f"/people/{lived_in.world.id_of(CHEN)}")
    zhao.get(f"/teachers/{lived_in.world.id_of(CHEN)}")

    page = words(chen.get("/account/looks"))

    assert page.count("赵校长") == 2
    assert "人员档案" in page
    assert "学时明细" in page
    assert "校长" in page
    assert "/account/looks" in chen.get("/account").text
