"""Accounts, for whoever looks after people: opened, reset, closed, opened again, each after a question."""

import re

import pytest

from tests.cast import CHEN, HU, LIN, PASSWORD, QIAN, WU, ZHAO, Member
from tests.console.browser import Browser, Site, words

INITIAL = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


def step(site: Site, member: Member, name: str) -> str:
    return f"/accounts/people/{site.world.id_of(member)}/{name}"


def take(browser: Browser, path: str, **fields: str) -> str:
    answer = browser.send(path, seen_on=path, **fields)
    return words(browser.get(answer.location)) if answer.location else words(answer)


def test_a_principal_sees_how_the_accounts_of_her_school_stand(site: Site) -> None:
    zhao = site.signed_in(ZHAO)

    listed = zhao.get("/accounts")
    page = words(zhao.get(listed.location or ""))

    assert "青石镇中心小学的账号" in page
    assert all(one.name in page for one in (CHEN, LIN, WU, ZHAO))
    assert HU.name not in page


def test_the_county_chooses_a_school_first(site: Site) -> None:
    page = words(site.signed_in(QIAN).get("/accounts"))

    assert "青石镇中心小学" in page
    assert "县实验小学" in page


def test_a_password_is_reset_after_a_question_and_shown_once(site: Site) -> None:
    zhao = site.signed_in(ZHAO)
    assert "原密码立即作废" in words(zhao.get(step(site, CHEN, "reset")))

    said = take(zhao, step(site, CHEN, "reset"))

    (initial,) = INITIAL.findall(said)
    assert INITIAL.findall(words(zhao.get(step(site, CHEN, "reset")))) == []
    assert site.browser().sign_in(CHEN, password=initial).location == "/"
    assert "已用过，本人还没有设置自己的密码" in words(zhao.get(step(site, CHEN, "reset").rsplit("/", 1)[0]))


def test_an_account_is_closed_and_opened_again(site: Site) -> None:
    zhao, chen = site.signed_in(ZHAO), site.signed_in(CHEN)

    assert "已停用" in take(zhao, step(site, CHEN, "disable"))
    site.world.settle()
    assert chen.get("/").status_code == 303
    assert site.browser().sign_in(CHEN).status_code == 401

    assert "账号已启用" in take(zhao, step(site, CHEN, "enable"))
    assert site.browser().sign_in(CHEN).status_code == 303


def test_who_was_guessed_at_too_often_is_let_in_again(site: Site) -> None:
    """ATK25."""
    for _ in range(5):
        site.browser().sign_in(CHEN, password="no-guess-is-right")
    assert site.browser().sign_in(CHEN).status_code == 429
    zhao = site.signed_in(ZHAO)
    assert "已锁定" in words(zhao.get(f"/accounts/people/{site.world.id_of(CHEN)}"))

    assert "已解除锁定" in take(zhao, step(site, CHEN, "unlock"))

    assert site.browser().sign_in(CHEN, password=PASSWORD).status_code == 303


def test_what_the_directory_will_not_have_is_said_on_the_form(site: Site) -> None:
    zhao = site.signed_in(ZHAO)

    assert "已有账号" in take(zhao, step(site, CHEN, "open"), username="chen2")
    assert "3到32个小写字母" in take(zhao, step(site, CHEN, "open"), username="陈")


@pytest.mark.parametrize("member", [CHEN, WU])
def test_a_teacher_has_no_such_page(site: Site, member: Member) -> None:
    browser = site.signed_in(member)

    assert browser.get("/accounts").status_code == 403
    assert browser.get(step(site, LIN, "reset")).status_code == 403
    assert "账号管理" not in words(browser.get("/"))


def test_another_schools_people_are_not_there(site: Site) -> None:
    browser = site.signed_in(ZHAO)

    assert browser.get(step(site, HU, "reset")).status_code == 404
    assert browser.get(step(site, CHEN, "delete")).status_code == 404
    assert browser.get("/accounts/schools/0198f0f0-0000-7000-8000-000000000000").status_code == 404
