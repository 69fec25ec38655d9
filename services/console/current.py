"""The console at work, and the request under way: its moment and the services it may speak to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app, g, request
from sqlalchemy import Engine

from services.console.patience import Patience
from services.console.rights import Rights
from shared.auth import Verifier
from shared.client import Client
from shared.web import peer_of

Clock = Callable[[], datetime]
EXTENSION = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What the app carries along."""

    engine: Engine
    clients: Mapping[str, Client]
    """One a service, as nobody yet."""
    verifier: Verifier
    cookie: str
    """The name of the cookie that holds the session's id."""
    secure_cookies: bool
    trusted_proxies: int
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    """Which services have kept somebody waiting in vain."""
    rights: Rights = field(default_factory=Rights)


def utc_now() -> datetime:
    """The clock on the wall; nothing else in the console reads one."""
    return datetime.now(UTC)


def console() -> Console:
    """The console that answers this request."""
    found: Console = current_app.extensions[EXTENSION]
    return found


def now() -> datetime:
    """The moment of this request: read once, the same wherever it is asked."""
    if "now" not in g:
        g.now = console().clock()
    moment: datetime = g.now
    return moment


def directory() -> Client:
    """The directory as nobody, told where this browser is: failed sign-ins are counted there."""
    return console().clients["directory"].coming_from(here())


def here() -> str:
    """Where this browser is."""
    return peer_of(request, trusted_proxies=console().trusted_proxies)
