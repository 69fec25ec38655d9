"""Posts: given, listed, ended; who could do something; trainers linked to schools."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import NewPost
from services.directory.domain.periods import Period
from services.directory.queries import Page, PostFilter
from services.directory.schemas.groups import EndedIn
from services.directory.schemas.posts import (
    GivePostsIn,
    LiaisonOut,
    LiaisonsQuery,
    LinkTrainerIn,
    PostOut,
    PostsOut,
    PostsQuery,
    UnlinkTrainerIn,
    WhoCouldQuery,
)
from shared import web
from shared.vocabulary import Role


@blueprint.route("/posts", methods=["POST"], keyless=True)
@blueprint.arguments(GivePostsIn, as_kwargs=True)
@blueprint.response(204)
def give_posts(*, posts: Sequence[NewPost]) -> None:
    """Give posts in schools, districts or the county, all of them or none."""
    commands.give_posts(web.session(), actor=web.actor(), posts=posts, now=web.now())


@blueprint.route("/posts")
@blueprint.arguments(PostsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(PostOut))
def list_posts(
    *, wanted: PostFilter, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """Posts within reach that are held on a day."""
    return queries.posts(
        web.session(),
        actor=web.actor(),
        wanted=wanted,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/posts/<uuid:post_id>/end", methods=["POST"], keyless=True)
@blueprint.arguments(EndedIn, as_kwargs=True)
@blueprint.response(204)
def end_post(*, post_id: UUID, ended_on: date) -> None:
    """End a post; `ended_on` is the first day without it."""
    commands.end_post(web.session(), actor=web.actor(), post_id=post_id, ended_on=ended_on, now=web.now())


@blueprint.route("/schools/<uuid:school_id>/who-could")
@blueprint.arguments(WhoCouldQuery, location="query", as_kwargs=True)
@blueprint.response(200, PostsOut)
def list_who_could(
    *, school_id: UUID, role: Role, on: date | None, known_at: datetime | None
) -> Mapping[str, Any]:
    """Whose post of this role counted in a school on a day."""
    found = queries.who_could(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        role=role,
        on=day_asked(on),
        known_at=known_at,
    )
    return {"items": found}


@blueprint.route("/liaisons", methods=["POST"], keyless=True)
@blueprint.arguments(LinkTrainerIn, as_kwargs=True)
@blueprint.response(204)
def link_trainer(*, person_id: UUID, school_id: UUID, period: Period) -> None:
    """Let a trainer look after a school for a period."""
    commands.link_trainer(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        school_id=school_id,
        period=period,
        now=web.now(),
    )


@blueprint.route("/liaisons/end", methods=["POST"], keyless=True)
@blueprint.arguments(UnlinkTrainerIn, as_kwargs=True)
@blueprint.response(204)
def unlink_trainer(*, person_id: UUID, school_id: UUID, ended_on: date) -> None:
    """Let a trainer look after a school no longer."""
    commands.unlink_trainer(
        web.session(),
        actor=web.actor(),
        person_id=person_id,
        school_id=school_id,
        ended_on=ended_on,
        now=web.now(),
    )


@blueprint.route("/liaisons")
@blueprint.arguments(LiaisonsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(LiaisonOut))
def list_liaisons(
    *,
    school_id: UUID | None,
    person_id: UUID | None,
    on: date | None,
    known_at: datetime | None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Which trainers look after which schools within reach on a day."""
    return queries.liaisons(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        person_id=person_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )
