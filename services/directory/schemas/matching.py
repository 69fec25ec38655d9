"""Who waits for a mentor, who has room, where they are short, who would suit; and the county's policies."""

from typing import Any

import marshmallow as ma

from services.directory.domain.agreements import BOTH
from services.directory.domain.policies import RULES, Focus, Policy
from services.directory.schemas.agreements import CODE, DutyIn
from services.directory.schemas.pairings import FOCUS
from shared import web
from shared.vocabulary import MentoringNeed, PairingParty, RuleWeight, TitleGrade

TEMPLATE_CHARACTERS_MAX = 2_000


class MatchingQuery(web.Query):
    """Of which day, and of which school; today and all within reach when left out."""

    on = ma.fields.Date(load_default=None)
    school_id = ma.fields.UUID(load_default=None)


class MentorsQuery(MatchingQuery):
    """Which mentors: with room, or with too many apprentices."""

    which = ma.fields.String(load_default="room", validate=ma.validate.OneOf(("room", "overloaded")))


class CandidatesQuery(web.Query):
    """For whom, in what."""

    apprentice_id = ma.fields.UUID(required=True)
    focus = ma.fields.String(load_default=None, validate=FOCUS)
    on = ma.fields.Date(load_default=None)


class FlagApprenticeIn(web.In):
    """That somebody needs a mentor."""

    person_id = ma.fields.UUID(required=True)
    reason = ma.fields.Enum(MentoringNeed, by_value=True, required=True)
    since_on = ma.fields.Date(required=True)


class ColleagueOut(web.Out):
    """A teacher as matching sees her."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID()
    school = ma.fields.String()
    district = ma.fields.String()
    subject = ma.fields.String()
    service_years = ma.fields.Integer(allow_none=True)
    title = ma.fields.Enum(TitleGrade, by_value=True, allow_none=True)
    title_label = ma.fields.Function(
        lambda one: one.title.label if one.title else None, metadata={"type": ["string", "null"]}
    )
    apprentices = ma.fields.Integer()


class WaitingOut(web.Out):
    """Somebody who should have a mentor and has none."""

    apprentice = ma.fields.Nested(ColleagueOut, attribute="colleague")
    why = ma.fields.String()
    since_on = ma.fields.Date()
    days = ma.fields.Integer()
    is_late = ma.fields.Boolean()


class UnmatchedOut(web.Out):
    """Everybody who waits, who waits longest first; `total` counts also those beyond the list."""

    on = ma.fields.Date()
    days_max = ma.fields.Integer()
    total = ma.fields.Integer()
    late = ma.fields.Integer()
    waiting = ma.fields.List(ma.fields.Nested(WaitingOut))


class MentorsOut(web.Out):
    """Mentors, with how many apprentices each may have."""

    on = ma.fields.Date()
    apprentices_max = ma.fields.Integer()
    total = ma.fields.Integer()
    mentors = ma.fields.List(ma.fields.Nested(ColleagueOut))


class ShortOut(web.Out):
    """How many wait in a school's subject, and how many places its mentors have."""

    school_id = ma.fields.UUID()
    school = ma.fields.String()
    subject = ma.fields.String()
    waiting = ma.fields.Integer()
    places = ma.fields.Integer()
    missing = ma.fields.Integer()


class ShortageOut(web.Out):
    """By school and subject, the shortest first."""

    on = ma.fields.Date()
    rows = ma.fields.List(ma.fields.Nested(ShortOut))


class CandidateOut(web.Out):
    """Somebody who would suit, and why."""

    mentor = ma.fields.Nested(ColleagueOut, attribute="colleague")
    reasons = ma.fields.List(ma.fields.String())


class CandidatesOut(web.Out):
    """Who would suit, best first."""

    apprentice = ma.fields.Nested(ColleagueOut)
    candidates = ma.fields.List(ma.fields.Nested(CandidateOut))


class FocusIn(web.In):
    """What a pairing may be about."""

    code = ma.fields.String(required=True, validate=CODE)
    label = web.text(most=16)
    by_subject = ma.fields.Boolean(load_default=True)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> Focus:
        return Focus(**data)


def _number(most: int, *, least: int = 0) -> ma.fields.Integer:
    return ma.fields.Integer(required=True, validate=ma.validate.Range(min=least, max=most))


class PublishPolicyIn(web.In):
    """A policy to hold from a day on."""

    valid_from = ma.fields.Date(required=True)
    source = web.text(most=200)
    apprentices_max = _number(20, least=1)
    service_years_min = _number(40)
    title_min = ma.fields.Enum(TitleGrade, by_value=True, load_default=None, allow_none=True)
    term_months_min = _number(60, least=1)
    term_months_max = _number(60, least=1)
    new_years_max = _number(10)
    match_days_max = _number(366, least=1)
    office_approves = ma.fields.Boolean(required=True)
    weights = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.OneOf(RULES, error="没有这条规则")),
        values=ma.fields.Enum(RuleWeight, by_value=True),
        required=True,
    )
    focuses = ma.fields.List(ma.fields.Nested(FocusIn), required=True)
    duties = ma.fields.List(ma.fields.Nested(DutyIn), required=True)
    template = ma.fields.String(
        validate=ma.validate.Length(min=1, max=TEMPLATE_CHARACTERS_MAX), load_default=None
    )

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        valid_from, template = data.pop("valid_from"), data.pop("template")
        text = {"template": template} if template is not None else {}
        return {"valid_from": valid_from, "policy": Policy(**data, **text)}


class FocusOut(web.Out):
    """What a pairing may be about."""

    code = ma.fields.String()
    label = ma.fields.String()
    by_subject = ma.fields.Boolean()


class DutyOut(web.Out):
    """What an agreement asks of one side, unless it says otherwise."""

    code = ma.fields.String()
    party = ma.fields.Enum(PairingParty, by_value=True, validate=ma.validate.OneOf(BOTH))
    party_label = ma.fields.String(attribute="party.label")
    name = ma.fields.String()
    unit = ma.fields.String()
    target = ma.fields.Integer()


class PolicyOut(web.Out):
    """A policy; `valid_from` is null for the default that holds before the county's first."""

    valid_from = ma.fields.Date(allow_none=True)
    source = ma.fields.String()
    apprentices_max = ma.fields.Integer()
    service_years_min = ma.fields.Integer()
    title_min = ma.fields.Enum(TitleGrade, by_value=True, allow_none=True)
    term_months_min = ma.fields.Integer()
    term_months_max = ma.fields.Integer()
    new_years_max = ma.fields.Integer()
    match_days_max = ma.fields.Integer()
    office_approves = ma.fields.Boolean()
    weights = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Enum(RuleWeight, by_value=True))
    focuses = ma.fields.List(ma.fields.Nested(FocusOut))
    duties = ma.fields.List(ma.fields.Nested(DutyOut))
    template_no = ma.fields.Integer()
    template = ma.fields.String()


class PoliciesOut(web.Out):
    """Every policy, the newest first, the default at the end; and the one that holds today."""

    today = ma.fields.Nested(PolicyOut)
    policies = ma.fields.List(ma.fields.Nested(PolicyOut))
