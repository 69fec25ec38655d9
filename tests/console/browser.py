"""A browser without a screen: it keeps cookies, and posts a form with the token the page gave it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from html import unescape

import httpx
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import Client as HttpClient
from werkzeug.test import TestResponse

from services.console import service
from shared.client import Client
from shared.db import make_engine
from shared.service import Running
from tests.cast import PASSWORD, Member
from tests.world import World

FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
TAG = re.compile(r"<[^>]+>")
COOKIE = "yanxun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The console over a world's services, some of which may be away."""

    world: World
    engine: Engine
    app: Flask

    def browser(self) -> "Browser":
        """A new browser: no cookies, nobody signed in."""
        return Browser(http=self.app.test_client())

    def signed_in(self, member: Member) -> "Browser":
        """A browser in which somebody of the cast is signed in."""
        browser = self.browser()
        assert browser.sign_in(member).status_code == 303
        return browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One browser."""

    http: HttpClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.http.get(path)

    def send(self, path: str, *, seen_on: str, **fields: str) -> TestResponse:
        """Send a form that stands on a page."""
        token = form_token(self.get(seen_on))
        return self.http.post(path, data={"csrf_token": token, **fields})

    def sign_in(self, member: Member, *, password: str = PASSWORD, wanted: str = "") -> TestResponse:
        """Fill in the form."""
        return self.send(
            "/sign-in", seen_on="/sign-in", username=member.username, password=password, next=wanted
        )

    def cookie(self, name: str = COOKIE) -> str | None:
        """What the browser keeps under a name."""
        kept = self.http.get_cookie(name)
        return kept.value if kept else None


def form_token(page: TestResponse) -> str:
    """The token of the first form on a page."""
    found = FORM_TOKEN.search(page.text)
    assert found, page.text
    return unescape(found[1])


def words(page: TestResponse) -> str:
    """What a page says, without its tags and with its white space drawn together."""
    return " ".join(unescape(TAG.sub(" ", page.text)).split())


def site_of(
    world: World, *, away: Collection[str] = (), secure_cookies: bool = False, database_url: str | None = None
) -> Site:
    """A console over the services of a world, and over the world's own database unless another is given."""
    directory: Running = world.platform.running["directory"]
    clients = {
        name: Client.in_process(unreachable) if name in away else Client.in_process(world.platform.apps[name])
        for name in world.platform.running
    }
    engine = make_engine(database_url or f"sqlite:///{world.platform.folder / 'console.sqlite3'}")
    settings = replace(
        directory.settings, console_secret="a secret of this test only", secure_cookies=secure_cookies
    )
    app = service.create_app(engine=engine, settings=settings, clients=clients, clock=world.clock)
    return Site(world=world, engine=engine, app=app)


def unreachable(*_request: object) -> list[bytes]:
    """A service that cannot be reached."""
    raise httpx.ConnectError("nobody listens there")
