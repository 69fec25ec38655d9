"""The county's own sign-in (统一身份认证): whom it vouches for, and who that is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import check_may_manage
from services.directory.commands.sign_in import SignedIn, admit
from services.directory.models import ProviderLink
from shared.auth import Actor
from shared.inserts import insert_new
from shared.settings import Provider
from shared.values import Forbidden, Refused, county_day

ALGORITHMS = ["RS256", "ES256", "PS256", "Ed25519", "EdDSA"]
"""What a provider may sign with: public keys only, and never a method that its token alone names."""
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 5
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ProviderAway(Exception):
    """The provider does not answer, or not as one."""


class NotVouchedFor(Exception):
    """The provider was asked and does not say that this is somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the console brings back from the provider. The code is good once, and with this verifier."""

    code: str
    code_verifier: str
    nonce: str


def authorization_endpoint(provider: Provider) -> str:
    """Where a browser is sent to sign in."""
    return _endpoint(_metadata(provider), "authorization_endpoint")


def subject_of(provider: Provider, *, proof: Proof, now: datetime) -> str:
    """The provider's name for whoever has just signed in there; asked over the network."""
    metadata = _metadata(provider)
    form = {
        "grant_type": "authorization_code",
        "code": proof.code,
        "code_verifier": proof.code_verifier,
        "redirect_uri": provider.redirect_uri,
    }
    credentials = httpx.BasicAuth(provider.client_id, provider.client_secret)
    answer = _ask("POST", _endpoint(metadata, "token_endpoint"), data=form, auth=credentials)
    keys = _ask("GET", _endpoint(metadata, "jwks_uri"))
    try:
        read = jwt.decode(answer["id_token"], KeySet.import_key_set(cast("Any", keys)), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "nonce": {"essential": True},
            },
            {"nonce": proof.nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
        return str(claims["sub"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotVouchedFor(type(error).__name__) from error


def sign_in_by_provider(session: Session, *, issuer: str, subject: str, now: datetime) -> SignedIn:
    """The person an administrator has linked to this subject; who is linked to nobody stays outside."""
    link = session.get(ProviderLink, (issuer, subject))
    account = queries.account_for_update(session, person_id=link.person_id) if link else None
    if account is None:
        raise Refused(
            "unknown_subject",
            "您的统一身份还没有关联到本平台的账号。请把这个编号告诉本校管理员，由管理员关联后再登录：{subject}",
            subject=subject,
        )
    if account.disabled_at is not None:
        raise Forbidden("您的账号已停用，请联系本校管理员")
    actor = queries.actor_of(session, person_id=account.person_id, on=county_day(now))
    if actor is None:
        raise Forbidden("您目前没有任职，请联系学校教导处")
    return admit(session, account, actor, now=now)


def link_provider(
    session: Session, *, actor: Actor, person_id: UUID, issuer: str, subject: str, now: datetime
) -> None:
    """Let somebody's account be opened from the provider; saying it twice changes nothing."""
    check_may_manage(session, actor=actor, person_id=person_id, now=now)
    if queries.account_for_update(session, person_id=person_id) is None:
        raise Refused("no_account", "请先为这位老师开通账号，再关联统一身份")
    row = {
        "issuer": issuer,
        "subject": subject,
        "person_id": person_id,
        "linked_by": actor.person_id,
        "linked_at": now,
    }
    if insert_new(session, ProviderLink, [row]):
        return
    held = session.get(ProviderLink, (issuer, subject))
    if held is None or held.person_id != person_id:
        raise Refused("subject_taken", "这个统一身份已经关联到另一个账号，请先在那个账号上取消关联")


def unlink_provider(session: Session, *, actor: Actor, person_id: UUID, issuer: str, now: datetime) -> None:
    """Let the provider open this account no more; saying it twice changes nothing."""
    check_may_manage(session, actor=actor, person_id=person_id, now=now)
    held = ProviderLink.person_id == person_id
    session.execute(delete(ProviderLink).where(held, ProviderLink.issuer == issuer))


# --- over the network


def _metadata(provider: Provider) -> Mapping[str, Any]:
    """What the provider says of itself, if it is the one that was meant."""
    said = _ask("GET", get_well_known_url(provider.issuer, external=True))
    if said.get("issuer") != provider.issuer:
        raise ProviderAway("another issuer answers")
    return said


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    """An address the provider names; a code and a secret travel over TLS, or not beyond this machine."""
    url = str(metadata.get(name, ""))
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ProviderAway(f"{name} is not https")
    return url


def _ask(method: str, url: str, **request: Any) -> Mapping[str, Any]:
    """One request; no redirect is followed, so that only what is configured is ever asked."""
    try:
        answer = httpx.request(method, url, timeout=TIMEOUT_SECONDS, follow_redirects=False, **request)
        if answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}:
            raise NotVouchedFor(f"status {answer.status_code}")
        said = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderAway(type(error).__name__) from error
    if not isinstance(said, dict):
        raise ProviderAway("no object")
    return said
