"""Asks services on the visitor's behalf; one that does not answer costs its panel, not the page."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from http import HTTPStatus
from threading import Thread
from typing import Any

from flask import abort

from services.console.current import console, here
from services.console.visitor import SignInNeeded, forget, visitor
from shared import log
from shared.client import Parameter, Problem

PANEL_SECONDS = 5.0
"""How long a page waits for one of its panels."""
PASSING_SECONDS = 1.5
"""How long it waits for what only makes it nicer."""

CALLED: Mapping[str, str] = {
    "directory": "人员与组织",
    "plans": "计划",
    "activities": "活动",
    "credits": "学时",
    "notify": "通知",
}
"""What people call the services."""

NO_PAGE: Mapping[int, HTTPStatus] = {
    HTTPStatus.FORBIDDEN: HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND: HTTPStatus.NOT_FOUND,
    HTTPStatus.BAD_REQUEST: HTTPStatus.NOT_FOUND,  # an address somebody mistyped leads nowhere either
    HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.NOT_FOUND,
}
"""What a service refuses to show, and what the visitor is told instead of a page."""

SAID_ON_THE_FORM = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""What the person who filled in a form can do something about."""
SAID_OF_A_FILE = {
    *SAID_ON_THE_FORM,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
FILE_SECONDS = 120.0
"""A county's roster takes seconds to look at and longer to carry out."""
READS_ONLY = "acting_reads_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One service's part of a page: what it said, or why it says nothing."""

    data: Any = None
    trouble: str | None = None


def ask(service: str, path: str, **query: Parameter | None) -> Panel:
    """What a service tells this visitor. What is not theirs to see is no page at all."""
    try:
        return Panel(data=_get(service, path, seconds=PANEL_SECONDS, query=query))
    except Problem as problem:
        return Panel(trouble=_trouble(service, problem))


def ask_in_passing(service: str, path: str, **query: Parameter | None) -> Any:
    """What makes a page nicer and is left out where it cannot be had; None then."""
    try:
        return _get(service, path, seconds=PASSING_SECONDS, query=query)
    except Problem:
        return None


def submit(service: str, path: str, body: Mapping[str, Any] | None = None) -> Panel:
    """Hand a service what somebody filled in, or asks for: what it answers, or why it will not have it.

    What was filled in wrongly is said in the service's own words: there is a form to put it right.
    """
    try:
        return Panel(data=visitor().client(service).coming_from(here()).post(_address(service, path), body))
    except Problem as problem:
        if problem.status in SAID_ON_THE_FORM:
            return Panel(trouble=_complaints(problem))
        return Panel(trouble=_trouble(service, problem))


def hand_over(service: str, path: str, content: bytes, *, query: Mapping[str, Parameter | None]) -> Panel:
    """Hand a service a file: what it makes of it, or why it will not have it."""
    client = visitor().client(service).coming_from(here()).within(FILE_SECONDS)
    try:
        return Panel(data=client.upload(_address(service, path), content, **query))
    except Problem as problem:
        if problem.status in SAID_OF_A_FILE:
            return Panel(trouble=_complaints(problem))
        return Panel(trouble=_trouble(service, problem))


def carry_out(service: str, path: str, *, wait_seconds: float = FILE_SECONDS) -> Panel | None:
    """Have a service do what takes its time: what came of it, or why nothing did.

    None when it is still at work after a while: it goes on, and the service tells how far it has come.
    """
    client = visitor().client(service).coming_from(here()).within(FILE_SECONDS)
    done: Future[Any] = Future()

    def work() -> None:
        try:
            done.set_result(client.post(_address(service, path)))
        except Problem as problem:
            done.set_exception(problem)

    Thread(target=work, daemon=True).start()
    try:
        return Panel(data=done.result(timeout=wait_seconds))
    except TimeoutError:
        return None
    except Problem as problem:
        return Panel(
            trouble=_complaints(problem) if problem.status in SAID_OF_A_FILE else _trouble(service, problem)
        )


def fetch(service: str, path: str) -> tuple[bytes, str, str]:
    """A file of a service's for the visitor: its bytes, its kind, its name. What is not theirs is no page."""
    try:
        return visitor().client(service).within(FILE_SECONDS).download(_address(service, path))
    except Problem as problem:
        abort(NO_PAGE.get(problem.status, HTTPStatus.SERVICE_UNAVAILABLE))


def _complaints(problem: Problem) -> str:
    texts = [str(error["text"]) for error in problem.errors if error.get("text")]
    return "；".join(dict.fromkeys(texts)) or problem.title


def _get(service: str, path: str, *, seconds: float, query: Mapping[str, Parameter | None]) -> Any:
    with console().patience.spared(service, seconds=seconds, clock=console().clock):
        return visitor().client(service).within(seconds).get(_address(service, path), **query)


def _address(service: str, path: str) -> str:
    return f"/api/{service}/v1{path}"


def _trouble(service: str, problem: Problem) -> str:
    if problem.status == HTTPStatus.UNAUTHORIZED:
        forget()
        raise SignInNeeded from problem
    if problem.code == READS_ONLY:
        return problem.title
    if problem.status in NO_PAGE:
        abort(NO_PAGE[problem.status])
    if problem.status == HTTPStatus.CONFLICT:
        return problem.title
    log.logger().warning("panel missing", asked=service, status=problem.status, code=problem.code)
    return f"{CALLED[service]}服务暂时没有回答，其他内容不受影响。请过一会儿刷新本页。"
