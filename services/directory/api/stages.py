"""Career stages: published, listed, looked at before; who is in which, and whom a set leaves out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.domain.stages import Stage, check_stages, faults_of
from services.directory.queries import Page, Staged
from services.directory.schemas.schools import AsOfPageQuery, AsOfQuery
from services.directory.schemas.stages import (
    MisfitsOut,
    PublishStagesIn,
    StagedOut,
    StageSetPublishedOut,
    StageSetsOut,
    StagesIn,
)
from shared import web

MISFITS_SHOWN_MAX = 500


@blueprint.route("/stage-sets", methods=["POST"])
@blueprint.arguments(PublishStagesIn, as_kwargs=True)
@blueprint.response(201, StageSetPublishedOut)
def publish_stages(
    *, stages: Sequence[Stage], valid_from: date, source: str, unsound: bool
) -> Mapping[str, UUID]:
    """Divide the county's teachers by years of service from a day on."""
    published = commands.publish_stages(
        web.session(),
        actor=web.actor(),
        valid_from=valid_from,
        source=source,
        stages=stages,
        unsound=unsound,
        now=web.now(),
    )
    return {"stage_set_id": published}


@blueprint.route("/stage-sets")
@blueprint.response(200, StageSetsOut)
def list_stage_sets() -> Mapping[str, Any]:
    """Every set that was published, the newest first."""
    return {"items": queries.stage_sets(web.session())}


@blueprint.route("/stage-sets/preview", methods=["POST"], keyless=True)
@blueprint.arguments(StagesIn, as_kwargs=True)
@blueprint.response(200, MisfitsOut)
def preview_stages(*, stages: Sequence[Stage], valid_from: date) -> Mapping[str, Any]:
    """What a set would leave open, and whom, within one's reach."""
    check_stages(stages)
    return _misfits(stages, on=valid_from)


@blueprint.route("/stage-misfits")
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, MisfitsOut)
def list_misfits(*, on: date | None, known_at: datetime | None) -> Mapping[str, Any]:
    """What the set that holds leaves open, and whom, by name."""
    stages = queries.stages_on(web.session(), on=day_asked(on), known_at=known_at)
    return _misfits(stages, on=day_asked(on), known_at=known_at)


def _misfits(stages: Sequence[Stage], *, on: date, known_at: datetime | None = None) -> Mapping[str, Any]:
    found = queries.misfits(
        web.session(),
        actor=web.actor(),
        stages=stages,
        on=on,
        known_at=known_at,
        most=MISFITS_SHOWN_MAX,
    )
    return {"faults": faults_of(stages), "people": found}


@blueprint.route("/schools/<uuid:school_id>/stages")
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(StagedOut))
def list_stages(
    *, school_id: UUID, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """The teachers of a school on a day, each with her stage."""
    return queries.staged(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/people/<uuid:person_id>/stage")
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, StagedOut)
def show_stage(*, person_id: UUID, on: date | None, known_at: datetime | None) -> Staged:
    """One teacher's stage on a day."""
    return queries.stage_of(
        web.session(), actor=web.actor(), person_id=person_id, on=day_asked(on), known_at=known_at
    )
