"""Sign-in, and what may be done with an account."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from services.directory import commands
from services.directory.api.blueprint import blueprint
from services.directory.commands import Declined
from services.directory.schemas.accounts import KeysOut, PersonOut, SignedInOut, SignInIn
from shared import auth, web
from shared.auth import Actor

DECLINED = {
    "too_many_tries": (HTTPStatus.TOO_MANY_REQUESTS, "尝试次数过多，请{minutes}分钟后再试"),
    "wrong_credentials": (HTTPStatus.UNAUTHORIZED, "用户名或密码不对"),
    "merged": (HTTPStatus.FORBIDDEN, "这个账号已并入您的另一个账号，请用那个用户名登录"),
    "no_post": (HTTPStatus.FORBIDDEN, "您目前没有任职，请联系学校教导处"),
}


@blueprint.route("/sign-in", methods=["POST"], public=True)
@blueprint.arguments(SignInIn, as_kwargs=True)
@blueprint.response(200, SignedInOut)
def sign_in(*, username: str, password: str) -> ResponseReturnValue | Mapping[str, Any]:
    """A bearer token for a username and its password."""
    admitted = commands.sign_in(web.session(), username=username, password=password, now=web.now())
    if isinstance(admitted, Declined):
        return _declined(admitted).response()
    return _signed_in(admitted, since=web.now())


@blueprint.route("/renew-token", methods=["POST"], keyless=True, renews=True)
@blueprint.response(200, SignedInOut)
def renew_token() -> Mapping[str, Any]:
    """A new token for one that counts, or ran out a rest ago; until half a day after the password."""
    actor = commands.renew(web.session(), actor=web.actor(), now=web.now())
    return _signed_in(actor, since=web.signed_in_at())


@blueprint.route("/sign-out-everywhere", methods=["POST"], keyless=True)
@blueprint.response(204)
def sign_out_everywhere() -> None:
    """End all of one's own sign-ins."""
    commands.sign_out_everywhere(web.session(), actor=web.actor(), now=web.now())


@blueprint.route("/people/<uuid:person_id>/disable-account", methods=["POST"], keyless=True)
@blueprint.response(204)
def disable_account(person_id: UUID) -> None:
    """Close somebody's account and end all its sign-ins."""
    commands.disable_account(web.session(), actor=web.actor(), person_id=person_id, now=web.now())


@blueprint.route("/me")
@blueprint.response(200, PersonOut)
def show_me() -> Actor:
    """Who one is signed in as."""
    return web.actor()


@blueprint.route("/jwks", public=True)
@blueprint.response(200, KeysOut)
def show_keys() -> Mapping[str, Any]:
    """The public keys that verify the tokens."""
    return web.settings().jwks


def _signed_in(actor: Actor, *, since: Any) -> Mapping[str, Any]:
    settings = web.settings()
    if settings.signing_key is None:
        raise ValueError("the directory has no signing key")
    token, expires_at = auth.issue_token(
        actor,
        signing_key=settings.signing_key,
        deployment=settings.deployment,
        signed_in_at=since,
        now=web.now(),
    )
    return {"token": token, "expires_at": expires_at, "person": actor}


def _declined(declined: Declined) -> web.Problem:
    status, title = DECLINED[declined.why]
    seconds = ceil(declined.wait.total_seconds())
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return web.Problem(status, declined.why, title.format(minutes=ceil(seconds / 60)), headers=headers)
