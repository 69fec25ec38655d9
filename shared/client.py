"""A client that speaks to a service as a person would, over HTTP or in this process."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from shared import log

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CONNECT_SECONDS = 2.0
TIMEOUT = httpx.Timeout(connect=CONNECT_SECONDS, read=15.0, write=15.0, pool=5.0)
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10)
Parameter = str | int | UUID
NO_ANSWER = "no_answer"
"""The code of a Problem that only time can tell from an answer: what was asked may have been done."""


class Problem(Exception):
    """The service said no, could not be reached (`unreachable`) or was too slow (`no_answer`; both 503)."""

    def __init__(
        self, *, code: str, title: str, status: int, errors: Sequence[Mapping[str, str]] = ()
    ) -> None:
        super().__init__(f"{status} {code}: {title}")
        self.code = code
        self.title = title
        self.status = status
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One service's HTTP door, as one person or as nobody."""

    http: httpx.Client
    token: str | None = None
    seconds: float | None = None
    """How long to wait for each part of an answer; None is the house's usual patience."""
    app: WsgiApp | None = None
    """Of a service of this process."""
    address: str | None = None
    """On whose behalf we speak over HTTP: where their browser is."""

    @classmethod
    def over_http(cls, url: str, *, token: str | None = None) -> Self:
        """To a service at this address."""
        transport = httpx.HTTPTransport(retries=1, limits=LIMITS)
        return cls(http=httpx.Client(base_url=url, transport=transport), token=token)

    @classmethod
    def in_process(cls, app: WsgiApp, *, token: str | None = None) -> Self:
        """To a service of this process; the same door, without a network."""
        transport = httpx.WSGITransport(app=app)
        http = httpx.Client(base_url="http://embedded", transport=transport)
        return cls(http=http, token=token, app=app)

    def signed_in(self, token: str) -> Self:
        """The same door, as the person of this token."""
        return replace(self, token=token)

    def within(self, seconds: float) -> Self:
        """The same door, for somebody who waits no longer than that for each part of the answer."""
        return replace(self, seconds=seconds)

    def coming_from(self, address: str) -> Self:
        """The same door, saying where the person is: as a proxy of ours, or in this process as the peer."""
        if self.app is None:
            return replace(self, address=address)
        transport = httpx.WSGITransport(app=self.app, remote_addr=address)
        return replace(self, http=httpx.Client(base_url="http://embedded", transport=transport))

    def get(self, path: str, **query: Parameter | None) -> Any:
        """What is at a path, such as "/api/credits/v1/balance"."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return self._ask("GET", path, params=asked)

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """Do something. The same `key` again gets the same answer; else each call is a new submission."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self._ask("POST", path, json=body, headers=headers)

    def upload(self, path: str, content: bytes, **query: Parameter | None) -> Any:
        """Hand over a file; its name goes with the query."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/octet-stream"}
        return self._ask("POST", path, params=asked, content=content, headers=headers)

    def download(self, path: str, **query: Parameter | None) -> tuple[bytes, str, str]:
        """A file: what it holds, its kind, and under which name it is to be kept (Content-Disposition)."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        answer = self._answer("GET", path, params=asked)
        return answer.content, answer.headers["Content-Type"], answer.headers["Content-Disposition"]

    def _ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> Any:
        answer = self._answer(method, path, headers=headers, **request)
        return answer.json() if answer.content else None

    def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        try:
            answer = self.http.request(
                method,
                path,
                headers={**self._headers(), **(headers or {})},
                timeout=self._timeout(),
                **request,
            )
        except httpx.TimeoutException as error:
            raise Problem(
                code=NO_ANSWER,
                title="服务没有及时回答，请稍后重试",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            ) from error
        except httpx.TransportError as error:
            raise Problem(
                code="unreachable",
                title="服务暂时无法连接，请稍后重试",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            ) from error
        if answer.is_success:
            return answer
        raise _problem_of(answer)

    def _timeout(self) -> httpx.Timeout:
        if self.seconds is None:
            return TIMEOUT
        return httpx.Timeout(self.seconds, connect=min(self.seconds, CONNECT_SECONDS))

    def _headers(self) -> dict[str, str]:
        headers = {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if trace := log.traceparent():
            headers["traceparent"] = trace
        return headers


def _problem_of(answer: httpx.Response) -> Problem:
    try:
        said = answer.json()
        return Problem(
            code=said["code"],
            title=said["title"],
            status=answer.status_code,
            errors=said.get("errors", ()),
        )
    except (ValueError, KeyError, TypeError):  # not one of ours: a proxy on the way
        return Problem(
            code="unreadable_answer", title="服务的回答无法读取，请稍后重试", status=answer.status_code
        )
