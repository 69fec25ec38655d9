"""Schools: opened, listed, shown, found, amended, closed and opened again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import NewSchool
from services.directory.domain.periods import Period
from services.directory.queries import Affected, Page, SchoolAsOf
from services.directory.schemas.schools import (
    AffectedOut,
    AliasesOut,
    AliasIn,
    AmendSchoolIn,
    AsOfPageQuery,
    AsOfQuery,
    CloseSchoolIn,
    FindQuery,
    FoundSchoolsOut,
    MoveSchoolIn,
    OnQuery,
    OpenSchoolIn,
    RenameSchoolIn,
    ReopenSchoolIn,
    SchoolOut,
)
from shared import web
from shared.vocabulary import ApiScope


@blueprint.route("/schools", methods=["POST"])
@blueprint.arguments(OpenSchoolIn, as_kwargs=True)
@blueprint.response(201, SchoolOut)
def open_school(*, school: NewSchool) -> SchoolAsOf:
    """Enter a school; the county office does."""
    return _shown(commands.open_school(web.session(), actor=web.actor(), school=school, now=web.now()))


@blueprint.route("/schools", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(AsOfPageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(SchoolOut))
def list_schools(*, on: date | None, known_at: datetime | None, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach that are open on a day."""
    return queries.schools(
        web.session(),
        actor=web.actor(),
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/schools/find", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(FindQuery, location="query", as_kwargs=True)
@blueprint.response(200, FoundSchoolsOut)
def find_schools(*, text: str, on: date | None) -> Mapping[str, Any]:
    """Schools within reach by code, name of today or before, short name or alias."""
    found = queries.find_schools(web.session(), actor=web.actor(), text=text, on=day_asked(on))
    return {"items": found, "is_ambiguous": len(found) > 1}


@blueprint.route("/schools/<uuid:school_id>", scope=ApiScope.READ_SCHOOLS)
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, SchoolOut)
def show_school(*, school_id: UUID, on: date | None, known_at: datetime | None) -> SchoolAsOf:
    """One school, as it is on a day; before and after its time, as it was nearest to that day."""
    found = queries.school(
        web.session(), actor=web.actor(), school_id=school_id, on=day_asked(on), known_at=known_at
    )
    return _shown(found)


def _shown(school: SchoolAsOf) -> SchoolAsOf:
    web.show_version(school.version)
    return school


def _amended(school_id: UUID, period: Period, changes: Mapping[str, Any]) -> SchoolAsOf:
    return _shown(
        commands.amend_school(
            web.session(),
            actor=web.actor(),
            school_id=school_id,
            period=period,
            changes=changes,
            seen=web.seen_version(),
            now=web.now(),
        )
    )


@blueprint.route("/schools/<uuid:school_id>/rename", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(RenameSchoolIn, as_kwargs=True)
@blueprint.response(200, SchoolOut)
def rename_school(*, school_id: UUID, period: Period, changes: Mapping[str, Any]) -> SchoolAsOf:
    """Call a school something else from a day on, or for a period that was told wrongly."""
    return _amended(school_id, period, changes)


@blueprint.route("/schools/<uuid:school_id>/move", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(MoveSchoolIn, as_kwargs=True)
@blueprint.response(200, SchoolOut)
def move_school(*, school_id: UUID, period: Period, changes: Mapping[str, Any]) -> SchoolAsOf:
    """Let a school lie in another township from a day on, or for a period."""
    return _amended(school_id, period, changes)


@blueprint.route("/schools/<uuid:school_id>/amend", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(AmendSchoolIn, as_kwargs=True)
@blueprint.response(200, SchoolOut)
def amend_school(*, school_id: UUID, period: Period, changes: Mapping[str, Any]) -> SchoolAsOf:
    """Let a school be of another stage or category, or looked after by another, for a period."""
    return _amended(school_id, period, changes)


@blueprint.route("/schools/<uuid:school_id>/close/preview")
@blueprint.arguments(OnQuery, location="query", as_kwargs=True)
@blueprint.response(200, AffectedOut)
def preview_closing(*, school_id: UUID, on: date) -> Affected:
    """Who still belongs to a school on a day, and what would end with it."""
    return queries.affected(web.session(), actor=web.actor(), school_id=school_id, on=on)


@blueprint.route("/schools/<uuid:school_id>/close", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(CloseSchoolIn, as_kwargs=True)
@blueprint.response(200, SchoolOut)
def close_school(*, school_id: UUID, closed_on: date) -> SchoolAsOf:
    """Close a school to which nobody belongs any more; `closed_on` is the first day without it."""
    return _shown(
        commands.close_school(
            web.session(),
            actor=web.actor(),
            school_id=school_id,
            closed_on=closed_on,
            seen=web.seen_version(),
            now=web.now(),
        )
    )


@blueprint.route("/schools/<uuid:school_id>/reopen", methods=["POST"], keyless=True)
@blueprint.doc(parameters=[web.IF_MATCH])
@blueprint.arguments(ReopenSchoolIn, as_kwargs=True)
@blueprint.response(200, SchoolOut)
def reopen_school(*, school_id: UUID, reopened_on: date) -> SchoolAsOf:
    """Open a closed school again; from the day on which it closed, with all that ended with it."""
    return _shown(
        commands.reopen_school(
            web.session(),
            actor=web.actor(),
            school_id=school_id,
            reopened_on=reopened_on,
            seen=web.seen_version(),
            now=web.now(),
        )
    )


@blueprint.route("/schools/<uuid:school_id>/aliases")
@blueprint.response(200, AliasesOut)
def list_aliases(school_id: UUID) -> Mapping[str, Any]:
    """The other names a school goes by."""
    return {"items": queries.aliases(web.session(), actor=web.actor(), school_id=school_id)}


@blueprint.route("/schools/<uuid:school_id>/aliases", methods=["POST"], keyless=True)
@blueprint.arguments(AliasIn, as_kwargs=True)
@blueprint.response(200, AliasesOut)
def add_alias(*, school_id: UUID, alias: str) -> Mapping[str, Any]:
    """Let a school go by another name too."""
    commands.add_alias(web.session(), actor=web.actor(), school_id=school_id, alias=alias, now=web.now())
    return {"items": queries.aliases(web.session(), actor=web.actor(), school_id=school_id)}


@blueprint.route("/schools/<uuid:school_id>/aliases/remove", methods=["POST"], keyless=True)
@blueprint.arguments(AliasIn, as_kwargs=True)
@blueprint.response(200, AliasesOut)
def remove_alias(*, school_id: UUID, alias: str) -> Mapping[str, Any]:
    """Let a school go by a name no longer."""
    commands.remove_alias(web.session(), actor=web.actor(), school_id=school_id, alias=alias, now=web.now())
    return {"items": queries.aliases(web.session(), actor=web.actor(), school_id=school_id)}
