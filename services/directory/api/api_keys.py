"""API keys (接口密钥) for other systems, and the tokens they are exchanged for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.api.tokens import token_for
from services.directory.commands import NewKey
from services.directory.queries import Page
from services.directory.schemas.accounts import ApiKeyOut, MakeKeyIn, NewKeyOut, TokenOut
from shared import tenancy, web
from shared.vocabulary import ApiScope


@blueprint.route("/token", methods=["POST"], public=True)
@blueprint.response(200, TokenOut)
def exchange_api_key() -> Mapping[str, Any]:
    """A short token for `Authorization: Bearer yxk_…`, which every service verifies like a person's."""
    with tenancy.whole_county(web.session()):  # nobody is signed in yet
        signed_in = commands.exchange_api_key(web.session(), key=web.bearer(), now=web.now())
    web.acts(web.session(), signed_in.actor)
    return token_for(signed_in)


@blueprint.route("/api-keys", methods=["POST"], keyless=True)
@blueprint.arguments(MakeKeyIn, as_kwargs=True)
@blueprint.response(201, NewKeyOut)
def make_api_key(
    *, name: str, scopes: Sequence[ApiScope], school_id: UUID | None, expires_at: datetime
) -> NewKey:
    """Make a key; it is in this answer and nowhere else, so a repeated request makes another."""
    return commands.make_api_key(
        web.session(),
        actor=web.actor(),
        name=name,
        scopes=frozenset(scopes),
        school_id=school_id,
        expires_at=expires_at,
        now=web.now(),
    )


@blueprint.route("/api-keys")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(ApiKeyOut))
def list_api_keys(*, cursor: UUID | None, limit: int) -> Page:
    """Every key there was, without its secret."""
    return queries.api_keys(web.session(), actor=web.actor(), cursor=cursor, limit=limit)


@blueprint.route("/api-keys/<uuid:api_key_id>/revoke", methods=["POST"], keyless=True)
@blueprint.response(204)
def revoke_api_key(api_key_id: UUID) -> None:
    """End a key and its tokens at once."""
    commands.revoke_api_key(web.session(), actor=web.actor(), api_key_id=api_key_id, now=web.now())
