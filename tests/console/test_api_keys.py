"""Keys of other systems: made and shown once, listed, revoked; for the county office alone."""

import re

import pytest
from werkzeug.test import Client as HttpClient

from tests.cast import CHEN, QIAN, ZHAO, Member
from tests.console.browser import Site, words

KEY = re.compile(r"yxk_[\w-]{20,}")
GIVEN = {"name": "教师继续教育网", "scopes": "read_hours", "school_id": "", "expires_on": "2027-03-31"}


def test_a_key_is_shown_once_and_opens_the_api_until_it_is_revoked(site: Site) -> None:
    qian = site.signed_in(QIAN)
    assert "还没有接口密钥" in words(qian.get("/api-keys"))

    made = qian.send("/api-keys", seen_on="/api-keys", **GIVEN)

    (key,) = KEY.findall(words(made))
    listed = words(qian.get("/api-keys"))
    assert "教师继续教育网" in listed
    assert "读取学时（全县）" in listed
    assert key not in listed
    assert exchanged(site, key) == 200

    answer = qian.send(revoking(qian.get("/api-keys").text), seen_on="/api-keys")

    assert "密钥已撤销" in words(qian.get(answer.location or ""))
    assert "已撤销" in words(qian.get("/api-keys"))
    assert exchanged(site, key) == 401


def exchanged(site: Site, key: str) -> int:
    """How the directory answers another system that shows this key."""
    door = HttpClient(site.world.platform.apps["directory"])
    return door.post("/api/directory/v1/token", headers={"Authorization": f"Bearer {key}"}).status_code


def revoking(page: str) -> str:
    """Where the form on the page leads."""
    (path,) = re.findall(r'action="(/api-keys/[^"]+/revoke)"', page)
    return str(path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scopes": ""}, "至少勾选一项权限"),
        ({"expires_on": "soon"}, "截止日期"),
        ({"expires_on": "2031-01-01"}, "366天以内"),
        ({"name": " "}, "应为1到64个"),
    ],
    ids=["no right", "no day", "a day too far", "no name"],
)
def test_what_is_wrong_is_said_on_the_form_which_keeps_what_was_filled_in(
    site: Site, wrong: dict[str, str], said: str
) -> None:
    qian = site.signed_in(QIAN)

    page = qian.send("/api-keys", seen_on="/api-keys", **GIVEN | {"name": "督导平台"} | wrong)

    assert page.status_code == 422
    assert said in words(page)
    assert "还没有接口密钥" in words(qian.get("/api-keys"))


@pytest.mark.parametrize("member", [CHEN, ZHAO])
def test_nobody_else_keeps_keys(site: Site, member: Member) -> None:
    browser = site.signed_in(member)

    assert browser.get("/api-keys").status_code == 403
    assert browser.send("/api-keys", seen_on="/account", **GIVEN).status_code == 403
