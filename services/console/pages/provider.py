"""The county's own sign-in (统一身份认证): the browser is sent there with OpenID Connect, and comes back."""

import hmac
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue

from services.console.current import directory, now
from services.console.pages.account import form, let_in
from services.console.protection import own_path
from shared.client import Problem

PROVIDER = "/api/directory/v1/sign-in/provider"
KEPT = "provider"
"""Under this the form's cookie, which is signed, holds what only the browser that left may bring back."""
AWAY_MAX = timedelta(minutes=10)
STATE_CHARACTERS = 43
VERIFIER_CHARACTERS = 64
STRANGE = "统一身份认证没有完成，或者用时太久，请重新登录"
AWAY = "统一身份认证暂时没有回答，请稍后再试，或用密码登录"

provider = Blueprint("provider", __name__)


@provider.get("/sign-in/provider")
def leave() -> ResponseReturnValue:
    """On to the provider, with a state, a nonce and a challenge made for this browser and this time."""
    wanted = own_path(request.args.get("next"))
    try:
        there = directory().get(PROVIDER)
    except Problem as problem:
        return _refused(wanted, problem)
    kept = {
        "state": generate_token(STATE_CHARACTERS),
        "nonce": generate_token(STATE_CHARACTERS),
        "verifier": generate_token(VERIFIER_CHARACTERS),
        "next": wanted,
        "at": now().timestamp(),
    }
    session[KEPT] = kept
    address = prepare_grant_uri(
        there["authorization_endpoint"],
        there["client_id"],
        "code",
        redirect_uri=there["redirect_uri"],
        scope=there["scope"],
        state=kept["state"],
        nonce=kept["nonce"],
        code_challenge=create_s256_code_challenge(kept["verifier"]),
        code_challenge_method="S256",
    )
    return redirect(address, HTTPStatus.SEE_OTHER)


@provider.get("/sign-in/provider/back")
def come_back() -> ResponseReturnValue:
    """With a code, which the directory alone can exchange for who it is; once, and only in this browser."""
    kept: dict[str, Any] = session.pop(KEPT, {})
    wanted, code = own_path(kept.get("next")), request.args.get("code", "")
    if not code or not _is_ours(kept):
        return form(wanted=wanted, trouble=STRANGE, status=HTTPStatus.FORBIDDEN)
    proof = {"code": code, "code_verifier": kept["verifier"], "nonce": kept["nonce"]}
    try:
        answer = directory().post(PROVIDER, proof)
    except Problem as problem:
        return _refused(wanted, problem)
    return let_in(answer["token"], wanted=wanted)


def _is_ours(kept: dict[str, Any]) -> bool:
    """Whether this browser left for the provider a moment ago, and comes back from there."""
    state = request.args.get("state", "").encode()
    fresh = 0 <= now().timestamp() - kept.get("at", 0.0) <= AWAY_MAX.total_seconds()
    return fresh and hmac.compare_digest(state, str(kept.get("state", "")).encode())


def _refused(wanted: str, problem: Problem) -> ResponseReturnValue:
    """In the directory's words, which say what to do; a foreign answer in ours."""
    known = HTTPStatus.BAD_REQUEST <= problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return form(wanted=wanted, trouble=STRANGE, status=HTTPStatus.FORBIDDEN)
    if not known:
        return form(wanted=wanted, trouble=AWAY, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return form(wanted=wanted, trouble=problem.title, status=HTTPStatus(problem.status))
