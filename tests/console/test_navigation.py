"""The navigation offers what the services say somebody may do, and nothing else."""

import re
from datetime import timedelta

import pytest

from shared.client import Client
from tests.cast import CHEN, HU, QIAN, WU, ZHAO, Member
from tests.console.browser import Browser, Site, site_of, unreachable
from tests.world import World

OWN = ["学时", "师徒", "通知", "活动", "计划"]
TAB = re.compile(r'<li><a href="[^"]+"(?: aria-current="page")?>([^<]+)')


def tabs(browser: Browser, path: str = "/notices") -> list[str]:
    """What stands in the navigation of a page."""
    page = browser.get(path)
    assert page.status_code == 200
    return TAB.findall(page.text)


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (CHEN, OWN),
        (WU, OWN),
        (ZHAO, ["学时", "看板", "教师", "师徒", "通知", "活动", "计划", "账号", "日志"]),
        (QIAN, ["看板", "教师", "师徒", "通知", "活动", "计划", "账号", "日志"]),
    ],
    ids=lambda one: one.username if isinstance(one, Member) else "",
)
def test_everybody_is_offered_what_she_may(lived_in: Site, member: Member, expected: list[str]) -> None:
    assert tabs(lived_in.signed_in(member)) == expected


def test_an_auditor_finds_board_and_log_and_no_accounts(site: Site, world: World) -> None:
    post = {"person_id": world.id_of(HU), "role": "auditor", "starts_on": "2026-09-01"}
    world.as_person(QIAN).post("directory", "/posts", {"posts": [post]})
    world.settle()
    world.later(timedelta(minutes=1))

    auditor = site.signed_in(HU)

    assert "账号" not in tabs(auditor)
    assert {"看板", "教师", "日志"} <= set(tabs(auditor))
    assert auditor.get("/audit").status_code == 200
    assert auditor.get("/accounts").status_code == 403


def test_a_service_that_is_away_takes_its_tabs_along_and_leaves_ones_own(world: World) -> None:
    principal = site_of(world, away={"credits"}).signed_in(ZHAO)

    assert "看板" not in tabs(principal)
    assert {"师徒", "通知", "账号"} <= set(tabs(principal))


def test_what_one_may_is_asked_once_a_token(site: Site) -> None:
    principal = site.signed_in(ZHAO)
    before = tabs(principal)
    site.app.extensions["console"].clients["credits"] = Client.in_process(unreachable)

    assert "看板" in before
    assert tabs(principal) == before
