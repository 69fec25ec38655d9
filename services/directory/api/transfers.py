"""Transfers: proposed, previewed, listed, agreed to, refused, called off, undone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.commands.transfers import Preview, TransferProposal
from services.directory.domain.transfers import Side
from services.directory.queries import Page
from services.directory.queries.transfers import TransferFilter, TransferView
from services.directory.schemas.transfers import (
    AgreeIn,
    CallOffIn,
    OpenSchoolsOut,
    PreviewOut,
    ProposeTransferIn,
    ReasonIn,
    TransferOut,
    TransfersQuery,
)
from shared import web
from shared.values import county_day


@blueprint.route("/transfers", methods=["POST"])
@blueprint.arguments(ProposeTransferIn, as_kwargs=True)
@blueprint.response(201, TransferOut)
def propose_transfer(*, proposal: TransferProposal) -> TransferView:
    """Propose a transfer; both schools agree before anything changes."""
    transfer_id = commands.propose_transfer(
        web.session(), actor=web.actor(), proposal=proposal, now=web.now()
    )
    return _shown(transfer_id)


@blueprint.route("/transfers/preview", methods=["POST"], keyless=True)
@blueprint.arguments(ProposeTransferIn, as_kwargs=True)
@blueprint.response(200, PreviewOut)
def preview_proposal(*, proposal: TransferProposal) -> Preview:
    """What a transfer would change; nothing is written."""
    return commands.preview_proposal(web.session(), actor=web.actor(), proposal=proposal, now=web.now())


@blueprint.route("/transfers/schools")
@blueprint.response(200, OpenSchoolsOut)
def list_open_schools() -> Mapping[str, Any]:
    """Where somebody may go to: the names of all schools that are open."""
    return {"schools": queries.open_schools(web.session(), on=county_day(web.now()))}


@blueprint.route("/transfers")
@blueprint.arguments(TransfersQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(TransferOut))
def list_transfers(*, wanted: TransferFilter, cursor: UUID | None, limit: int) -> Page:
    """Transfers from and to one's own school."""
    return queries.transfers(web.session(), actor=web.actor(), wanted=wanted, cursor=cursor, limit=limit)


@blueprint.route("/transfers/<uuid:transfer_id>")
@blueprint.response(200, TransferOut)
def show_transfer(transfer_id: UUID) -> TransferView:
    """One transfer."""
    return _shown(transfer_id)


@blueprint.route("/transfers/<uuid:transfer_id>/preview")
@blueprint.response(200, PreviewOut)
def preview_transfer(transfer_id: UUID) -> Preview:
    """What an open transfer will change once both have agreed."""
    return commands.preview_transfer(web.session(), actor=web.actor(), transfer_id=transfer_id, now=web.now())


@blueprint.route("/transfers/<uuid:transfer_id>/agree", methods=["POST"])
@blueprint.arguments(AgreeIn, as_kwargs=True)
@blueprint.response(200, TransferOut)
def agree_to_transfer(*, transfer_id: UUID, side: Side | None) -> TransferView:
    """Agree for one's own school; with the second of them it takes effect on its day."""
    commands.agree_to_transfer(
        web.session(), actor=web.actor(), transfer_id=transfer_id, side=side, now=web.now()
    )
    return _shown(transfer_id)


@blueprint.route("/transfers/<uuid:transfer_id>/refuse", methods=["POST"])
@blueprint.arguments(ReasonIn, as_kwargs=True)
@blueprint.response(200, TransferOut)
def refuse_transfer(*, transfer_id: UUID, reason: str) -> TransferView:
    """Not agree, with the reason."""
    commands.refuse_transfer(
        web.session(), actor=web.actor(), transfer_id=transfer_id, reason=reason, now=web.now()
    )
    return _shown(transfer_id)


@blueprint.route("/transfers/<uuid:transfer_id>/call-off", methods=["POST"])
@blueprint.arguments(CallOffIn, as_kwargs=True)
@blueprint.response(200, TransferOut)
def call_off_transfer(*, transfer_id: UUID, reason: str | None) -> TransferView:
    """Take one's own proposal back."""
    commands.call_off_transfer(
        web.session(), actor=web.actor(), transfer_id=transfer_id, reason=reason, now=web.now()
    )
    return _shown(transfer_id)


@blueprint.route("/transfers/<uuid:transfer_id>/undo", methods=["POST"])
@blueprint.arguments(ReasonIn, as_kwargs=True)
@blueprint.response(200, TransferOut)
def undo_transfer(*, transfer_id: UUID, reason: str) -> TransferView:
    """Undo a transfer that was a mistake; the county does."""
    commands.undo_transfer(
        web.session(), actor=web.actor(), transfer_id=transfer_id, reason=reason, now=web.now()
    )
    return _shown(transfer_id)


def _shown(transfer_id: UUID) -> TransferView:
    return queries.transfer(web.session(), actor=web.actor(), transfer_id=transfer_id)
