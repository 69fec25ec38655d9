"""The console's contents page: its name, its table, and the app of its pages. Reading starts here."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, g
from sqlalchemy import Engine

from services.console import errors, health, protection, words, years
from services.console.ask import ask_in_passing
from services.console.current import EXTENSION, Clock, Console, utc_now
from services.console.models import Base
from services.console.pages import PAGES
from shared.auth import Verifier
from shared.client import Client
from shared.settings import BadSettings, Settings

NAME = "console"
TITLE = "控制台"

metadata = Base.metadata
migrations = "services.console.migrations"

STYLESHEET = Path(__file__).with_name("static") / "console.css"
STATIC_SECONDS = 31_536_000
"""A year: the address of a changed file is another one."""


def create_app(
    *, engine: Engine, settings: Settings, clients: Mapping[str, Client], clock: Clock = utc_now
) -> Flask:
    """The pages, over these services."""
    if not settings.console_secret:
        raise BadSettings("console: YANXUN_CONSOLE_SECRET_FILE is not set")
    app = Flask(__name__)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[EXTENSION] = Console(
        engine=engine,
        clients=clients,
        verifier=Verifier(settings.jwks, deployment=settings.deployment, file=settings.jwks_file),
        cookie=protection.cookie_name("yanxun", secure=settings.secure_cookies),
        secure_cookies=settings.secure_cookies,
        trusted_proxies=settings.trusted_proxies,
        clock=clock,
    )
    protection.protect(app, secret=settings.console_secret, secure_cookies=settings.secure_cookies)
    words.add_words(app)
    errors.answer_errors(app)
    health.add_health(app)
    app.context_processor(_on_every_page)
    app.jinja_env.globals["style_version"] = hashlib.sha256(STYLESHEET.read_bytes()).hexdigest()[:12]
    for page in PAGES:
        app.register_blueprint(page)
    return app


def _on_every_page() -> dict[str, Any]:
    """Who is signed in, if this page has asked; a page about an error must not fail by asking again."""
    me = g.get("visitor")
    inbox = ask_in_passing("notify", "/inbox", limit=1) if me else None
    return {"me": me, "unread": inbox and inbox["unread"], **years.for_templates()}
