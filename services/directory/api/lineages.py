"""How schools go on in one another: merged, split, undone; and who was left behind."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.queries import Affected, Page
from services.directory.schemas.lineages import LeftBehindOut, LineagesOut, MergeSchoolIn, SplitSchoolIn
from services.directory.schemas.schools import AffectedOut, AsOfPageQuery, OnQuery
from shared import web


@blueprint.route("/schools/<uuid:school_id>/merge/preview")
@blueprint.arguments(OnQuery, location="query", as_kwargs=True)
@blueprint.response(200, AffectedOut)
def preview_merger(*, school_id: UUID, on: date) -> Affected:
    """Who would go along to the other school, and what would end."""
    return queries.affected(web.session(), actor=web.actor(), school_id=school_id, on=on)


@blueprint.route("/schools/<uuid:school_id>/merge", methods=["POST"])
@blueprint.arguments(MergeSchoolIn, as_kwargs=True)
@blueprint.response(201, LineagesOut)
def merge_school(*, school_id: UUID, into_id: UUID, merged_on: date) -> Mapping[str, Any]:
    """Close a school and let its people belong to another from that day on."""
    commands.merge_school(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        into_id=into_id,
        merged_on=merged_on,
        now=web.now(),
    )
    return _lineages(school_id)


@blueprint.route("/schools/<uuid:school_id>/split", methods=["POST"])
@blueprint.arguments(SplitSchoolIn, as_kwargs=True)
@blueprint.response(201, LineagesOut)
def split_school(
    *, school_id: UUID, into_id: UUID, split_on: date, people: Sequence[UUID]
) -> Mapping[str, Any]:
    """Let some of a school's people belong to another, in which it goes on, from that day on."""
    commands.split_school(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        into_id=into_id,
        split_on=split_on,
        people=people,
        now=web.now(),
    )
    return _lineages(school_id)


@blueprint.route("/schools/<uuid:school_id>/lineages")
@blueprint.response(200, LineagesOut)
def list_lineages(school_id: UUID) -> Mapping[str, Any]:
    """From which schools one came and in which it went on."""
    return _lineages(school_id)


def _lineages(school_id: UUID) -> Mapping[str, Any]:
    return {"items": queries.lineages(web.session(), actor=web.actor(), school_id=school_id)}


@blueprint.route("/lineages/<uuid:lineage_id>/undo", methods=["POST"], keyless=True)
@blueprint.response(204)
def undo_lineage(lineage_id: UUID) -> None:
    """Undo a merger or a split; refused when its people or schools were changed since."""
    commands.undo_lineage(web.session(), actor=web.actor(), lineage_id=lineage_id, now=web.now())


@blueprint.route("/left-behind")
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(LeftBehindOut))
def list_left_behind(*, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int) -> Page:
    """Who belongs on a day to a school that is closed then."""
    return queries.left_behind(
        web.session(),
        actor=web.actor(),
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )
