"""Signing in through the county's own provider (统一身份认证), and who is who there."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from services.directory import commands
from services.directory.api.blueprint import blueprint
from services.directory.api.tokens import token_for
from services.directory.commands import NotVouchedFor, Proof, ProviderAway
from services.directory.schemas.accounts import LinkIn, ProofIn, ProviderOut, SignedInOut, WaysOut
from shared import log, tenancy, web
from shared.settings import Provider
from shared.values import Missing

SCOPE = "openid"
"""Nothing but who it is: names and posts are ours to know."""

Answer = TypeVar("Answer")


@blueprint.route("/sign-in/ways", public=True)
@blueprint.response(200, WaysOut)
def show_ways() -> Mapping[str, str | None]:
    """What there is beside the password; for the sign-in page."""
    provider = web.settings().provider
    return {"provider": provider.name if provider else None}


@blueprint.route("/sign-in/provider", public=True, slow=True)
@blueprint.response(200, ProviderOut)
def show_provider() -> Mapping[str, Any]:
    """Where a browser goes to sign in at the county's own provider, if there is one."""
    provider = _provider()
    endpoint = _asked(lambda: commands.authorization_endpoint(provider))
    return {
        "name": provider.name,
        "authorization_endpoint": endpoint,
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": SCOPE,
    }


@blueprint.route("/sign-in/provider", methods=["POST"], public=True, slow=True)
@blueprint.arguments(ProofIn)
@blueprint.response(200, SignedInOut)
def sign_in_by_provider(proof: Proof) -> Mapping[str, Any]:
    """A bearer token for whoever the provider vouches for, if an administrator has linked them."""
    provider = _provider()
    subject = _asked(lambda: commands.subject_of(provider, proof=proof, now=web.now()))
    with web.transaction() as session, tenancy.whole_county(session):  # nobody is signed in yet
        signed_in = commands.sign_in_by_provider(
            session, issuer=provider.issuer, subject=subject, now=web.now()
        )
        web.acts(session, signed_in.actor)
    return token_for(signed_in)


@blueprint.route("/people/<uuid:person_id>/link-provider", methods=["POST"], keyless=True)
@blueprint.arguments(LinkIn, as_kwargs=True)
@blueprint.response(204)
def link_provider(*, person_id: UUID, subject: str) -> None:
    """Let somebody's account be opened from the provider."""
    commands.link_provider(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        issuer=_provider().issuer,
        subject=subject,
        now=web.now(),
    )


@blueprint.route("/people/<uuid:person_id>/unlink-provider", methods=["POST"], keyless=True)
@blueprint.response(204)
def unlink_provider(person_id: UUID) -> None:
    """Let the provider open somebody's account no more."""
    commands.unlink_provider(
        web.session(), actor=web.actor(), person_id=person_id, issuer=_provider().issuer, now=web.now()
    )


def _provider() -> Provider:
    provider = web.settings().provider
    if provider is None:
        raise Missing("本县没有接入统一身份认证")
    return provider


def _asked(ask: Callable[[], Answer]) -> Answer:
    """What the provider says; its silence and its no in words for people."""
    try:
        return ask()
    except ProviderAway as error:
        log.logger().warning("provider away", reason=str(error))
        raise web.Problem(
            503, "provider_away", "统一身份认证暂时没有回答，请稍后再试，或用密码登录"
        ) from error
    except NotVouchedFor as error:
        log.logger().warning("provider says no", reason=str(error))
        raise web.Problem(401, "not_vouched_for", "统一身份认证没有通过，请重新登录一次") from error
