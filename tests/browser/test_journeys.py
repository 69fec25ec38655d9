"""People on their way: by keyboard alone, without JavaScript, on paper."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Town
from tests.cast import CHEN, LIN, PASSWORD, QIAN


@pytest.fixture
def stranger(town: Town) -> Page:
    """A new window in which nobody is signed in."""
    return town.visit(None, "/")


def test_the_keyboard_alone_signs_in_and_gets_around(stranger: Page) -> None:
    expect(stranger.locator("#username")).to_be_focused()
    stranger.keyboard.type(CHEN.username)
    stranger.keyboard.press("Tab")
    stranger.keyboard.type(PASSWORD)
    stranger.keyboard.press("Enter")
    expect(stranger.locator("h1")).to_have_text("我的学时")

    stranger.keyboard.press("Tab")
    expect(stranger.get_by_text("跳到正文")).to_be_focused()
    expect(stranger.get_by_text("跳到正文")).to_be_in_viewport()
    stranger.keyboard.press("Enter")
    stranger.keyboard.press("Tab")
    expect(stranger.get_by_text("看上一学年")).to_be_focused()
    stranger.keyboard.press("Tab")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_text("全部计入")).to_be_visible()
    stranger.keyboard.press("Tab")
    stranger.keyboard.press("Enter")
    expect(stranger.locator("h2").first).to_contain_text("为什么")


def test_what_has_the_focus_shows_it(town: Town) -> None:
    page = town.visit(CHEN, "/")

    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_a_wrong_password_is_said_where_the_eyes_are(stranger: Page) -> None:
    stranger.fill("#username", CHEN.username)
    stranger.fill("#password", "not-her-password")
    stranger.keyboard.press("Enter")

    expect(stranger.get_by_role("alert")).to_have_text("用户名或密码不对")
    expect(stranger.locator("#username")).to_have_value(CHEN.username)
    expect(stranger.locator("#password")).to_have_value("")
    expect(stranger.locator("#password")).to_be_focused()


def test_everything_works_without_javascript(town: Town) -> None:
    page = town.visit(None, "/notices", java_script_enabled=False)
    page.fill("#username", LIN.username)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("h1")).to_have_text("通知")

    unread = page.get_by_role("button", name="标为已读：")
    before = unread.count()
    unread.first.click()
    expect(unread).to_have_count(before - 1)
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.get_by_text("都已读过")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("status")).to_have_text("您已退出登录。")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("登录")


def test_the_back_button_shows_nothing_after_signing_out(town: Town) -> None:
    page = town.visit(None, "/")
    page.fill("#username", CHEN.username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("我的学时")
    page.get_by_role("button", name="退出").click()
    expect(page.locator("h1")).to_have_text("登录")

    page.go_back()

    expect(page.locator("h1")).to_have_text("登录")


def test_from_the_board_to_a_teacher_in_two_clicks(town: Town) -> None:
    page = town.visit(QIAN, "/", viewport=DESK)

    page.get_by_role("link", name="青石镇中心小学未达标").click()
    page.get_by_role("link", name="陈老师").click()

    expect(page.locator("h1")).to_have_text("陈老师的学时")


def test_a_page_asks_for_nothing_from_elsewhere(town: Town) -> None:
    page = town.context(CHEN).new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))

    page.goto("/")

    assert all(url.startswith(town.url) for url in asked)
    assert len(asked) <= 3  # the page, its style, its icon
    assert complaints == []


def test_on_paper_there_is_a_list_and_no_buttons(town: Town) -> None:
    page = town.visit(QIAN, "/board", viewport=DESK)

    page.emulate_media(media="print")

    expect(page.locator("nav")).to_be_hidden()
    expect(page.get_by_role("button", name="退出")).to_be_hidden()
    expect(page.get_by_text("点数字可以看到")).to_be_hidden()
    expect(page.locator("table")).to_be_visible()
