"""The request under way: its transaction, who acts in it, where it came from, and its one moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy.orm import Session

from shared import auth, db, log
from shared.auth import Actor, Token, Verifier
from shared.service import Running
from shared.settings import Settings
from shared.tenancy import NOBODY, Scope
from shared.trail import WATCH, Deed
from shared.web.addresses import address_of

Clock = Callable[[], datetime]
EXTENSION = "yanxun"
BEARER = "Bearer "
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the app of one service carries along."""

    running: Running
    verifier: Verifier
    clock: Clock


def utc_now() -> datetime:
    """The clock on the wall; nothing behind the door reads another."""
    return datetime.now(UTC)


def door() -> Door:
    """The door this request came in by."""
    found: Door = current_app.extensions[EXTENSION]
    return found


def session() -> Session:
    """The transaction of this request; the door commits it."""
    under_way: Session = g.session
    return under_way


@contextmanager
def transaction() -> Iterator[Session]:
    """A short transaction of a view that is hosted with `slow=True`; committed at the end of the block.

    Who acts is looked at in each: somebody whose access ends between two of them does not get the second.
    """
    running = door().running
    with db.transaction(running.engine, scope=scope(), **watched()) as under_way:
        if "token" in g:
            auth.check_not_revoked(under_way, g.token)
        yield under_way


def scope() -> Scope:
    """Whose rows this request reaches: when it writes, no further than where the actor acts."""
    if "token" not in g:
        return NOBODY
    return actor().scope(writes=request.method not in SAFE)


def watched() -> dict[str, Any]:
    """What a transaction that writes is opened with: the audit log sees what changes in it."""
    return door().running.info(deed())


def deed() -> Deed:
    """This request as the audit log tells of it: its address holds ids and codes, nobody's words."""
    trace = (log.traceparent() or "").split("-")
    return Deed(
        at=now(),
        actor=g.token.actor if "token" in g else None,
        verb=(request.endpoint or "").rsplit(".", 1)[-1],
        method=request.method,
        route=request.url_rule.rule if request.url_rule else "",
        path=request.path,
        address=address(),
        trace=trace[1] if len(trace) > 1 else None,
        objects=tuple(value for value in (request.view_args or {}).values() if isinstance(value, UUID)),
    )


def acts(under_way: Session, actor: Actor) -> None:
    """Who it is that has just signed in, and changes what is changed in this transaction."""
    under_way.info[WATCH].actor = actor


def token() -> Token:
    """What the verified token of this request says."""
    verified: Token = g.token
    return verified


def actor() -> Actor:
    """Who is acting."""
    return token().actor


def signed_in_at() -> datetime:
    """When the person acting gave their password."""
    return token().signed_in_at


def now() -> datetime:
    """The moment of this request: read once, the same wherever it is asked."""
    if "now" not in g:
        g.now = door().clock()
    moment: datetime = g.now
    return moment


def upload() -> bytes:
    """The file that is the body of this request."""
    return request.get_data()


def settings() -> Settings:
    """The settings of this service."""
    return door().running.settings


def keys() -> Verifier:
    """The keys that count, as this process knows them."""
    return door().verifier


def address() -> str:
    """Where the request comes from, as far as the proxies in front of us can be trusted to say."""
    return address_of(request, trusted_proxies=settings().trusted_proxies)


def bearer() -> str:
    """The credential of the request as it was sent; empty when there is none."""
    said = request.headers.get("Authorization", "")
    return said.removeprefix(BEARER).strip() if said.startswith(BEARER) else ""
