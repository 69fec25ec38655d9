"""The person at the browser: known by the cookie, speaking to services with a token kept fresh for them."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from flask import Response, g, request

from services.console import rights, sessions
from services.console.current import console, now
from services.console.models import ConsoleSession
from services.console.words import browser_of
from shared.auth import Actor, NotSignedIn, Token
from shared.client import Client, Problem
from shared.db import transaction
from shared.vocabulary import Role

RENEW_BELOW = timedelta(minutes=2)
RENEW_SECONDS = 5.0
RENEW = "/api/directory/v1/renew-token"
BEFORE_CHANGE = {"me.password", "me.choose_password"}
"""What somebody may do who has to choose a password first; signing out asks nobody who it is."""


class SignInNeeded(Exception):
    """There is nobody, or the sign-in has ended."""


class ChangeNeeded(Exception):
    """She signed in with an initial password, and has to choose one of her own before anything else."""


class Away(Exception):
    """The service without which nothing can be shown does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is signed in, and the token to speak with."""

    actor: Actor
    token: str
    session: ConsoleSession
    own: Actor
    """Who is really signed in; another than `actor` while she looks with somebody else's eyes."""

    @property
    def keeps_register(self) -> bool:
        """Whether the pages offer them what offices do with people and pairings."""
        return self._may("directory", "keep_register")

    @property
    def keeps_accounts(self) -> bool:
        """Whether they are offered the accounts of people; the service decides about each."""
        return self._may("directory", "keep_accounts") and not self.actor.seen_by

    @property
    def keeps_keys(self) -> bool:
        """Whether they are offered the keys of other systems."""
        return self._may("directory", "keep_api_keys") and not self.actor.seen_by

    @property
    def reads_log(self) -> bool:
        """Whether they are offered the audit log."""
        return self._may("directory", "read_audit_log")

    @property
    def has_hours(self) -> bool:
        """Whether they collect credit hours themselves."""
        return self.actor.has(Role.TEACHER, Role.GROUP_LEADER)

    @property
    def leads(self) -> bool:
        """Whether they are offered the board and the register; the services decide what they see there."""
        return self.actor.beyond is not None or self._may("credits", "read_school_hours")

    def _may(self, service: str, act: str) -> bool:
        here = console()
        spared = here.patience.spared(service, seconds=rights.SECONDS, clock=here.clock)
        return act in here.rights.of(service, self.client(service), spared=spared)

    def client(self, service: str) -> Client:
        """A service's door, as this person."""
        return console().clients[service].signed_in(self.token)


def visitor() -> Visitor:
    """Who is signed in; SignInNeeded when nobody is."""
    known = visitor_or_none()
    if known is None:
        raise SignInNeeded
    if known.own.must_change_password and request.endpoint not in BEFORE_CHANGE:
        raise ChangeNeeded
    return known


def visitor_or_none() -> Visitor | None:
    """Who is signed in, if anybody; looked up once a request."""
    if "visitor" not in g:
        g.visitor = _look_up()
    known: Visitor | None = g.visitor
    return known


def welcome(token: str) -> str:
    """Open a session for whoever this token was issued to; the new id for the cookie.

    Whatever id the browser came with ends here, so that nobody can prepare one for somebody else.
    """
    forget()
    issued = console().verifier.verify(token, now=now())
    with transaction(console().engine) as db:
        return sessions.open_session(
            db, person_id=issued.actor.person_id, token=token, browser=browser_of(request), now=now()
        )


def forget() -> None:
    """End the session of this browser, if it has one."""
    session_id = request.cookies.get(console().cookie)
    g.visitor = None
    if session_id:
        with transaction(console().engine) as db:
            sessions.end_session(db, session_id=session_id)


def look_with(token: str | None) -> None:
    """Look with the eyes of this token; None with one's own again."""
    session_id = request.cookies.get(console().cookie, "")
    with transaction(console().engine) as db:
        sessions.keep_view(db, session_id=session_id, token=token)


def give_cookie(response: Response, session_id: str) -> None:
    """Let the browser keep the id until it is closed, out of reach of scripts and of other sites."""
    response.set_cookie(
        console().cookie,
        session_id,
        path="/",
        secure=console().secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: Response) -> None:
    """Let the browser throw it away."""
    response.delete_cookie(
        console().cookie, path="/", secure=console().secure_cookies, httponly=True, samesite="Lax"
    )


def _look_up() -> Visitor | None:
    session_id = request.cookies.get(console().cookie)
    if not session_id:
        return None
    with transaction(console().engine, write=False) as db:
        found = sessions.find_session(db, session_id=session_id, now=now())
    if found is None:
        return None
    _note_seen(found)
    return _with_fresh_token(found)


def _note_seen(found: ConsoleSession) -> None:
    if now() - found.seen_at >= sessions.SEEN_EVERY:
        with transaction(console().engine) as db:
            sessions.note_seen(db, found=found, now=now())


def _with_fresh_token(found: ConsoleSession) -> Visitor | None:
    said = _read(found.token)
    if said and said.expires_at - now() >= RENEW_BELOW:
        return _visitor(said, found.token, found)
    try:
        return _renewed(found)
    except Problem as problem:
        if problem.status == HTTPStatus.UNAUTHORIZED:
            return None
        if said is None:
            raise Away from problem
        return _visitor(said, found.token, found)  # it lasts a little longer


def _renewed(found: ConsoleSession) -> Visitor | None:
    answer = console().clients["directory"].signed_in(found.token).within(RENEW_SECONDS).post(RENEW)
    said = _read(answer["token"])
    if said is None:
        return None
    with transaction(console().engine) as db:
        sessions.keep_token(db, found=found, token=answer["token"])
    return _visitor(said, answer["token"], found)


def _visitor(said: Token, token: str, found: ConsoleSession) -> Visitor:
    """With her own eyes, or with those she has borrowed, for as long as they are lent."""
    view = _read(found.view_token) if found.view_token else None
    if view is not None and found.view_token:
        return Visitor(actor=view.actor, token=found.view_token, session=found, own=said.actor)
    return Visitor(actor=said.actor, token=token, session=found, own=said.actor)


def _read(token: str) -> Token | None:
    """What a token says, while it counts."""
    try:
        return console().verifier.verify(token, now=now())
    except NotSignedIn:
        return None
