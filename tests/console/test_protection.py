"""What every page keeps: headers, form tokens, friendly errors, the rest of it when a service is away."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from services.console import ask, service
from services.console.models import ConsoleSession
from services.console.patience import REST
from shared import db
from shared.client import Client
from shared.settings import BadSettings
from tests.cast import CHEN, LIN, PASSWORD, QIAN
from tests.console.browser import Site, form_token, site_of, words
from tests.world import World

PAGES = ("/", "/notices", "/sessions", "/plans", "/sign-in", "/no-such-page")
SERVICES = ("credits", "notify", "activities", "plans")


@pytest.fixture(scope="module")
def cut_off(lived_in: Site) -> Iterator[Site]:
    """A console all of whose services but the directory are away."""
    site = site_of(lived_in.world, away=SERVICES)
    yield site
    site.engine.dispose()


# --- headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_scripts_frames_guesses_and_copies(lived_in: Site, path: str) -> None:
    headers = lived_in.signed_in(CHEN).get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_carries_script_or_style_of_its_own(lived_in: Site, path: str) -> None:
    page = lived_in.signed_in(CHEN).get(path).text

    assert "<script" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_stylesheet_may_be_kept(lived_in: Site) -> None:
    with lived_in.browser().get("/static/console.css") as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert b"://" not in answer.data


def test_no_page_shows_the_bearer_token(lived_in: Site) -> None:
    browser = lived_in.signed_in(CHEN)
    with db.transaction(lived_in.engine, write=False) as session:
        tokens = session.scalars(select(ConsoleSession.token)).all()

    for path in PAGES:
        answer = browser.get(path)
        assert not any(token in answer.text or token in str(answer.headers) for token in tokens)


# --- forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/notices/read-all"])
def test_a_form_without_its_token_does_nothing(lived_in: Site, path: str) -> None:
    browser = lived_in.signed_in(LIN)

    answer = browser.http.post(path, data={"username": CHEN.username, "password": PASSWORD})

    assert answer.status_code == 403
    assert "这个页面放得太久了" in words(answer)
    assert "林老师" in words(browser.get("/"))


def test_another_browsers_token_does_nothing(lived_in: Site) -> None:
    browser, other = lived_in.signed_in(LIN), lived_in.signed_in(CHEN)

    answer = browser.http.post("/sign-out", data={"csrf_token": form_token(other.get("/"))})

    assert answer.status_code == 403


def test_the_token_from_before_signing_in_does_nothing_after(lived_in: Site) -> None:
    browser = lived_in.browser()
    before = form_token(browser.get("/sign-in"))
    fields = {"username": LIN.username, "password": PASSWORD, "csrf_token": before}
    browser.http.post("/sign-in", data=fields)

    answer = browser.http.post("/sign-out", data={"csrf_token": before})

    assert answer.status_code == 403


def test_a_foreign_site_cannot_sign_somebody_in_under_its_own_name(lived_in: Site) -> None:
    answer = lived_in.browser().http.post(
        "/sign-in",
        data={"username": LIN.username, "password": PASSWORD},
        headers={"Origin": "https://evil.example", "Referer": "https://evil.example/"},
    )

    assert answer.status_code == 403
    assert not any("yanxun=" in one for one in answer.headers.getlist("Set-Cookie"))


def test_json_posing_as_text_does_nothing(lived_in: Site) -> None:
    browser = lived_in.signed_in(LIN)

    answer = browser.http.post("/notices/read-all", data="{}", content_type="text/plain")

    assert answer.status_code == 403


# --- errors -------------------------------------------------------------------------------------------------


def test_an_unknown_page_leads_home(lived_in: Site) -> None:
    answer = lived_in.browser().get("/no-such-page?q=<script>alert(1)</script>")

    assert answer.status_code == 404
    assert "没有找到这个页面" in words(answer)
    assert 'href="/"' in answer.text
    assert "alert" not in answer.text


def test_a_form_that_is_too_large_is_refused(lived_in: Site) -> None:
    browser = lived_in.browser()

    answer = browser.http.post("/sign-in", data={"username": "x" * 100_000})

    assert answer.status_code == 413
    assert "提交的内容太大" in words(answer)


def test_a_defect_of_ours_tells_no_detail(world: World) -> None:
    def broken(*_request: object) -> list[bytes]:
        raise ZeroDivisionError("a detail for the log")

    site = site_of(world)
    browser = site.signed_in(CHEN)
    console = site.app.extensions["console"]
    console.clients["credits"] = Client.in_process(broken)

    answer = browser.get("/")

    assert answer.status_code == 500
    assert "系统出了问题" in words(answer)
    assert "detail" not in answer.text


def test_a_proxy_that_answers_for_a_service_costs_a_panel(world: World) -> None:
    site = site_of(world)
    browser = site.signed_in(CHEN)
    bad_gateway = httpx.Client(
        transport=httpx.MockTransport(lambda _request: httpx.Response(502, html="<h1>Bad Gateway</h1>")),
        base_url="http://proxy",
    )
    site.app.extensions["console"].clients["credits"] = Client(http=bad_gateway)

    answer = browser.get("/")

    assert answer.status_code == 200
    assert "学时服务暂时没有回答" in words(answer)


def test_a_database_that_is_away_is_no_defect_of_ours(world: World) -> None:
    site = site_of(world)
    browser = site.signed_in(CHEN)
    locked = sqlite3.connect(world.platform.folder / "console.sqlite3", isolation_level=None)
    with db.transaction(site.engine) as session:
        session.execute(text("PRAGMA busy_timeout=0"))
    world.later(timedelta(minutes=2))  # being there must be noted, which takes a write

    locked.execute("BEGIN IMMEDIATE")
    answer = browser.get("/")
    locked.close()

    assert answer.status_code == 503
    assert "系统暂时无法使用" in words(answer)
    assert answer.headers["Retry-After"] == "5"


def test_a_pool_that_is_used_up_is_no_defect_of_ours(world: World) -> None:
    site = site_of(world)
    browser = site.signed_in(CHEN)
    site.engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # the pool of a file has one

    with ExitStack() as held:
        for _ in range(db.SQLITE_CONNECTIONS + 10):
            held.enter_context(site.engine.connect())
        answer = browser.get("/")

    assert answer.status_code == 503


# --- a service that hangs -----------------------------------------------------------------------------------


@pytest.fixture
def hanging() -> Iterator[tuple[str, list[int]]]:
    """Where a server takes every connection and never says a word; and the list of those it took."""
    taken: list[int] = []
    kept = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    taken.append(connection.fileno())

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in kept:
        connection.close()


def test_a_service_that_hangs_costs_one_wait_not_one_for_every_page(
    world: World, hanging: tuple[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "PANEL_SECONDS", 0.4)
    monkeypatch.setattr(ask, "PASSING_SECONDS", 0.2)
    address, taken = hanging
    site = site_of(world)
    browser = site.signed_in(CHEN)
    with httpx.Client(base_url=address) as http:
        site.app.extensions["console"].clients["notify"] = Client(http=http)

        first = browser.get("/")
        second = browser.get("/")
        in_passing = len(taken)
        inbox = browser.get("/notices")
        browser.get("/notices")
        asked_patiently = len(taken)
        world.clock.at += REST
        browser.get("/")

    assert first.status_code == second.status_code == 200
    assert in_passing == 1
    assert "通知服务暂时没有回答" in words(inbox)
    assert asked_patiently == 2
    assert len(taken) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", "学时服务暂时没有回答"),
        ("/notices", "通知服务暂时没有回答"),
        ("/sessions", "活动服务暂时没有回答"),
        ("/plans", "计划服务暂时没有回答"),
    ],
)
def test_a_service_that_is_away_costs_its_panel_only(cut_off: Site, path: str, said: str) -> None:
    answer = cut_off.signed_in(CHEN).get(path)

    assert answer.status_code == 200
    assert said in words(answer)
    assert "陈老师" in words(answer)


def test_a_notice_that_cannot_be_marked_says_so(cut_off: Site) -> None:
    browser = cut_off.signed_in(LIN)
    token = form_token(browser.get("/"))

    answer = browser.http.post("/notices/read-all", data={"csrf_token": token}, follow_redirects=True)

    assert "通知服务暂时没有回答" in words(answer)


def test_hours_are_shown_without_the_services_that_make_them_nicer(world: World) -> None:
    world.confirmed_activity()
    site = site_of(world, away={"activities", "notify"})

    page = words(site.signed_in(CHEN).get("/"))

    assert "同课异构 2026年9月10日 · 校本研修 +2 学时" in page


def test_plans_are_shown_without_the_names_of_schools(world: World) -> None:
    browser = site_of(world, away={"credits"}).signed_in(QIAN)

    assert browser.get("/plans").status_code == 200


# --- the process --------------------------------------------------------------------------------------------


def test_the_console_is_ready_when_its_table_is(lived_in: Site) -> None:
    browser = lived_in.browser()

    assert browser.get("/livez").json == {"alive": True}
    assert browser.get("/readyz").json == {"ready": True}


def test_it_does_not_start_without_its_secret(lived_in: Site) -> None:
    settings = lived_in.world.platform.running["directory"].settings

    with pytest.raises(BadSettings):
        service.create_app(
            engine=lived_in.engine, settings=replace(settings, console_secret=None), clients={}
        )
