"""What whoever was let in is given: a token of ours."""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

from services.directory.commands import Declined, SignedIn
from shared import auth, web

DECLINED = {
    "too_many_tries": (429, "尝试次数过多，请{minutes}分钟后再试"),
    "wrong_credentials": (401, "用户名或密码不对"),
    "no_post": (403, "您目前没有任职，请联系学校教导处"),
    "initial_password_used": (403, "初始密码只能用一次，这个已经用过；请让本校管理员重新设置"),
    "initial_password_expired": (403, "初始密码已过期；请让本校管理员重新设置"),
}


def token_for(signed_in: SignedIn) -> Mapping[str, Any]:
    """A token, when it ends, and whom it stands for."""
    token, expires_at = auth.issue_token(
        signed_in.actor,
        signing_key=_signing_key(),
        deployment=web.settings().deployment,
        signed_in_at=signed_in.at,
        now=web.now(),
    )
    return {"token": token, "expires_at": expires_at, "person": signed_in.actor}


def _signing_key() -> Mapping[str, Any]:
    """As its file says now: after a rotation the next token is signed with the new key."""
    settings = web.settings()
    if settings.signing_key_file is not None:
        read: Mapping[str, Any] = json.loads(settings.signing_key_file.read_text(encoding="utf-8"))
        return read
    if settings.signing_key is None:
        raise ValueError("the directory has no signing key")
    return settings.signing_key


def declined(one: Declined) -> web.Problem:
    """Why nobody was let in; an answer rather than an exception, so that what was noted of it is kept."""
    status, title = DECLINED[one.why]
    seconds = ceil(one.wait.total_seconds())
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return web.Problem(status, one.why, title.format(minutes=ceil(seconds / 60)), headers=headers)
