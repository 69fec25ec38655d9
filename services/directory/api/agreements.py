"""Pairing agreements: proposed, signed, approved, changed, refused; duties; questions."""

from typing import Any
from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.commands import Amendment, Decision, Done, Proposal
from services.directory.schemas.agreements import (
    AgreementOut,
    AmendAgreementIn,
    AskIn,
    DecidedOut,
    DecideIn,
    DoneIn,
    OpenQuestionsOut,
    ProposePairingIn,
    RefuseIn,
    SignIn,
)
from shared import web
from shared.values import county_day
from shared.vocabulary import PairingConcern

QUESTIONS_SHOWN_MAX = 200


@blueprint.route("/pairings/proposals", methods=["POST"])
@blueprint.arguments(ProposePairingIn, as_kwargs=True)
@blueprint.response(201, AgreementOut)
def propose_pairing(*, proposal: Proposal) -> Any:
    """Lay an agreement before two people: an office does, the county, or one of the two."""
    return _shown(
        commands.propose_pairing(web.session(), actor=web.actor(), proposal=proposal, now=web.now())
    )


@blueprint.route("/pairings/<uuid:pairing_id>/agreement")
@blueprint.response(200, AgreementOut)
def show_agreement(pairing_id: UUID) -> Any:
    """One pairing whole: every version with its signatures, duties, questions, and what one may do."""
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/sign", methods=["POST"], keyless=True)
@blueprint.arguments(SignIn, as_kwargs=True)
@blueprint.response(200, AgreementOut)
def sign_agreement(*, pairing_id: UUID, content_hash: str) -> Any:
    """Sign, as mentor or as apprentice, the words that hash to this."""
    commands.sign_agreement(
        web.session(), actor=web.actor(), pairing_id=pairing_id, content_hash=content_hash, now=web.now()
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/approve", methods=["POST"], keyless=True)
@blueprint.arguments(SignIn, as_kwargs=True)
@blueprint.response(200, AgreementOut)
def approve_agreement(*, pairing_id: UUID, content_hash: str) -> Any:
    """Agree for one's school, or for the county."""
    commands.approve_agreement(
        web.session(), actor=web.actor(), pairing_id=pairing_id, content_hash=content_hash, now=web.now()
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/refuse", methods=["POST"], keyless=True)
@blueprint.arguments(RefuseIn, as_kwargs=True)
@blueprint.response(200, AgreementOut)
def refuse_agreement(*, pairing_id: UUID, reason: str) -> Any:
    """Let a proposal come to nothing."""
    commands.refuse_agreement(
        web.session(), actor=web.actor(), pairing_id=pairing_id, reason=reason, now=web.now()
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/amend", methods=["POST"])
@blueprint.arguments(AmendAgreementIn, as_kwargs=True)
@blueprint.response(201, AgreementOut)
def amend_agreement(*, pairing_id: UUID, amendment: Amendment) -> Any:
    """Make another version, to be signed anew; the one in force goes on until then."""
    commands.amend_agreement(
        web.session(), actor=web.actor(), pairing_id=pairing_id, amendment=amendment, now=web.now()
    )
    return _shown(pairing_id)


# --- duties -----------------------------------------------------------------------------------------------


@blueprint.route("/pairings/<uuid:pairing_id>/duty-entries", methods=["POST"])
@blueprint.arguments(DoneIn, as_kwargs=True)
@blueprint.response(201, AgreementOut)
def enter_duty(*, pairing_id: UUID, done: Done) -> Any:
    """Enter what was done; the other side confirms it."""
    commands.enter_duty(web.session(), actor=web.actor(), pairing_id=pairing_id, done=done, now=web.now())
    return _shown(pairing_id)


@blueprint.route(
    "/pairings/<uuid:pairing_id>/duty-entries/<uuid:entry_id>/confirm", methods=["POST"], keyless=True
)
@blueprint.response(200, AgreementOut)
def confirm_duty(pairing_id: UUID, entry_id: UUID) -> Any:
    """Confirm what the other side has entered."""
    return _answered(pairing_id, entry_id, confirms=True)


@blueprint.route(
    "/pairings/<uuid:pairing_id>/duty-entries/<uuid:entry_id>/decline", methods=["POST"], keyless=True
)
@blueprint.response(200, AgreementOut)
def decline_duty(pairing_id: UUID, entry_id: UUID) -> Any:
    """Say that it was not so."""
    return _answered(pairing_id, entry_id, confirms=False)


def _answered(pairing_id: UUID, entry_id: UUID, *, confirms: bool) -> Any:
    commands.answer_duty(
        web.session(),
        actor=web.actor(),
        pairing_id=pairing_id,
        entry_id=entry_id,
        confirms=confirms,
        now=web.now(),
    )
    return _shown(pairing_id)


# --- questions --------------------------------------------------------------------------------------------


@blueprint.route("/pairings/questions")
@blueprint.response(200, OpenQuestionsOut)
def list_questions() -> Any:
    """Pairings in question within reach, the oldest question first."""
    found = queries.open_questions(
        web.session(), actor=web.actor(), today=county_day(web.now()), most=QUESTIONS_SHOWN_MAX
    )
    return {"questions": found}


@blueprint.route("/pairings/<uuid:pairing_id>/questions", methods=["POST"])
@blueprint.arguments(AskIn, as_kwargs=True)
@blueprint.response(201, AgreementOut)
def ask_about_pairing(*, pairing_id: UUID, reason: PairingConcern, note: str) -> Any:
    """Ask for a decision on how a pairing goes on."""
    commands.ask_about_pairing(
        web.session(), actor=web.actor(), pairing_id=pairing_id, reason=reason, note=note, now=web.now()
    )
    return _shown(pairing_id)


@blueprint.route("/pairings/<uuid:pairing_id>/questions/<uuid:question_id>/decide", methods=["POST"])
@blueprint.arguments(DecideIn, as_kwargs=True)
@blueprint.response(201, DecidedOut)
def decide_question(*, pairing_id: UUID, question_id: UUID, decision: Decision) -> Any:
    """Let it go on, replace the mentor, or dissolve it."""
    proposed_id = commands.decide_question(
        web.session(),
        actor=web.actor(),
        pairing_id=pairing_id,
        question_id=question_id,
        decision=decision,
        now=web.now(),
    )
    return {"agreement": _shown(pairing_id), "proposed_id": proposed_id}


def _shown(pairing_id: UUID) -> Any:
    web.session().flush()
    return queries.agreement(
        web.session(), actor=web.actor(), pairing_id=pairing_id, today=county_day(web.now())
    )
