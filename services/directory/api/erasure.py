"""Erasing somebody who has left (注销): looked at first, then done for good."""

from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.queries import Leaving
from services.directory.schemas.erasure import LeavingOut
from shared import web
from shared.values import county_day


@blueprint.route("/people/<uuid:person_id>/erasure")
@blueprint.response(200, LeavingOut)
def show_leaving(person_id: UUID) -> Leaving:
    """What erasing somebody would touch, and what stands against it; the county office asks."""
    return queries.leaving(web.session(), actor=web.actor(), person_id=person_id, on=county_day(web.now()))


@blueprint.route("/people/<uuid:person_id>/erase", methods=["POST"], keyless=True)
@blueprint.response(200, LeavingOut)
def erase_person(person_id: UUID) -> Leaving:
    """Call somebody by a pseudonym for good, in every service; hours and sums stay."""
    return commands.erase_person(web.session(), actor=web.actor(), person_id=person_id, now=web.now())
