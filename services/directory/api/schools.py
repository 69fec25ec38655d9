"""Schools: opened, listed, shown."""

from datetime import date
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.models import School
from services.directory.queries import Page
from services.directory.schemas.schools import OpenSchoolIn, SchoolOut
from shared import web
from shared.vocabulary import ApiScope, SchoolStage


@blueprint.route("/schools", methods=["POST"])
@blueprint.arguments(OpenSchoolIn, as_kwargs=True)
@blueprint.response(201, SchoolOut)
def open_school(*, name: str, stage: SchoolStage, township: str, opened_on: date) -> School:
    """Enter a school; the county office does."""
    return commands.open_school(
        web.session(),
        actor=web.actor(),
        name=name,
        stage=stage,
        township=township,
        opened_on=opened_on,
        now=web.now(),
    )


@blueprint.route("/schools", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(SchoolOut))
def list_schools(*, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach."""
    return queries.schools(web.session(), actor=web.actor(), cursor=cursor, limit=limit)


@blueprint.route("/schools/<uuid:school_id>", scope=ApiScope.READ_SCHOOLS)
@blueprint.response(200, SchoolOut)
def show_school(school_id: UUID) -> School:
    """One school."""
    return queries.school(web.session(), actor=web.actor(), school_id=school_id)
