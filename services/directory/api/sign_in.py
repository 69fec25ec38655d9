"""Signing in, staying signed in, one's own password."""

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.api.tokens import declined, token_for
from services.directory.commands import Declined, SignedIn
from services.directory.queries import Me
from services.directory.schemas.accounts import ChangePasswordIn, KeysOut, MeOut, SignedInOut, SignInIn
from shared import tenancy, web
from shared.values import county_day


@blueprint.route("/sign-in", methods=["POST"], public=True, slow=True)
@blueprint.arguments(SignInIn, as_kwargs=True)
@blueprint.response(200, SignedInOut)
def sign_in(*, username: str, password: str) -> ResponseReturnValue | Mapping[str, Any]:
    """A bearer token for a username and its password."""
    with web.transaction() as session, tenancy.whole_county(session):  # nobody is signed in yet
        attempt = commands.begin_sign_in(session, username=username, address=web.address(), now=web.now())
    if isinstance(attempt, Declined):
        return declined(attempt).response()
    looked = commands.look_at_password(attempt, password=password)
    with web.transaction() as session, tenancy.whole_county(session):
        admitted = commands.finish_sign_in(session, attempt=attempt, looked=looked, now=web.now())
        if not isinstance(admitted, Declined):
            web.acts(session, admitted.actor)
    if isinstance(admitted, Declined):
        return declined(admitted).response()
    return token_for(admitted)


@blueprint.route("/renew-token", methods=["POST"], keyless=True, renews=True, before_change=True)
@blueprint.response(200, SignedInOut)
def renew_token() -> Mapping[str, Any]:
    """A new token for one that counts, or ran out a rest ago; until half a day after the password."""
    actor = commands.renew(web.session(), actor=web.actor(), now=web.now())
    return token_for(SignedIn(actor=actor, at=web.signed_in_at()))


@blueprint.route("/change-password", methods=["POST"], slow=True, before_change=True)
@blueprint.arguments(ChangePasswordIn, as_kwargs=True)
@blueprint.response(200, SignedInOut)
def change_password(
    *, old_password: str | None, new_password: str
) -> ResponseReturnValue | Mapping[str, Any]:
    """Choose one's own password; every other sign-in ends, this one goes on with the token given here."""
    with web.transaction() as session:
        change = commands.begin_change(
            session,
            actor=web.actor(),
            old=old_password,
            new=new_password,
            address=web.address(),
            now=web.now(),
        )
    if isinstance(change, Declined):
        return declined(change).response()
    new_hash = commands.look_at_change(change)
    with web.transaction() as session:
        changed = commands.finish_change(
            session, actor=web.actor(), change=change, new_hash=new_hash, now=web.now()
        )
    return token_for(changed)


@blueprint.route("/sign-out-everywhere", methods=["POST"], keyless=True, before_change=True)
@blueprint.response(204)
def sign_out_everywhere() -> None:
    """End all of one's own sign-ins."""
    commands.sign_out_everywhere(web.session(), actor=web.actor(), now=web.now())


@blueprint.route("/me", before_change=True)
@blueprint.response(200, MeOut)
def show_me() -> Me:
    """Who one is signed in as, and in which way."""
    return queries.me(web.session(), actor=web.actor(), on=county_day(web.now()))


@blueprint.route("/jwks", public=True)
@blueprint.response(200, KeysOut)
def show_keys() -> Mapping[str, Any]:
    """The public keys that verify the tokens: the one that signs, and the one before it."""
    return web.keys().jwks
