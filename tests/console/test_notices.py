"""One's inbox, and reading it."""

import re

from tests.cast import CHEN, HU, LIN
from tests.console.browser import Site, form_token, words
from tests.world import World

READ_ONE = re.compile(r'action="(/notices/[0-9a-f-]{36}/read)"')


def test_a_mentor_reads_of_her_apprentice(lived_in: Site) -> None:
    page = words(lived_in.signed_in(LIN).get("/notices"))

    assert "有1条未读" in page
    assert "未读 您的徒弟陈老师获得2学时" in page
    assert "看学时说明" not in page  # the entry is Chen's, not hers


def test_ones_own_notice_leads_to_the_explanation(lived_in: Site) -> None:
    browser = lived_in.signed_in(CHEN)

    page = browser.get("/notices").text
    found = re.search(r'href="(/entries/[0-9a-f-]{36})"', page)

    assert found
    assert browser.get(found[1]).status_code == 200


def test_an_empty_inbox_says_what_will_be_in_it(lived_in: Site) -> None:
    page = words(lived_in.signed_in(HU).get("/notices"))

    assert "还没有通知。" in page
    assert "学时入账、冲销时，这里会告诉您" in page


def test_the_navigation_counts_what_is_unread(lived_in: Site) -> None:
    assert "通知 ， 1 条未读" in words(lived_in.signed_in(LIN).get("/"))
    assert "条未读" not in words(lived_in.signed_in(HU).get("/"))


def test_a_notice_once_read_is_read(site: Site, world: World) -> None:
    world.confirmed_activity()
    browser = site.signed_in(LIN)
    found = READ_ONE.search(browser.get("/notices").text)
    assert found

    answer = browser.send(found[1], seen_on="/notices")

    assert (answer.status_code, answer.location) == (303, "/notices")
    page = words(browser.get("/notices"))
    assert "都已读过" in page
    assert "标为已读" not in page


def test_all_are_read_at_once(site: Site, world: World) -> None:
    for _ in range(2):
        world.confirmed_activity()
    browser = site.signed_in(LIN)

    browser.send("/notices/read-all", seen_on="/notices")

    assert "都已读过" in words(browser.get("/notices"))


def test_another_persons_notice_cannot_be_read(lived_in: Site) -> None:
    found = READ_ONE.search(lived_in.signed_in(LIN).get("/notices").text)
    assert found
    browser = lived_in.signed_in(HU)

    answer = browser.http.post(found[1], data={"csrf_token": form_token(browser.get("/notices"))})

    assert answer.status_code == 404
    assert "有1条未读" in words(lived_in.signed_in(LIN).get("/notices"))
