"""Looking with somebody's eyes (代查看), and who did."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.api.tokens import token_for
from services.directory.queries import Page
from services.directory.schemas.accounts import SignedInOut, ViewIn, ViewOut
from shared import web


@blueprint.route("/people/<uuid:person_id>/view-as", methods=["POST"], keyless=True)
@blueprint.arguments(ViewIn, as_kwargs=True)
@blueprint.response(200, SignedInOut)
def view_as(*, person_id: UUID, reason: str) -> Mapping[str, Any]:
    """A token that reads what somebody reads, for a quarter of an hour; she sees that it was given."""
    view = commands.view_as(
        web.session(), actor=web.actor(), person_id=person_id, reason=reason, now=web.now()
    )
    return token_for(view.signed_in)


@blueprint.route("/me/views")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(ViewOut))
def list_my_views(*, cursor: UUID | None, limit: int) -> Page:
    """Who looked with one's own eyes, and why."""
    return queries.views_of_me(web.session(), actor=web.actor(), cursor=cursor, limit=limit)


@blueprint.route("/views")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(ViewOut))
def list_views(*, cursor: UUID | None, limit: int) -> Page:
    """Every look there was; for the county office."""
    return queries.views(web.session(), actor=web.actor(), cursor=cursor, limit=limit)
