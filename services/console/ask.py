"""Asks services on the visitor's behalf; one that does not answer costs its panel, not the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import abort

from services.console.visitor import SignInNeeded, forget, visitor
from shared import log
from shared.client import Parameter, Problem

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One service's part of a page: what it said, or why it says nothing."""

    data: Any = None
    trouble: str | None = None


def ask(service: str, path: str, **query: Parameter | None) -> Panel:
    """What a service tells this visitor. What is not theirs to see is no page at all."""
    try:
        return Panel(data=visitor().client(service).get(_address(service, path), **query))
    except Problem as problem:
        return Panel(trouble=_trouble(service, problem))


def ask_in_passing(service: str, path: str, **query: Parameter | None) -> Any:
    """What makes a page nicer and is left out where it cannot be had; None then."""
    try:
        return visitor().client(service).get(_address(service, path), **query)
    except Problem:
        return None


def tell(service: str, path: str) -> str | None:
    """Have a service do something for this visitor; why it could not, if so."""
    return submit(service, path, None).trouble


def submit(service: str, path: str, body: Mapping[str, Any] | None) -> Panel:
    """Have a service do what a form asks for: what it answered, or why it could not.

    A field that was filled in wrongly is for the visitor to put right, so it is told in the service's words.
    """
    try:
        return Panel(data=visitor().client(service).post(_address(service, path), body))
    except Problem as problem:
        if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY and problem.errors:
            return Panel(trouble="；".join(dict.fromkeys(error["text"] for error in problem.errors)))
        return Panel(trouble=_trouble(service, problem))


def _address(service: str, path: str) -> str:
    return f"/api/{service}/v1{path}"


def _trouble(service: str, problem: Problem) -> str:
    if problem.status == HTTPStatus.UNAUTHORIZED:
        forget()
        raise SignInNeeded from problem
    if problem.status in NO_PAGE:
        abort(NO_PAGE[problem.status])
    if problem.status == HTTPStatus.CONFLICT:
        return problem.title
    log.logger().warning("panel missing", asked=service, status=problem.status, code=problem.code)
    return f"{CALLED[service]}服务暂时没有回答，其他内容不受影响。请过一会儿刷新本页。"
