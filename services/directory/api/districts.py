"""Districts: entered, listed, renamed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint, day_asked
from services.directory.schemas.districts import AddDistrictIn, DistrictsOut, RenameDistrictIn
from services.directory.schemas.schools import AsOfQuery
from shared import web


@blueprint.route("/districts")
@blueprint.arguments(AsOfQuery, location="query", as_kwargs=True)
@blueprint.response(200, DistrictsOut)
def list_districts(*, on: date | None, known_at: datetime | None) -> Mapping[str, Any]:
    """Every district of the county, as it is called on a day."""
    return {"items": queries.districts(web.session(), on=day_asked(on), known_at=known_at)}


@blueprint.route("/districts", methods=["POST"], keyless=True)
@blueprint.arguments(AddDistrictIn, as_kwargs=True)
@blueprint.response(200, DistrictsOut)
def add_district(*, name: str) -> Mapping[str, Any]:
    """Enter a district; one that is there already stays as it is."""
    commands.add_district(web.session(), actor=web.actor(), name=name, now=web.now())
    return {"items": queries.districts(web.session(), on=day_asked(None))}


@blueprint.route("/districts/<uuid:district_id>/rename", methods=["POST"], keyless=True)
@blueprint.arguments(RenameDistrictIn, as_kwargs=True)
@blueprint.response(200, DistrictsOut)
def rename_district(*, district_id: UUID, name: str, renamed_on: date) -> Mapping[str, Any]:
    """Call a district something else from a day on."""
    commands.rename_district(
        web.session(),
        actor=web.actor(),
        district_id=district_id,
        name=name,
        renamed_on=renamed_on,
        now=web.now(),
    )
    return {"items": queries.districts(web.session(), on=renamed_on)}
