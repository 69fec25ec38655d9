"""What is held about a person, by one door; and erasing somebody who has left."""

import json

import pytest

from tests.cast import CHEN, LIN, QIAN, TODAY, WU, ZHAO, Member
from tests.console.browser import Site, words

RESIGNED = {"kind": "resigned", "starts_on": TODAY.isoformat()}


def test_a_teacher_reads_and_takes_home_everything_held_about_her(lived_in: Site) -> None:
    """PR25."""
    chen = lived_in.signed_in(CHEN)

    page = words(chen.get("/account/holdings"))
    file = json.loads(chen.get("/account/holdings.json").text)

    assert "名称：陈老师" in page
    assert "出勤（1）" in page
    assert {"directory", "activities", "credits", "notify", "plans"} <= file.keys()
    tables = {one["table"]: one["rows"] for one in file["directory"]}
    assert tables["person_records"][0]["name"] == CHEN.name
    assert tables["accounts"][0]["username"] == CHEN.username
    assert "password_hash" not in tables["accounts"][0]
    assert {one["table"] for one in file["credits"]} >= {"ledger_entries", "balances", "known_teachers"}
    assert [
        row["minutes"] for one in file["activities"] if one["table"] == "attendance" for row in one["rows"]
    ] == [90]


def test_the_office_gets_it_for_her_and_she_sees_that_it_did(lived_in: Site) -> None:
    lin = lived_in.world.id_of(LIN)

    page = words(lived_in.signed_in(QIAN).get(f"/people/{lin}/holdings"))

    assert "林老师" in page
    assert "个人信息导出" in words(lived_in.signed_in(LIN).get("/account/looks"))


def test_what_stands_under_a_merged_entry_is_handed_over_with_hers(site: Site) -> None:
    world = site.world
    chen, wu = world.id_of(CHEN), world.id_of(WU)
    world.as_person(QIAN).post("directory", f"/people/{chen}/merges", {"alias_id": wu})

    file = json.loads(site.signed_in(QIAN).get(f"/people/{chen}/holdings.json").text)

    people = next(one["rows"] for one in file["directory"] if one["table"] == "people")
    assert {row["id"] for row in people} == {chen, wu}


@pytest.mark.parametrize("member", [ZHAO, WU])
def test_nobody_else_gets_it(lived_in: Site, member: Member) -> None:
    browser, chen = lived_in.signed_in(member), lived_in.world.id_of(CHEN)

    for path in ("holdings", "holdings.json", "erase"):
        assert browser.get(f"/people/{chen}/{path}").status_code == 403


def test_somebody_who_has_left_is_erased_after_a_look(site: Site) -> None:
    chen = site.world.id_of(CHEN)
    hers = site.signed_in(CHEN)
    qian = site.signed_in(QIAN)
    page = f"/people/{chen}/erase"
    assert "仍有1项任职、1处人事关系" in words(qian.get(page))
    site.world.as_person(ZHAO).post("directory", f"/people/{chen}/absences", RESIGNED)

    assert "不能恢复" in words(qian.get(page))
    qian.send(page, seen_on=page)
    site.world.settle()

    assert "已注销，各处都显示为" in words(qian.get(page))
    assert "陈老师" not in words(qian.get(f"/people/{chen}"))
    assert hers.get("/").status_code == 303
