"""Mentor pairings in the console: read and signed, kept up, printed; an office proposes and decides."""

import re
from typing import Any
from uuid import UUID

import pytest

from services.directory import commands
from shared import db
from shared.vocabulary import PairingConcern
from tests.cast import CHEN, HU, LIN, QIAN, WU, ZHAO, Member
from tests.console.browser import Browser, Site, site_of, words
from tests.world import World

LINK = re.compile(r'class="row" href="(/pairings/[0-9a-f-]{36})')
HASH = re.compile(r'name="content_hash" value="([0-9a-f]{64})"')


@pytest.fixture
def agreement(world: World) -> str:
    """Wu is proposed as Chen's mentor by their principal; the page of it."""
    return f"/pairings/{propose(world)}"


def propose(world: World, **other: Any) -> str:
    body = {
        "mentor_id": world.id_of(WU),
        "apprentice_id": world.id_of(CHEN),
        "focus": "class_teacher",
        "starts_on": "2026-09-10",
        "term_ends_on": "2027-09-10",
        **other,
    }
    made = world.as_person(ZHAO).post("directory", "/pairings/proposals", body)
    return str(made["pairing"]["pairing_id"])


def sign(browser: Browser, page: str, verb: str = "sign") -> Any:
    """Press the button under the words that stand on the page."""
    found = HASH.search(browser.get(page).text)
    assert found
    return browser.send(f"{page}/{verb}", seen_on=page, content_hash=found[1])


def in_force(site: Site, page: str) -> None:
    for member in (WU, CHEN):
        assert sign(site.signed_in(member), page).status_code == 303


def test_ones_own_pairings_are_listed_with_the_other_side(site: Site, agreement: str) -> None:
    page = site.signed_in(CHEN).get("/pairings")

    assert "师父：吴老师 待签署" in words(page)
    assert "师父：林老师 结对中" in words(page)
    assert agreement in LINK.findall(page.text)


def test_who_has_none_is_told_what_will_be_there(site: Site) -> None:
    assert "您还没有师徒结对。" in words(site.signed_in(HU).get("/pairings"))


def test_both_read_and_sign_and_then_it_holds(site: Site, agreement: str) -> None:
    wu, chen = site.signed_in(WU), site.signed_in(CHEN)
    assert "请阅读合同，同意后签字" in words(wu.get(agreement))
    assert "自2026年9月10日起至2027年9月9日止" in words(wu.get(agreement))

    sign(wu, agreement)
    assert "待徒弟签字" in words(wu.get(agreement))
    sign(chen, agreement)

    assert "结对中" in words(chen.get(agreement))
    assert "我已阅读，签字" not in words(chen.get(agreement))


def test_other_words_than_those_on_the_page_are_not_signed(site: Site, agreement: str) -> None:
    wu = site.signed_in(WU)

    wu.send(f"{agreement}/sign", seen_on=agreement, content_hash="0" * 64)

    assert "合同内容已有变更，请刷新后重新阅读，再签字" in words(wu.get(agreement))


def test_who_does_not_agree_says_why(site: Site, agreement: str) -> None:
    wu = site.signed_in(WU)

    wu.send(f"{agreement}/refuse", seen_on=agreement, reason="已带两名徒弟")

    assert "未达成（师父提出）：已带两名徒弟" in words(wu.get(agreement))


def test_what_is_done_is_entered_and_confirmed(site: Site, agreement: str) -> None:
    in_force(site, agreement)
    wu, chen = site.signed_in(WU), site.signed_in(CHEN)
    entry = {"duty": "hears_mentor", "amount": "2", "done_on": "2026-09-10", "note": "《秋天》"}

    chen.send(f"{agreement}/duty-entries", seen_on=agreement, **entry)
    assert "另有2节待确认" in words(chen.get(agreement))
    assert ">确认<" not in chen.get(agreement).text
    confirm = re.search(r'action="([^"]+/confirm)"', wu.get(agreement).text)
    assert confirm
    wu.send(confirm[1], seen_on=agreement)

    assert "徒弟听师父的课 2 / 7节" in words(chen.get(agreement))


def test_a_number_that_is_none_is_told_on_the_page(site: Site, agreement: str) -> None:
    in_force(site, agreement)
    chen = site.signed_in(CHEN)

    answer = chen.send(
        f"{agreement}/duty-entries", seen_on=agreement, duty="notes", amount="两", done_on="2026-09-10"
    )

    assert answer.status_code == 303
    assert "应为整数" in words(chen.get(agreement))


def test_the_paper_has_three_copies_with_hash_and_signatures(site: Site, agreement: str) -> None:
    sign(site.signed_in(WU), agreement)

    page = words(site.signed_in(CHEN).get(f"{agreement}/paper"))

    for copy in ("第1份 师父留存", "第2份 徒弟留存", "第3份 学校存档"):
        assert copy in page
    assert page.count("吴老师 电子签字 2026年9月10日 12:00") == 3
    assert re.search(r"内容校验值（SHA-256）： [0-9a-f]{64}", page)


def test_a_paper_contract_is_in_the_schools_files(site: Site) -> None:
    chen = site.signed_in(CHEN)
    (page,) = LINK.findall(chen.get("/pairings").text)

    assert "请到学校档案中查阅" in words(chen.get(f"{page}/paper"))
    assert "纸质合同" in words(chen.get(page))


@pytest.mark.parametrize("path", ["", "/paper"])
def test_another_schools_pairing_is_no_page(site: Site, agreement: str, path: str) -> None:
    assert site.signed_in(HU).get(f"{agreement}{path}").status_code == 404


def test_without_signing_in_there_is_nothing(site: Site, agreement: str) -> None:
    assert site.browser().get(agreement).status_code == 303


# --- the office -------------------------------------------------------------------------------------------


def test_an_office_sees_all_of_its_school_by_state(site: Site, agreement: str) -> None:
    zhao = site.signed_in(ZHAO)

    assert LINK.findall(zhao.get("/pairings/office?state=proposed").text) == [agreement]
    assert len(LINK.findall(zhao.get("/pairings/office").text)) == 2
    assert "没有这样的结对" in words(zhao.get("/pairings/office?state=expired"))
    assert zhao.get("/pairings/office?state=nonsense").status_code == 404


@pytest.mark.parametrize("path", ["/pairings/office/unmatched", "/pairings/office/proposals/{chen}"])
@pytest.mark.parametrize("member", [CHEN, HU], ids=lambda member: member.username)
def test_a_teacher_keeps_no_lists(site: Site, world: World, path: str, member: Member) -> None:
    answer = site.signed_in(member).get(path.format(chen=world.id_of(CHEN)))

    assert answer.status_code == 403


def test_who_waits_is_found_a_mentor_and_proposed(site: Site, world: World) -> None:
    need = {"person_id": world.id_of(WU), "reason": "new_subject", "since_on": "2026-09-05"}
    world.as_person(ZHAO).post("directory", "/pairings/needs", need)
    zhao = site.signed_in(ZHAO)
    page = zhao.get("/pairings/office/unmatched")
    assert "吴老师 青石镇中心小学 · 语文 · 转任学科 · 自2026年9月5日起 5 天" in words(page)
    found = re.search(r'href="(/pairings/office/proposals/[0-9a-f-]{36})"', page.text)
    assert found

    form = zhao.get(found[1])
    assert "林老师 同校，同学科（语文），同学段，同在青石镇，现带1名徒弟，还可带2名" in words(form)
    answer = zhao.send(
        found[1],
        seen_on=found[1],
        mentor_id=world.id_of(LIN),
        focus="teaching",
        starts_on="2026-09-11",
        last_on="2027-09-10",
    )

    assert "林老师与吴老师 待签署" in words(zhao.get(answer.location))
    assert "2026年9月11日起，2027年9月10日止" in words(zhao.get(answer.location))


def test_terms_that_cannot_be_are_told_on_the_form(site: Site, world: World) -> None:
    zhao = site.signed_in(ZHAO)
    path = f"/pairings/office/proposals/{world.id_of(WU)}"

    for last_on, told in (("2026-10-01", "期限应为6到36个月"), ("soon", "应为日期")):
        answer = zhao.send(
            path,
            seen_on=path,
            mentor_id=world.id_of(LIN),
            focus="teaching",
            starts_on="2026-09-11",
            last_on=last_on,
        )
        assert told in words(zhao.get(answer.location))


def test_a_question_is_decided_on_the_pairings_page(site: Site, world: World, agreement: str) -> None:
    in_force(site, agreement)
    running = world.platform.running["directory"]
    with db.transaction(running.engine, **running.info()) as session:
        commands.question_pairings(
            session, {UUID(world.id_of(WU))}, why=PairingConcern.ABSENT, now=world.clock()
        )
    zhao = site.signed_in(ZHAO)
    assert "吴老师长期离岗" in words(zhao.get("/pairings/office/questions"))
    form = re.search(r'action="(/pairings/office/[^"]+/questions/[^"]+)"', zhao.get(agreement).text)
    assert form

    zhao.send(form[1], seen_on=agreement, choice="dissolve", on="2026-09-10", note="病假一年")

    assert "处理：解除结对。病假一年" in words(zhao.get(agreement))
    assert "没有待处理的结对" in words(zhao.get("/pairings/office/questions"))


def test_one_of_the_two_asks_and_the_office_dissolves(site: Site, agreement: str) -> None:
    in_force(site, agreement)
    chen, zhao = site.signed_in(CHEN), site.signed_in(ZHAO)

    chen.send(f"{agreement}/questions", seen_on=agreement, note="希望换一位师父")
    assert "由学校处理，结对继续有效" in words(chen.get(agreement))
    dissolve = f"{agreement.replace('/pairings', '/pairings/office')}/dissolve"
    zhao.send(dissolve, seen_on=agreement, ended_on="2026-09-10", reason="双方同意", asked_by="apprentice")

    assert "已解除（徒弟提出）：双方同意" in words(zhao.get(agreement))


def test_a_served_pairing_is_judged(site: Site, agreement: str) -> None:
    in_force(site, agreement)
    zhao = site.signed_in(ZHAO)
    end = f"{agreement.replace('/pairings', '/pairings/office')}/end"

    zhao.send(end, seen_on=agreement, grade="excellent", text="进步明显")

    assert "期满评价：优秀 进步明显" in words(zhao.get(agreement))


def test_what_has_run_out_is_written_down(site: Site, world: World, agreement: str) -> None:
    del agreement
    zhao = site.signed_in(ZHAO)
    page = "/pairings/office?state=expired"

    zhao.send("/pairings/office/close-expired", seen_on=page)

    assert "已登记0对到期的结对" in words(zhao.get(page))
    assert world.as_person(QIAN).get("directory", "/pairings", state="expired")["items"] == []


def test_the_directory_being_away_costs_the_panel_only(world: World) -> None:
    lists = site_of(world, away={"activities"}).signed_in(ZHAO)

    assert lists.get("/pairings").status_code == 200
