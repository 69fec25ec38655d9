"""Pairing agreements: proposed, changed, signed; what is owed and done; what is in question."""

from typing import Any

import marshmallow as ma

from services.directory.commands import Amendment, Decision, Done, Proposal
from services.directory.domain.agreements import BOTH
from services.directory.domain.policies import DUTIES_MAX, Owed
from services.directory.schemas.pairings import FOCUS, TERM_ENDS, PairingOut, TwoIn
from shared import web
from shared.vocabulary import EvaluationGrade, PairingChoice, PairingConcern, PairingParty

HASH = ma.validate.Regexp(r"[0-9a-f]{64}\Z", error="应为合同内容的SHA-256值")
CODE = ma.validate.Regexp(r"[a-z][a-z0-9_]{0,31}\Z", error="代码应为小写字母、数字、下划线")
TARGET_MAX = 1_000_000


class DutyIn(web.In):
    """What one side is to do, and how much of it."""

    code = ma.fields.String(required=True, validate=CODE)
    party = ma.fields.Enum(
        PairingParty,
        by_value=True,
        required=True,
        validate=ma.validate.OneOf(BOTH, error="履约的一方应为师父或徒弟"),
    )
    name = web.text(most=32)
    unit = web.text(most=8)
    target = ma.fields.Integer(required=True, validate=ma.validate.Range(min=1, max=TARGET_MAX))

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> Owed:
        return Owed(**data)


def _duties() -> Any:
    most = ma.validate.Length(max=DUTIES_MAX)
    return ma.fields.List(ma.fields.Nested(DutyIn), validate=most, load_default=None)


class ProposePairingIn(TwoIn):
    """An agreement to lay before two people."""

    focus = ma.fields.String(required=True, validate=FOCUS)
    starts_on = ma.fields.Date(required=True)
    term_ends_on = ma.fields.Date(required=True, metadata=TERM_ENDS)
    duties = _duties()

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"proposal": Proposal(**data)}


class AmendAgreementIn(web.In):
    """What shall be different in the next version, and why."""

    why = web.text(most=200)
    focus = ma.fields.String(load_default=None, validate=FOCUS)
    starts_on = ma.fields.Date(load_default=None)
    term_ends_on = ma.fields.Date(load_default=None, metadata=TERM_ENDS)
    duties = _duties()

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"amendment": Amendment(**data)}


class SignIn(web.In):
    """The words that were read, by their hash."""

    content_hash = ma.fields.String(required=True, validate=HASH)


class RefuseIn(web.In):
    """Why somebody will not have it."""

    reason = web.text(most=200)


class DoneIn(web.In):
    """Something done towards a duty."""

    duty = ma.fields.String(required=True, validate=CODE)
    amount = ma.fields.Integer(required=True, validate=ma.validate.Range(min=1, max=TARGET_MAX))
    done_on = ma.fields.Date(required=True)
    note = web.text(most=200, required=False)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"done": Done(duty_code=data.pop("duty"), **data)}


class AskIn(web.In):
    """Why somebody must decide how a pairing goes on."""

    reason = ma.fields.Enum(PairingConcern, by_value=True, load_default=PairingConcern.REQUESTED)
    note = web.text(most=200)


class DecideIn(web.In):
    """How a pairing in question goes on."""

    choice = ma.fields.Enum(PairingChoice, by_value=True, required=True)
    note = web.text(most=200)
    on = ma.fields.Date(required=True)
    mentor_id = ma.fields.UUID(load_default=None)
    term_ends_on = ma.fields.Date(load_default=None, metadata=TERM_ENDS)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"decision": Decision(**data)}


class SignatureOut(web.Out):
    """Who agreed to a version, when, to which words."""

    party = ma.fields.Enum(PairingParty, by_value=True)
    party_label = ma.fields.String(attribute="party.label")
    signed_by = ma.fields.UUID()
    signed_name = ma.fields.String()
    signed_at = ma.fields.AwareDateTime()
    content_hash = ma.fields.String()


class FlagOut(web.Out):
    """A rule of the county that is not kept."""

    code = ma.fields.String()
    text = ma.fields.String()


class VersionOut(web.Out):
    """The words of a version, and who has signed it."""

    version_no = ma.fields.Integer()
    text = ma.fields.String()
    content = ma.fields.String(metadata={"description": "The canonical JSON that was hashed."})
    content_hash = ma.fields.String(metadata={"description": "SHA-256 of `content`, in hexadecimal."})
    why = ma.fields.String(allow_none=True)
    made_at = ma.fields.AwareDateTime()
    flags = ma.fields.List(ma.fields.Nested(FlagOut))
    signatures = ma.fields.List(ma.fields.Nested(SignatureOut))
    missing = ma.fields.List(ma.fields.Enum(PairingParty, by_value=True))
    missing_labels = ma.fields.Function(
        lambda version: [party.label for party in version.missing],
        metadata={"type": "array", "items": {"type": "string"}},
    )


class ProgressOut(web.Out):
    """A duty and how far it has come."""

    code = ma.fields.String(attribute="owed.code")
    party = ma.fields.Enum(PairingParty, by_value=True, attribute="owed.party")
    party_label = ma.fields.String(attribute="owed.party.label")
    name = ma.fields.String(attribute="owed.name")
    unit = ma.fields.String(attribute="owed.unit")
    target = ma.fields.Integer(attribute="owed.target")
    done = ma.fields.Integer()
    waiting = ma.fields.Integer()
    left = ma.fields.Integer()


class DutyEntryOut(web.Out):
    """Something done, and what the other side said to it."""

    entry_id = ma.fields.UUID(attribute="id")
    duty = ma.fields.String(attribute="duty_code")
    amount = ma.fields.Integer()
    done_on = ma.fields.Date()
    note = ma.fields.String(allow_none=True)
    entered_by = ma.fields.UUID()
    entered_at = ma.fields.AwareDateTime()
    confirmed_at = ma.fields.AwareDateTime(allow_none=True)
    declined_at = ma.fields.AwareDateTime(allow_none=True)


class QuestionOut(web.Out):
    """Why a pairing is or was in question, and what was decided."""

    question_id = ma.fields.UUID(attribute="id")
    person_id = ma.fields.UUID()
    reason = ma.fields.Enum(PairingConcern, by_value=True)
    reason_label = ma.fields.String(attribute="reason.label")
    note = ma.fields.String(allow_none=True)
    raised_at = ma.fields.AwareDateTime()
    choice = ma.fields.Enum(PairingChoice, by_value=True, allow_none=True)
    decision_note = ma.fields.String(allow_none=True)
    decided_at = ma.fields.AwareDateTime(allow_none=True)


class EvaluationOut(web.Out):
    """What an office said of a served pairing."""

    grade = ma.fields.Enum(EvaluationGrade, by_value=True)
    grade_label = ma.fields.String(attribute="grade.label")
    text = ma.fields.String()
    evaluated_at = ma.fields.AwareDateTime()


class AgreementOut(web.Out):
    """Everything about one pairing."""

    pairing = ma.fields.Nested(PairingOut)
    versions = ma.fields.List(ma.fields.Nested(VersionOut))
    in_force_no = ma.fields.Integer(attribute="pairing.in_force_no", allow_none=True)
    replaces_id = ma.fields.UUID(attribute="pairing.replaces_id", allow_none=True)
    duties = ma.fields.List(ma.fields.Nested(ProgressOut), attribute="progress")
    entries = ma.fields.List(ma.fields.Nested(DutyEntryOut))
    questions = ma.fields.List(ma.fields.Nested(QuestionOut))
    evaluation = ma.fields.Nested(EvaluationOut, allow_none=True)
    may = ma.fields.List(ma.fields.String())


class OpenQuestionOut(web.Out):
    """A pairing somebody must decide about."""

    question_id = ma.fields.UUID()
    pairing = ma.fields.Nested(PairingOut)
    person_id = ma.fields.UUID()
    person_name = ma.fields.String()
    reason = ma.fields.Enum(PairingConcern, by_value=True)
    reason_label = ma.fields.String(attribute="reason.label")
    note = ma.fields.String(allow_none=True)
    raised_at = ma.fields.AwareDateTime()


class OpenQuestionsOut(web.Out):
    """The pairings in question within reach."""

    questions = ma.fields.List(ma.fields.Nested(OpenQuestionOut))


class DecidedOut(web.Out):
    """What came of a decision: the pairing as it is now, and a proposal with another mentor."""

    agreement = ma.fields.Nested(AgreementOut)
    proposed_id = ma.fields.UUID(allow_none=True)
