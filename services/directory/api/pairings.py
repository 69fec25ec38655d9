"""Mentor pairings: entered from paper, listed, shown, ended, dissolved."""

from datetime import date
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.commands import Judgement, Paper
from services.directory.queries import Page, PairingFilter
from services.directory.schemas.pairings import (
    ClosedOut,
    DissolvePairingIn,
    EndPairingIn,
    PairingOut,
    PairingsQuery,
    StartPairingIn,
)
from shared import web
from shared.values import county_day
from shared.vocabulary import ApiScope, PairingParty


@blueprint.route("/pairings", methods=["POST"])
@blueprint.arguments(StartPairingIn, as_kwargs=True)
@blueprint.response(201, PairingOut)
def start_pairing(*, mentor_id: UUID, apprentice_id: UUID, started_on: date, paper: Paper) -> Any:
    """Pair a mentor with an apprentice of the same school, as a contract on paper says."""
    pairing_id = commands.start_pairing(
        web.session(),
        actor=web.actor(),
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
        paper=paper,
        now=web.now(),
    )
    return _shown(pairing_id)


@blueprint.route("/pairings", scope=ApiScope.READ_PEOPLE)
@blueprint.arguments(PairingsQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(PairingOut))
def list_pairings(*, wanted: PairingFilter, cursor: UUID | None, limit: int) -> Page:
    """Pairings within reach: one's own; as an office, those of the school's people."""
    return queries.pairings(
        web.session(),
        actor=web.actor(),
        wanted=wanted,
        today=county_day(web.now()),
        cursor=cursor,
        limit=limit,
    )


@blueprint.route("/pairings/<uuid:pairing_id>", scope=ApiScope.READ_PEOPLE)
@blueprint.response(200, PairingOut)
def show_pairing(pairing_id: UUID) -> Any:
    """One pairing."""
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/end", methods=["POST"], keyless=True)
@blueprint.arguments(EndPairingIn, as_kwargs=True)
@blueprint.response(200, PairingOut)
def end_pairing(*, pairing_id: UUID, ended_on: date | None, judgement: Judgement | None) -> Any:
    """End a pairing that has served its term; `ended_on` is the first day on which it no longer holds."""
    commands.end_pairing(
        web.session(),
        actor=web.actor(),
        pairing_id=pairing_id,
        ended_on=ended_on,
        judgement=judgement,
        now=web.now(),
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/dissolve", methods=["POST"], keyless=True)
@blueprint.arguments(DissolvePairingIn, as_kwargs=True)
@blueprint.response(200, PairingOut)
def dissolve_pairing(*, pairing_id: UUID, ended_on: date, reason: str, asked_by: PairingParty) -> Any:
    """End a pairing before its term; on its first day it is called off altogether."""
    commands.dissolve_pairing(
        web.session(),
        actor=web.actor(),
        pairing_id=pairing_id,
        ended_on=ended_on,
        reason=reason,
        asked_by=asked_by,
        now=web.now(),
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/close-expired", methods=["POST"], keyless=True)
@blueprint.response(200, ClosedOut)
def close_expired_pairings() -> Any:
    """Write down the end of pairings whose term has run out; to be asked for every morning."""
    closed = commands.close_expired_pairings(web.session(), actor=web.actor(), now=web.now())
    return {"closed": closed}


def _shown(pairing_id: UUID) -> Any:
    web.session().flush()
    return queries.pairing(
        web.session(), actor=web.actor(), pairing_id=pairing_id, today=county_day(web.now())
    )
