"""The way in for commands that speak to a running platform: where it is, as whom, what a refusal comes to."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import Progress, ProgressColumn

from shared.client import NO_ANSWER, Client, Parameter, Problem

SIGN_IN = "/api/directory/v1/sign-in"
RENEW = "/api/directory/v1/renew-token"
RENEWED_BEFORE = timedelta(minutes=5)
ITEMS_AT_ONCE = 200
BAD_USE, REFUSED = 2, 1
WAIT_SECONDS = 600.0
"""A county's roster takes seconds; a busy machine, or a database far away, longer."""
UNUSABLE = {400, 401, 403, 404, 413, 415, 503}
"""What says that the command was used in a wrong way, and not that rows were refused."""


def with_door(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where the platform is and as whom to come."""
    options = (
        click.option(
            "--url",
            envvar="YANXUN_URL",
            default="http://127.0.0.1:8080",
            show_default=True,
            help="平台地址（YANXUN_URL）",
        ),
        click.option("--username", envvar="YANXUN_USERNAME", default=None, help="用户名（YANXUN_USERNAME）"),
        click.option(
            "--token",
            envvar="YANXUN_TOKEN",
            default=None,
            help="已有的令牌（YANXUN_TOKEN）；否则用密码登录：YANXUN_PASSWORD，没有设置时会询问",
        ),
        click.option("--password", envvar="YANXUN_PASSWORD", default=None, hidden=True),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def signed_in(**door: str | None) -> Iterator[Client]:
    """A client of the platform that speaks as whoever signed in, for a quarter of an hour; closed at the end.

    Called with the options of `with_door`.
    """
    with visiting(**door) as visit:
        yield visit.client()


@dataclass(slots=True, kw_only=True)
class Visit:
    """Somebody signed in for as long as a long command takes."""

    nobody: Client
    token: str
    renew_at: datetime

    def client(self) -> Client:
        """Speaks as her, with a token that counts for some minutes more."""
        if self.renew_at <= datetime.now(UTC):
            self._take(self.nobody.signed_in(self.token).post(RENEW))
        return self.nobody.signed_in(self.token).within(WAIT_SECONDS)

    def every(self, path: str, **query: Parameter) -> Iterator[Mapping[str, Any]]:
        """All items of a list, page by page."""
        cursor = None
        while True:
            page = self.client().get(path, cursor=cursor, limit=ITEMS_AT_ONCE, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def sign_in(self, *, username: str | None, password: str | None) -> None:
        """With what was given, or asks for it."""
        username = username or click.prompt("用户名", err=True)
        password = password or click.prompt("密码", hide_input=True, err=True)
        with refusals_in_one_line(always=BAD_USE):
            self._take(self.nobody.post(SIGN_IN, {"username": username, "password": password}))

    def _take(self, answer: Mapping[str, Any]) -> None:
        self.token = str(answer["token"])
        self.renew_at = datetime.fromisoformat(answer["expires_at"]) - RENEWED_BEFORE


@contextmanager
def visiting(
    *, url: str | None, username: str | None, token: str | None, password: str | None
) -> Iterator[Visit]:
    """The same for as long as it takes: its token is renewed on the way, one that was given too."""
    nobody = Client.over_http(url or "")
    try:
        visit = Visit(nobody=nobody, token=token or "", renew_at=datetime.now(UTC) + RENEWED_BEFORE)
        if token is None:
            visit.sign_in(username=username, password=password)
        yield visit
    finally:
        nobody.http.close()


@contextmanager
def refusals_in_one_line(*, always: int | None = None) -> Iterator[None]:
    """A refusal of the platform ends the command: what it said, and an exit code by what it means."""
    try:
        yield
    except Problem as problem:
        texts = [str(error["text"]) for error in problem.errors if error.get("text")]
        code = always or (BAD_USE if problem.status in UNUSABLE and problem.code != NO_ANSWER else REFUSED)
        fail("；".join(dict.fromkeys(texts)) or problem.title, code=code)


def read(path: Path) -> bytes:
    """The bytes of a file; ends with a line where there are none."""
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"不能读取 {path}：{error.strerror}")


def fail(text: str, *, code: int = BAD_USE) -> NoReturn:
    """End with this line and this exit code."""
    click.echo(text, err=True)
    sys.exit(code)


def bar(*columns: ProgressColumn) -> Progress:
    """Gone when it is over, and nothing at all where nobody looks."""
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
