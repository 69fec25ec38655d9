"""Mentor pairings: started, listed, shown, ended."""

from datetime import date
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.queries import Page, PairingFilter
from services.directory.schemas.pairings import EndPairingIn, PairingOut, PairingsQuery, StartPairingIn
from shared import web
from shared.vocabulary import ApiScope


@blueprint.route("/pairings", methods=["POST"])
@blueprint.arguments(StartPairingIn, as_kwargs=True)
@blueprint.response(201, PairingOut)
def start_pairing(*, mentor_id: UUID, apprentice_id: UUID, started_on: date) -> Any:
    """Pair a mentor with an apprentice of the same school."""
    pairing_id = commands.start_pairing(
        web.session(),
        actor=web.actor(),
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
        now=web.now(),
    )
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)


@blueprint.route("/pairings", scope=ApiScope.READ_PEOPLE)
@blueprint.arguments(PairingsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(PairingOut))
def list_pairings(*, wanted: PairingFilter, cursor: UUID | None, limit: int) -> Page:
    """Pairings within reach."""
    return queries.pairings(web.session(), actor=web.actor(), wanted=wanted, cursor=cursor, limit=limit)


@blueprint.route("/pairings/<uuid:pairing_id>", scope=ApiScope.READ_PEOPLE)
@blueprint.response(200, PairingOut)
def show_pairing(pairing_id: UUID) -> Any:
    """One pairing."""
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/end", methods=["POST"], keyless=True)
@blueprint.arguments(EndPairingIn, as_kwargs=True)
@blueprint.response(200, PairingOut)
def end_pairing(*, pairing_id: UUID, ended_on: date) -> Any:
    """End a pairing; `ended_on` is the first day on which it no longer holds."""
    commands.end_pairing(
        web.session(), actor=web.actor(), pairing_id=pairing_id, ended_on=ended_on, now=web.now()
    )
    return queries.pairing(web.session(), actor=web.actor(), pairing_id=pairing_id)
