"""Absences: entered, listed, corrected, ended by a return."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.commands import NewAbsence
from services.directory.queries import Page
from services.directory.schemas.absences import (
    AbsenceEnteredOut,
    AbsenceIn,
    AbsencesOut,
    AbsencesQuery,
    NamedAbsenceOut,
    ReturnIn,
)
from shared import web


@blueprint.route("/people/<uuid:person_id>/absences", methods=["POST"])
@blueprint.arguments(AbsenceIn, as_kwargs=True)
@blueprint.response(201, AbsenceEnteredOut)
def enter_absence(*, person_id: UUID, absence: NewAbsence) -> Mapping[str, UUID]:
    """Enter why somebody is not at work, for a period or for good."""
    entered = commands.enter_absence(
        web.session(), actor=web.actor(), person_id=person_id, absence=absence, now=web.now()
    )
    return {"absence_id": entered}


@blueprint.route("/people/<uuid:person_id>/absences")
@blueprint.response(200, AbsencesOut)
def list_absences_of(person_id: UUID) -> Mapping[str, Any]:
    """All absences of somebody, for those who keep the register and for herself."""
    return {"items": queries.absences_of(web.session(), actor=web.actor(), person_id=person_id)}


@blueprint.route("/absences")
@blueprint.arguments(AbsencesQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(NamedAbsenceOut))
def list_absences(
    *,
    school_id: UUID | None,
    on: date | None,
    known_at: datetime | None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Who within reach is absent on a day."""
    return queries.absences(
        web.session(),
        actor=web.actor(),
        school_id=school_id,
        on=day_asked(on),
        known_at=known_at,
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/absences/<uuid:absence_id>/correct", methods=["POST"], keyless=True)
@blueprint.arguments(AbsenceIn, as_kwargs=True)
@blueprint.response(200, AbsenceEnteredOut)
def correct_absence(*, absence_id: UUID, absence: NewAbsence) -> Mapping[str, UUID]:
    """Say better what an absence was; it is known under another id then."""
    corrected = commands.correct_absence(
        web.session(), actor=web.actor(), absence_id=absence_id, corrected=absence, now=web.now()
    )
    return {"absence_id": corrected}


@blueprint.route("/absences/<uuid:absence_id>/return", methods=["POST"], keyless=True)
@blueprint.arguments(ReturnIn, as_kwargs=True)
@blueprint.response(204)
def end_absence(*, absence_id: UUID, returned_on: date) -> None:
    """Let somebody be at work again; on the first day of the absence, as if it had not been."""
    commands.end_absence(
        web.session(), actor=web.actor(), absence_id=absence_id, returned_on=returned_on, now=web.now()
    )
