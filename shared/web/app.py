"""One service's HTTP door: limits, sign-in, problems, document and health, put together."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request

from shared import log
from shared.auth import Verifier
from shared.service import Running, Service
from shared.web import trail, versions
from shared.web.current import EXTENSION, Clock, Door, utc_now
from shared.web.health import add_health
from shared.web.page import add_document
from shared.web.problems import answer_errors

BODY_BYTES_MAX = 1_000_000
FORM_PARTS_MAX = 100

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def create_app(running: Running, *, clock: Clock = utc_now) -> Flask:
    """The app that answers for a service."""
    app = with_routes_of(running.service)
    open_door(app, running, clock=clock)
    return app


def open_door(app: Flask, running: Running, *, clock: Clock) -> None:
    """Let an app answer for this running of its service from now on, and for no other."""
    settings = running.settings
    verifier = Verifier(settings.jwks, deployment=settings.deployment, file=settings.jwks_file)
    app.extensions[EXTENSION] = Door(running=running, verifier=verifier, clock=clock)


def with_routes_of(service: Service) -> Flask:
    """An app that knows the way and has no door yet: much the dearer part."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES_MAX,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    answer_errors(app)
    app.register_blueprint(service.blueprint)
    add_document(app, service)
    add_health(app, service)
    app.after_request(_finish)
    app.wsgi_app = _traced(app.wsgi_app, service.name)  # type: ignore[method-assign, assignment]  # Flask's way
    return app


def _traced(inner: WsgiApp, name: str) -> WsgiApp:
    """Every line of the log names the service and the trace; the trace goes on into the events said here."""

    def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with log.bound(service=name), log.bound_trace(environ.get("HTTP_TRACEPARENT")):
            return inner(environ, start_response)

    return wsgi


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    versions.finish(response)
    trail.keep(response)
    log.logger().info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        actor=str(g.token.actor.person_id) if "token" in g else None,
        seen_by=_supporter(),
    )
    return response


def _supporter() -> str | None:
    """Who really acts, when somebody looks with another's eyes."""
    seen_by = g.token.actor.seen_by if "token" in g else None
    return str(seen_by.person_id) if seen_by else None
