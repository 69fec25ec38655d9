"""Mentor pairings."""

from typing import Any

import marshmallow as ma

from services.directory.commands import Judgement, Paper
from services.directory.queries import PairingFilter
from shared import web
from shared.vocabulary import EvaluationGrade, PairingKind, PairingParty, PairingState

FOCUS = ma.validate.Regexp(r"[a-z][a-z0-9_]{0,31}\Z", error="方向代码应为小写字母、数字、下划线")
TERM_ENDS = {"description": "The first day after the term."}
EVALUATION_CHARACTERS_MAX = 1_000


class TwoIn(web.In):
    """A mentor and an apprentice."""

    mentor_id = ma.fields.UUID(required=True)
    apprentice_id = ma.fields.UUID(required=True)

    @ma.validates_schema
    def _check_two_people(self, data: dict[str, Any], **_: object) -> None:
        if data["mentor_id"] == data["apprentice_id"]:
            raise ma.ValidationError("不能与自己结对，请另选一位教师", field_name="apprentice_id")


class StartPairingIn(TwoIn):
    """A mentor and an apprentice to pair by a contract on paper."""

    started_on = ma.fields.Date(required=True)
    focus = ma.fields.String(load_default="teaching", validate=FOCUS)
    term_ends_on = ma.fields.Date(load_default=None, allow_none=True, metadata=TERM_ENDS)
    number = web.text(most=40, required=False)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        paper = Paper(
            focus=data.pop("focus"), term_ends_on=data.pop("term_ends_on"), number=data.pop("number", None)
        )
        return {**data, "paper": paper}


class EndPairingIn(web.In):
    """The first day on which a pairing no longer holds, and what the office says of it."""

    ended_on = ma.fields.Date(load_default=None)
    grade = ma.fields.Enum(EvaluationGrade, by_value=True)
    text = ma.fields.String(validate=ma.validate.Length(min=1, max=EVALUATION_CHARACTERS_MAX))

    @ma.validates_schema
    def _check_both(self, data: dict[str, Any], **_: object) -> None:
        given = {"grade", "text"} & data.keys()
        if len(given) == 1:
            missing = {"grade": "text", "text": "grade"}[given.pop()]
            raise ma.ValidationError("等次和评语要一起填写", field_name=missing)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        judged = "grade" in data
        judgement = Judgement(grade=data["grade"], text=data["text"]) if judged else None
        return {"ended_on": data["ended_on"], "judgement": judgement}


class DissolvePairingIn(web.In):
    """That a pairing ends before its term."""

    ended_on = ma.fields.Date(required=True)
    reason = web.text(most=200)
    asked_by = ma.fields.Enum(PairingParty, by_value=True, load_default=PairingParty.SCHOOL)


class PairingOut(web.Out):
    """A pairing with both names, as it is today."""

    pairing_id = ma.fields.UUID(attribute="id")
    kind = ma.fields.Enum(PairingKind, by_value=True)
    state = ma.fields.Enum(PairingState, by_value=True)
    state_label = ma.fields.String(attribute="state.label")
    number = ma.fields.String(allow_none=True)
    focus = ma.fields.String()
    focus_label = ma.fields.String()
    school_id = ma.fields.UUID()
    school_name = ma.fields.String(allow_none=True)
    mentor_school_id = ma.fields.UUID()
    mentor_school_name = ma.fields.String(allow_none=True)
    is_across_schools = ma.fields.Boolean()
    mentor_id = ma.fields.UUID()
    mentor_name = ma.fields.String()
    apprentice_id = ma.fields.UUID()
    apprentice_name = ma.fields.String()
    started_on = ma.fields.Date(attribute="starts_on")
    term_ends_on = ma.fields.Date(allow_none=True, metadata=TERM_ENDS)
    ended_on = ma.fields.Date(attribute="ends_on", allow_none=True)
    closed_by = ma.fields.UUID(allow_none=True)
    closed_for = ma.fields.Enum(PairingParty, by_value=True, allow_none=True)
    closed_for_label = ma.fields.Function(
        lambda one: one.closed_for.label if one.closed_for else None, metadata={"type": ["string", "null"]}
    )
    close_reason = ma.fields.String(allow_none=True)


class PairingsQuery(web.PageQuery):
    """Which pairings are wanted: of a school, of a person in either part, that hold on a day, in a state."""

    school_id = ma.fields.UUID(load_default=None)
    teacher_id = ma.fields.UUID(load_default=None)
    on = ma.fields.Date(load_default=None)
    state = ma.fields.Enum(PairingState, by_value=True, load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        wanted = {name: data.pop(name) for name in ("school_id", "teacher_id", "on", "state")}
        return {**data, "wanted": PairingFilter(**wanted)}


class ClosedOut(web.Out):
    """How many pairings had run out."""

    closed = ma.fields.Integer()
