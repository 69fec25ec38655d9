"""Every error as a problem of RFC 9457: a stable English code, a Chinese title, each wrong field."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import marshmallow as ma
from flask import Flask, Response, g, request
from flask_smorest import Api
from sqlalchemy.exc import (
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004  the pool's own word
)
from werkzeug.exceptions import HTTPException

from shared import log
from shared.auth import NotSignedIn
from shared.sheets.faults import FileRefused
from shared.values import Forbidden, Missing, Refused, Stale
from shared.web import wording

PROBLEM = "application/problem+json"
FIELD_NAME_CHARACTERS_MAX = 100
FORBIDDEN = 403
NOT_FOUND = 404
NOT_SIGNED_IN = 401
REFUSED = 409
STALE = 412
INVALID = 422
BROKEN = 500
BUSY = 503
TAKEN_AT_ONCE = {"23505", "23P01", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
"""How PostgreSQL and SQLite say that a row of that key is there: unique and exclusion constraints."""

Errors = Sequence[Mapping[str, str]]


class Problem(Exception):
    """The request cannot be answered; raised at the door, before or instead of the service's own words."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        errors: Errors = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.title = title
        self.errors = errors
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The answer that says so; a view may return it where what it did must be kept all the same."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = self.errors
        return Response(json.dumps(body, ensure_ascii=False), self.status, self.headers, content_type=PROBLEM)


class FieldError(ma.Schema):
    """One field that cannot be accepted."""

    field = ma.fields.String(required=True, metadata={"description": "Path of the field: teachers.3.name"})
    code = ma.fields.String(required=True)
    text = ma.fields.String(required=True, metadata={"description": "What to do, in Chinese"})


class ProblemDetails(ma.Schema):
    """The body of every error, as the document describes it."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True, metadata={"description": "What to do, in Chinese"})
    status = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True, metadata={"description": "Stable, for programs"})
    errors = ma.fields.List(ma.fields.Nested(FieldError))


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """Flask-smorest whose errors are problems, on the wire and in the document alike."""

    ERROR_SCHEMA = ProblemDetails
    DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_responses(self) -> None:
        plain = self.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        try:
            super()._register_responses()
        finally:
            self.DEFAULT_RESPONSE_CONTENT_TYPE = plain

    def _register_error_handlers(self) -> None:
        """Ours are in `answer_errors`."""


def answer_errors(app: Flask) -> None:
    """Make a problem of whatever is raised while a request is handled."""
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(Refused, lambda refused: of_refusal(refused).response())
    app.register_error_handler(NotSignedIn, lambda error: of_sign_in(error).response())
    app.register_error_handler(HTTPException, lambda error: of_http(error).response())
    app.register_error_handler(OperationalError, lambda error: of_database(error).response())
    app.register_error_handler(IntegrityError, lambda error: of_constraint(error).response())
    app.register_error_handler(TimeoutError, lambda error: of_busy(error).response())
    app.register_error_handler(Exception, lambda error: of_defect(error).response())


def of_refusal(refused: Refused) -> Problem:
    """The domain said no."""
    match refused:
        case Missing():
            status = NOT_FOUND
        case Forbidden():
            status = FORBIDDEN
        case FileRefused():
            status = refused.status
        case Stale():
            status = STALE
        case _:
            status = REFUSED
    return Problem(status, refused.code, refused.text)


def of_sign_in(error: NotSignedIn) -> Problem:
    """There is no token, or it does not count."""
    told = 'Bearer realm="yanxun"' + ("" if error.code == "not_signed_in" else ', error="invalid_token"')
    return Problem(
        NOT_SIGNED_IN, error.code, wording.BY_SIGN_IN[error.code], headers={"WWW-Authenticate": told}
    )


def of_http(error: HTTPException) -> Problem:
    """Flask's and webargs' own errors, an unreadable field among them."""
    status = error.code or BROKEN
    said = wording.of_status(status)
    messages = getattr(error, "data", {}).get("messages")
    errors = list(_wrong_fields(messages)) if messages else []
    headers = {}
    if allow := error.get_response().headers.get("Allow"):
        headers["Allow"] = allow  # RFC 9110 wants it on 405
    return Problem(status, said.code, said.text, errors=errors, headers=headers)


def of_database(error: OperationalError) -> Problem:
    """A lock that took too long or a lost connection; on SQLite, a wrong statement goes by the same name."""
    is_ours = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return of_defect(error) if is_ours else of_busy(error)


def of_constraint(error: IntegrityError) -> Problem:
    """Two requests took one key at the same moment, and each had looked before the other was there."""
    names = {getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname")}
    if names.isdisjoint(TAKEN_AT_ONCE):
        return of_defect(error)
    log.logger().warning("taken at the same moment", exc_info=error, **_facts())
    said = wording.of_status(REFUSED)
    return Problem(REFUSED, said.code, said.text)


def of_busy(error: SQLAlchemyError) -> Problem:
    """The database does not answer in time: it may in a moment."""
    log.logger().warning("database not available", reason=type(error).__name__, **_facts())
    said = wording.of_status(BUSY)
    return Problem(BUSY, said.code, said.text, headers={"Retry-After": "5"})


def of_defect(error: Exception) -> Problem:
    """A mistake of ours. The person is told no detail; the log has all of it."""
    log.logger().error("request failed", exc_info=error, **_facts())
    said = wording.of_status(BROKEN)
    return Problem(BROKEN, said.code, said.text)


def _facts() -> dict[str, object]:
    route = request.url_rule.rule if request.url_rule else None
    actor = g.token.actor.person_id if "token" in g else None
    return {"method": request.method, "route": route, "actor": actor}


def _wrong_fields(messages: Mapping[Any, Any] | Sequence[Any]) -> Iterator[dict[str, str]]:
    """Marshmallow's tree of complaints as a flat list, without the place's name (body or query string)."""
    places = messages.values() if isinstance(messages, Mapping) else [messages]
    for place in places:
        yield from _flat(place, path="")


def _flat(node: Any, *, path: str) -> Iterator[dict[str, str]]:
    if isinstance(node, Mapping):
        for name, below in node.items():
            yield from _flat(below, path=path if name == "_schema" else f"{path}.{name}".lstrip("."))
        return
    for message in [node] if isinstance(node, str) else node:
        if isinstance(message, str):
            said = wording.of_message(message)
            yield {"field": path[:FIELD_NAME_CHARACTERS_MAX], "code": said.code, "text": said.text}
        else:
            yield from _flat(message, path=path)
