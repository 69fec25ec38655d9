"""Groups: opened, listed, renamed, ended; their members and leaders."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import NewGroup
from services.directory.domain.periods import Period
from services.directory.queries import GroupAsOf, GroupFilter, Page
from services.directory.schemas.groups import (
    AppointLeaderIn,
    EndedIn,
    GroupMemberOut,
    GroupOut,
    GroupsQuery,
    LetInIn,
    OpenGroupIn,
    RenameGroupIn,
)
from services.directory.schemas.schools import AsOfPageQuery, AsOfQuery
from shared import web


@blueprint.route("/groups", methods=["POST"])
@blueprint.arguments(OpenGroupIn, as_kwargs=True)
@blueprint.response(201, GroupOut)
def open_group(*, group: NewGroup) -> GroupAsOf:
    """Open a group in a school, or a joint one over the small schools of a district."""
    group_id = commands.open_group(web.session(), actor=web.actor(), group=group, now=web.now())
    return _shown(group_id, on=group.opened_on)


@blueprint.route("/groups")
@blueprint.arguments(GroupsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(GroupOut))
def list_groups(
    *,
    wanted: GroupFilter,
    on: date | None,
    known_at: datetime | None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Groups within reach that meet on a day."""
    return queries.groups(
        web.session(),
        actor=web.actor(),
        wanted=wanted,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/groups/<uuid:group_id>")
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, GroupOut)
def show_group(*, group_id: UUID, on: date | None, known_at: datetime | None) -> GroupAsOf:
    """One group, as it is on a day."""
    return _shown(group_id, on=day_asked(on), known_at=known_at)


def _shown(group_id: UUID, *, on: date, known_at: datetime | None = None) -> GroupAsOf:
    found = queries.group(web.session(), actor=web.actor(), group_id=group_id, on=on, known_at=known_at)
    web.show_version(found.version)
    return found


@blueprint.route("/groups/<uuid:group_id>/rename", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(RenameGroupIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def rename_group(*, group_id: UUID, period: Period, changes: Mapping[str, Any]) -> GroupAsOf:
    """Call a group something else from a day on, or for a period; its members and leaders stay."""
    commands.rename_group(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        period=period,
        changes=changes,
        seen=web.seen_version(),
        now=web.now(),
    )
    return _shown(group_id, on=period.starts_on)


@blueprint.route("/groups/<uuid:group_id>/end", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(EndedIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def end_group(*, group_id: UUID, ended_on: date) -> GroupAsOf:
    """End a group with its memberships and posts; `ended_on` is the first day without it."""
    commands.end_group(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        ended_on=ended_on,
        seen=web.seen_version(),
        now=web.now(),
    )
    return _shown(group_id, on=ended_on)


@blueprint.route("/groups/<uuid:group_id>/members")
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(GroupMemberOut))
def list_group_members(
    *, group_id: UUID, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """Who is in a group on a day; of a leading group, its duty roster."""
    return queries.group_members(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/groups/<uuid:group_id>/members", methods=["POST"], keyless=True)
@blueprint.arguments(LetInIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def let_in(*, group_id: UUID, duties: Mapping[UUID, str | None], period: Period) -> GroupAsOf:
    """Let people be in a group for a period, in a leading group with their duties."""
    commands.let_in(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        duties=duties,
        period=period,
        now=web.now(),
    )
    return _shown(group_id, on=period.starts_on)


@blueprint.route("/groups/<uuid:group_id>/members/<uuid:person_id>/leave", methods=["POST"], keyless=True)
@blueprint.arguments(EndedIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def let_out(*, group_id: UUID, person_id: UUID, ended_on: date) -> GroupAsOf:
    """Let somebody be in a group no longer, nor lead it; `ended_on` is the first day without them."""
    commands.let_out(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        person_id=person_id,
        left_on=ended_on,
        now=web.now(),
    )
    return _shown(group_id, on=ended_on)


@blueprint.route("/groups/<uuid:group_id>/leaders", methods=["POST"], keyless=True)
@blueprint.arguments(AppointLeaderIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def appoint_leader(*, group_id: UUID, person_id: UUID, period: Period, beside: bool) -> GroupAsOf:
    """Let somebody lead a group, instead of whoever did or beside them."""
    commands.appoint_leader(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        person_id=person_id,
        period=period,
        beside=beside,
        now=web.now(),
    )
    return _shown(group_id, on=period.starts_on)


@blueprint.route("/groups/<uuid:group_id>/leaders/<uuid:person_id>/end", methods=["POST"], keyless=True)
@blueprint.arguments(EndedIn, as_kwargs=True)
@blueprint.response(200, GroupOut)
def end_lead(*, group_id: UUID, person_id: UUID, ended_on: date) -> GroupAsOf:
    """Let somebody lead a group no longer; they stay in it."""
    commands.end_lead(
        web.session(),
        actor=web.actor(),
        group_id=group_id,
        person_id=person_id,
        ended_on=ended_on,
        now=web.now(),
    )
    return _shown(group_id, on=ended_on)
