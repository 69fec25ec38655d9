"""Signing in, staying signed in, signing out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.console.models import ConsoleSession
from services.console.protection import own_path
from shared import db
from tests.cast import CHEN, LIN, PASSWORD, ZHAO
from tests.console.browser import Browser, Site, form_token, site_of, words
from tests.world import World


def test_whoever_signs_in_sees_her_hours(site: Site) -> None:
    browser = site.browser()

    answer = browser.sign_in(CHEN)

    assert (answer.status_code, answer.location) == (303, "/")
    assert "我的学时" in words(browser.get("/"))
    assert "陈老师" in words(browser.get("/"))


def test_whoever_is_not_signed_in_is_asked_to_and_then_goes_on(site: Site) -> None:
    browser = site.browser()

    asked = browser.get("/notices?cursor=7")
    answer = browser.sign_in(CHEN, wanted="/notices?cursor=7")

    assert (asked.status_code, asked.location) == (303, "/sign-in?next=/notices?cursor%3D7")
    assert answer.location == "/notices?cursor=7"


def test_nobody_is_sent_to_a_foreign_page(site: Site) -> None:
    answer = site.browser().sign_in(CHEN, wanted="//evil.example/notices")

    assert answer.location == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "%2F%2Fevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/notices\r\nSet-Cookie: a=b",
        "/notices\n",
        "javascript:alert(1)",
        "/a@evil.example",
        "/:80",
        "/邪",
        "",
        None,
    ],
)
def test_only_a_path_of_our_own_is_gone_on_to(wanted: str | None) -> None:
    assert own_path(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/notices", "/board/schools/0198-a?only=met&school_year=2026"])
def test_a_path_of_our_own_is(wanted: str) -> None:
    assert own_path(wanted) == wanted


def test_a_wrong_password_and_an_unknown_name_sound_the_same(site: Site) -> None:
    wrong = site.browser().sign_in(CHEN, password="not-her-password")
    nobody = site.browser().send("/sign-in", seen_on="/sign-in", username="nobody", password=PASSWORD)

    assert wrong.status_code == nobody.status_code == 401
    assert "用户名或密码不对" in words(wrong)
    assert "用户名或密码不对" in words(nobody)
    assert 'value="chen"' in wrong.text
    assert "not-her-password" not in wrong.text


def test_a_form_half_filled_in_says_what_is_missing(site: Site) -> None:
    answer = site.browser().send("/sign-in", seen_on="/sign-in", username=" ", password="x")

    assert answer.status_code == 422
    assert "请填写用户名和密码" in words(answer)


def test_a_name_that_cannot_be_one_is_simply_wrong(site: Site) -> None:
    answer = site.browser().send("/sign-in", seen_on="/sign-in", username="x" * 500, password=PASSWORD)

    assert answer.status_code == 401
    assert "用户名或密码不对" in words(answer)


def test_too_many_tries_say_when_to_come_back(site: Site) -> None:
    browser = site.browser()

    answers = [browser.sign_in(CHEN, password=f"guess number {number}") for number in range(12)]

    assert answers[-1].status_code == 429
    assert "分钟后再试" in words(answers[-1])


def test_a_directory_that_is_away_asks_for_patience(world: World) -> None:
    site = site_of(world, away={"directory"})

    answer = site.browser().sign_in(CHEN)

    assert answer.status_code == 503
    assert "现在无法登录，请稍后再试" in words(answer)


# --- the cookie ---------------------------------------------------------------------------------------------


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    (said,) = [one for one in site.browser().sign_in(CHEN).headers.getlist("Set-Cookie") if "yanxun=" in one]

    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Path=/" in said
    assert "Domain" not in said


def test_behind_tls_every_cookie_is_secure_and_bound_to_the_host(world: World) -> None:
    site = site_of(world, secure_cookies=True)
    browser = site.app.test_client()
    form = browser.get("/sign-in", base_url="https://county.example")
    fields = {"username": CHEN.username, "password": PASSWORD, "csrf_token": form_token(form)}

    answer = browser.post(
        "/sign-in",
        data=fields,
        base_url="https://county.example",
        headers={"Referer": "https://county.example/sign-in"},
    )

    said = [*form.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert answer.status_code == 303
    assert len(said) == 3
    assert all(one.startswith("__Host-yanxun") and "Secure" in one for one in said)


def test_the_table_holds_no_cookie(site: Site) -> None:
    cookie = site.signed_in(CHEN).cookie()

    (session,) = rows(site)

    assert cookie is not None
    assert len(cookie) >= 43  # 256 bits in base64
    assert cookie.encode() not in session.id_hash


def test_an_id_the_browser_came_with_is_not_kept(site: Site) -> None:
    browser = site.browser()
    browser.http.set_cookie("yanxun", "prepared-by-somebody-else")

    browser.sign_in(CHEN)
    first = browser.cookie()
    browser.http.post("/sign-out", data={"csrf_token": form_token(browser.get("/"))})
    browser.sign_in(CHEN)

    assert first != "prepared-by-somebody-else"
    assert browser.cookie() != first


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    browser = site.browser()
    form = form_token(browser.get("/sign-in"))
    fields = {"username": CHEN.username, "password": PASSWORD, "csrf_token": form}
    browser.http.post("/sign-in", data=fields)
    first = browser.cookie()

    form = form_token(browser.get("/"))
    browser.http.post("/sign-in", data={**fields, "username": LIN.username, "csrf_token": form})

    assert len(rows(site)) == 1
    assert browser.cookie() != first
    assert "林老师" in words(browser.get("/"))


def test_a_guessed_cookie_opens_nothing(site: Site) -> None:
    browser = site.browser()

    for guess in ("x", "a" * 43, "é" * 50, "a" * 4_000):
        browser.http.set_cookie("yanxun", guess)

        assert browser.get("/").status_code == 303


# --- the end of it ------------------------------------------------------------------------------------------


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(site: Site) -> None:
    browser = site.signed_in(CHEN)
    copied = browser.cookie()

    answer = browser.send("/sign-out", seen_on="/")
    thief = site.browser()
    thief.http.set_cookie("yanxun", copied or "")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "您已退出登录" in words(browser.get("/sign-in"))
    assert browser.cookie() is None
    assert thief.get("/").status_code == 303
    assert rows(site) == []


def test_a_link_cannot_sign_anybody_out(site: Site) -> None:
    browser = site.signed_in(CHEN)

    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/").status_code == 200


def test_an_account_that_is_disabled_is_out_with_the_next_page(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)
    chen = world.id_of(CHEN)

    world.as_person(ZHAO).post("directory", f"/people/{chen}/disable-account")
    world.settle()

    assert browser.get("/").status_code == 303
    assert rows(site) == []


def test_work_goes_on_while_the_token_is_renewed(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)
    (before,) = rows(site)

    for _ in range(6):
        world.later(timedelta(minutes=14))
        assert browser.get("/").status_code == 200

    (after,) = rows(site)
    assert after.token != before.token
    assert after.id_hash == before.id_hash


def test_a_rest_of_an_hour_and_a_half_ends_nothing(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)

    world.later(timedelta(minutes=90))

    assert browser.get("/").status_code == 200


def test_a_directory_that_is_away_for_a_moment_signs_nobody_out(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)
    cut_off = Browser(http=site_of(world, away={"directory"}).app.test_client())
    cut_off.http.set_cookie("yanxun", browser.cookie() or "")

    world.later(timedelta(minutes=14))
    still_valid = cut_off.get("/notices")
    world.later(timedelta(minutes=5))
    too_late = cut_off.get("/notices")

    assert still_valid.status_code == 200
    assert too_late.status_code == 503
    assert "系统暂时无法使用" in words(too_late)


def test_after_two_hours_of_rest_the_password_is_asked_for(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)

    world.later(timedelta(hours=2))

    assert browser.get("/").status_code == 303


def test_after_twelve_hours_the_password_is_asked_for_however_busy(site: Site, world: World) -> None:
    browser = site.signed_in(CHEN)
    began = world.clock()

    while world.clock() - began < timedelta(hours=11, minutes=50):
        world.later(timedelta(minutes=10))
        assert browser.get("/sign-in").location == "/"  # who is signed in has no use for the form
    world.later(timedelta(minutes=10))

    assert browser.get("/sign-in").status_code == 200


def test_a_sign_in_clears_away_what_has_ended(site: Site, world: World) -> None:
    site.signed_in(CHEN)
    world.later(timedelta(hours=3))

    site.signed_in(LIN)

    with db.transaction(site.engine, write=False) as session:
        assert session.scalar(select(func.count()).select_from(ConsoleSession)) == 1


def rows(site: Site) -> list[ConsoleSession]:
    """Every session there is."""
    with db.transaction(site.engine, write=False) as session:
        return list(session.scalars(select(ConsoleSession)))
