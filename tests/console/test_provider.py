"""The county's own sign-in, with a real provider: there and back in this browser, once, if linked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask.testing import FlaskClient

from shared import web
from shared.client import Client
from shared.settings import Provider
from tests.cast import CHEN, PASSWORD, ZHAO
from tests.console.browser import Browser, Site, site_of, words
from tests.provider import asked, running_provider, sign_in_there
from tests.world import World

SUBJECT = "teacher-chen@county"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as one:
        yield one


@pytest.fixture
def site(world: World, provider: Provider) -> Iterator[Site]:
    """The console over a directory that knows the provider, at the provider's own hour."""
    world.clock.at = datetime.now(UTC)
    world.county.tokens.clear()
    running = world.platform.running["directory"]
    knowing = replace(running, settings=replace(running.settings, provider=provider))
    app = web.create_app(knowing, clock=world.clock).wsgi_app
    world.platform.apps["directory"] = app  # type: ignore[index]  # a dict of ours
    site = site_of(world)
    yield site
    site.engine.dispose()


def linked(site: Site) -> None:
    """Chen, to the provider's name for her, by her principal."""
    directory = Client.in_process(site.world.platform.apps["directory"])
    said = {"username": ZHAO.username, "password": PASSWORD}
    zhao = directory.signed_in(directory.post("/api/directory/v1/sign-in", said)["token"])
    chen = site.world.id_of(CHEN)
    zhao.post(f"/api/directory/v1/people/{chen}/link-provider", {"subject": SUBJECT})


def leave(browser: Browser, *, wanted: str = "/notices") -> str:
    answer = browser.get(f"/sign-in/provider?{urlencode({'next': wanted})}")
    assert answer.status_code == 303, answer.text
    assert answer.location is not None
    return answer.location


def come_back(browser: Browser, **query: str) -> tuple[int, str]:
    answer = browser.get(f"/sign-in/provider/back?{urlencode(query)}")
    return answer.status_code, answer.location or words(answer)


def test_whoever_is_linked_comes_in_and_goes_on_where_she_wanted(site: Site) -> None:
    linked(site)
    browser = site.browser()
    assert "用青石县统一身份认证登录" in words(browser.get("/sign-in"))

    back = sign_in_there(leave(browser), subject=SUBJECT)

    assert come_back(browser, **back) == (303, "/notices")
    assert "陈老师" in words(browser.get("/"))


def test_the_browser_leaves_with_state_nonce_and_a_challenge(site: Site) -> None:
    browser = site.browser()

    first, second = asked(leave(browser)), asked(leave(browser))

    assert first["code_challenge_method"] == "S256"
    assert first["scope"] == "openid"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    with cast("FlaskClient", browser.http).session_transaction() as kept:
        assert second["code_challenge"] == create_s256_code_challenge(kept["provider"]["verifier"])


def test_who_is_linked_to_nobody_is_told_what_to_do(site: Site) -> None:
    browser = site.browser()

    back = sign_in_there(leave(browser), subject="somebody-else")
    status, said = come_back(browser, **back)

    assert status == 409
    assert "请把这个编号告诉本校管理员" in said
    assert "somebody-else" in said
    assert browser.cookie() is None


def test_what_another_browser_brings_back_opens_nothing(site: Site) -> None:
    """ATK21, ATK32: nobody is signed in by a link somebody else prepared."""
    linked(site)
    thief, victim = site.browser(), site.browser()
    back = sign_in_there(leave(thief), subject=SUBJECT)

    assert come_back(victim, **back)[0] == 403
    leave(victim)
    assert come_back(victim, **back)[0] == 403
    assert victim.cookie() is None


def test_a_way_back_is_gone_once(site: Site) -> None:
    linked(site)
    browser = site.browser()
    back = sign_in_there(leave(browser), subject=SUBJECT)
    assert come_back(browser, **back)[0] == 303

    other = site.browser()
    kept = asked(leave(other))
    assert come_back(other, code=back["code"], state=kept["state"])[0] == 401
    assert come_back(browser, **back)[0] == 403


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_nobody_is_sent_to_a_foreign_page_from_there(site: Site, wanted: str) -> None:
    """ATK36."""
    linked(site)
    browser = site.browser()

    back = sign_in_there(leave(browser, wanted=wanted), subject=SUBJECT)

    assert come_back(browser, **back) == (303, "/")


def test_a_code_nobody_gave_opens_nothing(site: Site) -> None:
    browser = site.browser()
    kept = asked(leave(browser))

    assert come_back(browser, code="made-up", state=kept["state"])[0] == 401
    assert browser.cookie() is None


def test_a_token_made_for_another_question_opens_nothing(site: Site) -> None:
    """The provider's token carries the nonce of the question it answers."""
    linked(site)
    browser = site.browser()
    back = sign_in_there(leave(browser), subject=SUBJECT)
    with cast("FlaskClient", browser.http).session_transaction() as kept:
        kept["provider"] = {**kept["provider"], "nonce": "n" * 43}

    assert come_back(browser, **back)[0] == 401
    assert browser.cookie() is None


def test_a_closed_account_stays_closed_by_this_way_too(site: Site, world: World) -> None:
    """ATK14."""
    linked(site)
    world.as_person(ZHAO).post("directory", f"/people/{world.id_of(CHEN)}/disable-account")
    browser = site.browser()

    back = sign_in_there(leave(browser), subject=SUBJECT)

    status, said = come_back(browser, **back)
    assert status == 403
    assert "已停用" in said


def test_where_there_is_none_nothing_points_there(world: World) -> None:
    site = site_of(world)

    assert "统一身份" not in words(site.browser().get("/sign-in"))
    assert site.browser().get("/sign-in/provider").status_code == 404
    site.engine.dispose()
