"""My account: the password chosen at first use and changed, sign-ins seen and ended, and who looked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.console import sessions
from services.console.models import ConsoleSession
from shared import db
from tests.cast import CHEN, HU, PASSWORD, QIAN, ZHAO
from tests.console.browser import Browser, Site, words
from tests.world import World

NEW = "Three-cranes-8"


def reset(site: Site) -> str:
    """Chen's initial password, made by her principal."""
    chen = site.world.id_of(CHEN)
    zhao = site.world.as_person(ZHAO)
    return str(zhao.post("directory", f"/people/{chen}/reset-password")["initial_password"])


def choose(browser: Browser, **fields: str) -> tuple[int, str]:
    answer = browser.send("/account/password", seen_on="/account/password", **fields)
    return answer.status_code, answer.location or words(answer)


def test_an_initial_password_leads_to_choosing_one_and_nowhere_else(site: Site) -> None:
    """ATK26."""
    browser = site.browser()
    browser.sign_in(CHEN, password=reset(site))

    for path in ("/", "/notices", "/sessions", "/account"):
        assert browser.get(path).location == "/account/password"
    assert "设置您的密码" in words(browser.get("/account/password"))
    assert "原密码" not in words(browser.get("/account/password"))
    assert choose(browser, new_password=NEW, again="another")[0] == 422
    assert choose(browser, new_password="password2026", again="password2026")[0] == 422

    assert choose(browser, new_password=NEW, again=NEW) == (303, "/")
    assert "我的学时" in words(browser.get("/"))
    assert site.browser().sign_in(CHEN, password=NEW).status_code == 303


def test_a_changed_password_ends_the_other_browsers_and_gives_this_one_a_new_id(site: Site) -> None:
    """ATK21, ATK22."""
    here, there = site.signed_in(CHEN), site.signed_in(CHEN)
    before = here.cookie()

    assert choose(here, old_password=PASSWORD, new_password=NEW, again=NEW) == (303, "/")

    assert "密码已修改" in words(here.get("/"))
    assert here.cookie() != before
    assert there.get("/").status_code == 303


def test_a_wrong_old_password_changes_nothing(site: Site) -> None:
    browser = site.signed_in(CHEN)

    status, said = choose(browser, old_password="not-her-Word-1", new_password=NEW, again=NEW)

    assert (status, "原密码不对" in said) == (422, True)
    assert site.browser().sign_in(CHEN).status_code == 303


def test_sign_ins_are_listed_and_each_can_be_ended(site: Site) -> None:
    """ATK30."""
    here, there, hers = site.signed_in(CHEN), site.signed_in(CHEN), site.signed_in(HU)
    page = here.get("/account")
    (name,) = [part.split("/")[0] for part in page.text.split("/account/sessions/")[1:]]

    answer = here.send(f"/account/sessions/{name}/end", seen_on="/account")

    assert answer.status_code == 303
    assert there.get("/").status_code == 303
    assert here.get("/").status_code == 200
    assert hers.get("/").status_code == 200


def test_nobody_ends_the_sign_in_of_somebody_else(site: Site) -> None:
    """ATK30."""
    chen = site.signed_in(CHEN)
    with db.transaction(site.engine, write=False) as session:
        name = sessions.name_of(session.scalars(select(ConsoleSession)).one())
    hu = site.signed_in(HU)

    hu.send(f"/account/sessions/{name}/end", seen_on="/account")

    assert chen.get("/").status_code == 200


def test_all_sign_ins_end_at_once(site: Site) -> None:
    here, there = site.signed_in(CHEN), site.signed_in(CHEN)
    site.world.later(timedelta(seconds=1))

    answer = here.send("/account/sign-out-everywhere", seen_on="/account")

    assert answer.location == "/sign-in"
    assert here.get("/").status_code == there.get("/").status_code == 303


def test_no_more_than_so_many_browsers_at_once(site: Site) -> None:
    """ATK30: the one used longest ago ends."""
    first = site.signed_in(CHEN)
    site.world.later(timedelta(seconds=1))

    for _ in range(sessions.PARALLEL_MAX):
        last = site.signed_in(CHEN)

    assert first.get("/").status_code == 303
    assert last.get("/").status_code == 200


def test_an_officer_looks_with_her_eyes_sees_that_she_does_and_changes_nothing(
    site: Site, world: World
) -> None:
    """ATK19."""
    world.confirmed_activity()
    qian, chen = site.signed_in(QIAN), site.signed_in(CHEN)
    step = f"/accounts/people/{world.id_of(CHEN)}/view"

    assert qian.send(step, seen_on=step, reason="来电反映学时不对").location == "/"

    page = words(qian.get("/"))
    assert "您正以 陈老师 的身份查看" in page
    assert "我的学时" in page
    assert "全部标为已读" in words(qian.get("/notices"))
    refused = qian.send("/notices/read-all", seen_on="/notices")
    assert refused.status_code == 303
    assert "只能看，不能修改" in words(qian.get("/notices"))
    assert qian.get("/account").status_code == 403
    assert "来电反映学时不对" in words(chen.get("/account"))

    qian.send("/account/end-view", seen_on="/")
    assert "陈老师 的身份" not in words(qian.get("/board"))
    assert qian.get("/board").status_code == 200


def test_borrowed_eyes_close_by_themselves(site: Site, world: World) -> None:
    qian = site.signed_in(QIAN)
    step = f"/accounts/people/{world.id_of(CHEN)}/view"
    qian.send(step, seen_on=step, reason="来电反映学时不对")

    world.later(timedelta(minutes=15))
    assert qian.get("/").location == "/board"


@pytest.mark.parametrize("path", ["/account", "/account/password", "/accounts"])
def test_who_is_not_signed_in_is_asked_to(site: Site, path: str) -> None:
    assert site.browser().get(path).status_code == 303
