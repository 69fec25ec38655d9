"""Schools: opened, listed, shown."""

from datetime import date, datetime
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.commands import NewSchool
from services.directory.queries import Page, SchoolAsOf
from services.directory.schemas.schools import AsOfPageQuery, AsOfQuery, OpenSchoolIn, SchoolOut
from shared import web
from shared.values import county_day
from shared.vocabulary import ApiScope


@blueprint.route("/schools", methods=["POST"])
@blueprint.arguments(OpenSchoolIn, as_kwargs=True)
@blueprint.response(201, SchoolOut)
def open_school(*, school: NewSchool) -> SchoolAsOf:
    """Enter a school; the county office does."""
    return commands.open_school(web.session(), actor=web.actor(), school=school, now=web.now())


@blueprint.route("/schools", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(SchoolOut))
def list_schools(*, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach that are open on a day."""
    return queries.schools(
        web.session(),
        actor=web.actor(),
        on=on or county_day(web.now()),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/schools/<uuid:school_id>", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, SchoolOut)
def show_school(*, school_id: UUID, on: date | None, known_at: datetime | None) -> SchoolAsOf:
    """One school, as it is on a day; before and after its time, as it was nearest to that day."""
    return queries.school(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=on or county_day(web.now()),
        known_at=known_at,
    )
