"""Transfers."""

from typing import Any

import marshmallow as ma

from services.directory.commands.transfers import TransferProposal
from services.directory.domain.transfers import Side
from services.directory.queries.transfers import TransferFilter
from services.directory.schemas.people import STAFF_NO
from shared import web
from shared.vocabulary import MembershipKind, Role, TransferState


class ProposeTransferIn(web.In):
    """A transfer: of somebody of the own school by id, of somebody of another by staff number and name."""

    person_id = ma.fields.UUID(load_default=None)
    staff_no = ma.fields.String(load_default=None, validate=STAFF_NO)
    name = web.text(most=64, required=False, load_default=None)
    to_school_id = ma.fields.UUID(load_default=None, metadata={"description": "One's own when left out."})
    kind = ma.fields.Enum(MembershipKind, by_value=True, load_default=MembershipKind.HOME)
    subject = web.text(most=32)
    effective_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(load_default=None, allow_none=True)
    because = web.text(most=200, required=False, load_default=None)

    @ma.validates_schema
    def _check_whom(self, data: dict[str, Any], **_: object) -> None:
        named = data["staff_no"] is not None and data["name"] is not None
        if data["person_id"] is None and not named:
            raise ma.ValidationError("请选择本校教师，或填写对方的职工号和姓名", field_name="staff_no")

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"proposal": TransferProposal(**data)}


class AgreeIn(web.In):
    """For which school; only the county needs to say."""

    side = ma.fields.Enum(Side, by_value=True, load_default=None)


class ReasonIn(web.In):
    """Why."""

    reason = web.text(most=200)


class CallOffIn(web.In):
    """Why, if anybody wants to know."""

    reason = web.text(most=200, required=False, load_default=None)


class TransfersQuery(web.PageQuery):
    """Which transfers: in a state, or those one's own school has yet to agree to."""

    state = ma.fields.Enum(TransferState, by_value=True, load_default=None)
    waits_for_me = ma.fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        wanted = {name: data.pop(name) for name in ("state", "waits_for_me")}
        return {**data, "wanted": TransferFilter(**wanted)}


class TransferOut(web.Out):
    """A transfer, as either school sees it."""

    transfer_id = ma.fields.UUID(attribute="transfer.id")
    person_id = ma.fields.UUID(attribute="transfer.person_id")
    name = ma.fields.String()
    from_school_id = ma.fields.UUID(attribute="transfer.from_school_id")
    from_school = ma.fields.String()
    to_school_id = ma.fields.UUID(attribute="transfer.to_school_id")
    to_school = ma.fields.String()
    kind = ma.fields.Enum(MembershipKind, by_value=True, attribute="transfer.kind")
    kind_label = ma.fields.String(attribute="transfer.kind.label")
    subject = ma.fields.String(attribute="transfer.subject")
    effective_on = ma.fields.Date(attribute="transfer.effective_on")
    ends_on = ma.fields.Date(attribute="transfer.ends_on", allow_none=True)
    state = ma.fields.Enum(TransferState, by_value=True, attribute="transfer.state")
    state_label = ma.fields.String(attribute="transfer.state.label")
    because = ma.fields.String(attribute="transfer.because", allow_none=True)
    reason = ma.fields.String(attribute="transfer.reason", allow_none=True)
    is_let_go = ma.fields.Function(
        lambda view: view.transfer.let_go_by is not None, metadata={"type": "boolean"}
    )
    is_taken = ma.fields.Function(
        lambda view: view.transfer.taken_by is not None, metadata={"type": "boolean"}
    )
    waits_for_me = ma.fields.Boolean()
    proposed_at = ma.fields.AwareDateTime(attribute="transfer.proposed_at")
    settled_at = ma.fields.AwareDateTime(attribute="transfer.settled_at", allow_none=True)


class BelongsOut(web.Out):
    """Where somebody belongs, from a day on."""

    school_id = ma.fields.UUID()
    school = ma.fields.String()
    kind = ma.fields.Enum(MembershipKind, by_value=True)
    kind_label = ma.fields.String(attribute="kind.label")
    subject = ma.fields.String()
    second_subjects = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class PreviewOut(web.Out):
    """What a transfer will change."""

    name = ma.fields.String()
    before = ma.fields.List(ma.fields.Nested(BelongsOut))
    after = ma.fields.List(ma.fields.Nested(BelongsOut))
    posts_ending = ma.fields.List(ma.fields.Enum(Role, by_value=True))
    pairings_in_question = ma.fields.List(ma.fields.UUID())
    tokens_void_on = ma.fields.Date()


class OpenSchoolOut(web.Out):
    """A school somebody may go to."""

    school_id = ma.fields.UUID()
    name = ma.fields.String()


class OpenSchoolsOut(web.Out):
    """Every school that is open."""

    schools = ma.fields.List(ma.fields.Nested(OpenSchoolOut))
