"""People of a school: entered, listed."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import Newcomer
from services.directory.queries import Page, Teacher
from services.directory.schemas.people import AddedTeachersOut, AddTeachersIn, TeacherOut
from services.directory.schemas.schools import AsOfPageQuery
from shared import web
from shared.vocabulary import ApiScope


@blueprint.route("/schools/<uuid:school_id>/teachers", methods=["POST"])
@blueprint.arguments(AddTeachersIn, as_kwargs=True)
@blueprint.response(201, AddedTeachersOut)
def add_teachers(*, school_id: UUID, teachers: list[Newcomer]) -> Mapping[str, list[Teacher]]:
    """Enter people in a school's register, all of them or none."""
    added = commands.add_teachers(
        web.session(), actor=web.actor(), school_id=school_id, newcomers=teachers, now=web.now()
    )
    return {"teachers": added}


@blueprint.route("/schools/<uuid:school_id>/teachers", scope=ApiScope.READ_PEOPLE)
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(TeacherOut))
def list_teachers(
    *, school_id: UUID, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """Who belongs to a school on a day."""
    return queries.teachers(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )
