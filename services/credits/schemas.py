"""What the door of credits takes in and gives out."""

from typing import Any

import marshmallow as ma

from shared import web
from shared.vocabulary import EntryKind, HourCategory, SessionRole

HOURS_HUNDREDTHS_MAX = 1_000_000
MINUTES_PER_HOUR_MAX = 240
WEIGHT_HUNDREDTHS_MAX = 1_000
FORMS_MAX = 500
FORM_CODE = r"^[a-z0-9_]{1,64}\Z"
YEAR_FIRST, YEAR_LAST = 2000, 2100


def _hours(*, least: int = 0, **options: Any) -> ma.fields.Integer:
    return ma.fields.Integer(
        strict=True, validate=ma.validate.Range(min=least, max=HOURS_HUNDREDTHS_MAX), **options
    )


def _every_role(weights: dict[SessionRole, int]) -> None:
    missing = [role.label for role in SessionRole if role not in weights]
    if missing:
        raise ma.ValidationError(f"请写明每种角色的权重，还缺：{'、'.join(missing)}")


# --- in ------------------------------------------------------------------------------------------------


class YearQuery(web.Query):
    """Which school year; the current one when nothing is said."""

    school_year = ma.fields.Integer(
        load_default=None, validate=ma.validate.Range(min=YEAR_FIRST, max=YEAR_LAST)
    )
    on = ma.fields.Date(
        load_default=None,
        metadata={"description": "As of this day: who belonged where then, and the hours up to it."},
    )


class FormRuleIn(web.In):
    """Where the hours of one form go, and what people call it."""

    category = ma.fields.Enum(HourCategory, by_value=True, required=True)
    label = web.text(most=40)


class PublishRulePackIn(web.In):
    """A rule pack; every number in it is the county's."""

    name = web.text(most=80)
    source = web.text(most=200)
    valid_from = ma.fields.Date(required=True)
    required_hours_hundredths = _hours(required=True)
    required_school_based_hours_hundredths = _hours(required=True)
    minutes_per_hour = ma.fields.Integer(
        required=True, validate=ma.validate.Range(min=1, max=MINUTES_PER_HOUR_MAX)
    )
    session_hundredths_max = _hours(least=1, load_default=None, allow_none=True)
    default_category = ma.fields.Enum(HourCategory, by_value=True, required=True)
    role_weights = ma.fields.Dict(
        keys=ma.fields.Enum(SessionRole, by_value=True),
        values=ma.fields.Integer(strict=True, validate=ma.validate.Range(min=0, max=WEIGHT_HUNDREDTHS_MAX)),
        required=True,
        validate=_every_role,
    )
    forms = ma.fields.Dict(
        keys=ma.fields.String(validate=ma.validate.Regexp(FORM_CODE)),
        values=ma.fields.Nested(FormRuleIn),
        required=True,
        validate=ma.validate.Length(max=FORMS_MAX),
    )
    year_caps = ma.fields.Dict(
        keys=ma.fields.Enum(HourCategory, by_value=True), values=_hours(), load_default=dict
    )

    @ma.validates_schema
    def _check_floors(self, data: dict[str, Any], **_: object) -> None:
        if data["required_school_based_hours_hundredths"] > data["required_hours_hundredths"]:
            raise ma.ValidationError(
                "校本研修学时不能多于总学时", field_name="required_school_based_hours_hundredths"
            )


# --- out -----------------------------------------------------------------------------------------------


class RuleOut(web.Out):
    """Which rule pack."""

    id = ma.fields.UUID()
    name = ma.fields.String()
    source = ma.fields.String()
    valid_from = ma.fields.Date()


class FormRuleOut(web.Out):
    """Where the hours of one form go, and what people call it."""

    category = ma.fields.Enum(HourCategory, by_value=True)
    label = ma.fields.String()


class RulePackOut(RuleOut):
    """A published rule pack, whole."""

    required_hours_hundredths = ma.fields.Integer()
    required_school_based_hours_hundredths = ma.fields.Integer()
    minutes_per_hour = ma.fields.Integer()
    session_hundredths_max = ma.fields.Integer(allow_none=True)
    default_category = ma.fields.Enum(HourCategory, by_value=True)
    role_weights = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())
    forms = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(FormRuleOut))
    year_caps = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Integer())


class FloorOut(web.Out):
    """A least number of hours and what is missing."""

    required_hundredths = ma.fields.Integer()
    counted_hundredths = ma.fields.Integer()
    missing_hundredths = ma.fields.Integer()
    is_met = ma.fields.Boolean()


class CategoryOut(web.Out):
    """What a year earned in one category, how much of it counts, and why."""

    category = ma.fields.Enum(HourCategory, by_value=True)
    label = ma.fields.String(attribute="category.label")
    earned_hundredths = ma.fields.Integer()
    counted_hundredths = ma.fields.Integer()
    cap_hundredths = ma.fields.Integer(allow_none=True)
    explanation = ma.fields.String()


class EntryOut(web.Out):
    """A ledger entry with its explanation."""

    id = ma.fields.UUID(attribute="row.id")
    kind = ma.fields.Enum(EntryKind, by_value=True, attribute="row.kind")
    kind_label = ma.fields.String(attribute="row.kind.label")
    teacher_id = ma.fields.UUID(attribute="row.teacher_id")
    activity_id = ma.fields.UUID(attribute="row.activity_id")
    round_no = ma.fields.Integer(attribute="row.round_no")
    held_on = ma.fields.Date(attribute="row.held_on")
    form = ma.fields.String(attribute="row.form")
    form_label = ma.fields.String()
    category = ma.fields.Enum(HourCategory, by_value=True, attribute="row.category")
    category_label = ma.fields.String(attribute="row.category.label")
    role = ma.fields.Enum(SessionRole, by_value=True, attribute="row.role")
    role_label = ma.fields.String(attribute="row.role.label")
    minutes = ma.fields.Integer(attribute="row.minutes")
    hours_hundredths = ma.fields.Integer(attribute="row.hours_hundredths")
    reverses_id = ma.fields.UUID(attribute="row.reverses_id", allow_none=True)
    appended_at = ma.fields.AwareDateTime(attribute="row.appended_at")
    explanation = ma.fields.String()


class StepOut(web.Out):
    """One step of a derivation."""

    code = ma.fields.String()
    text = ma.fields.String()


class DerivationOut(EntryOut):
    """A ledger entry with every step that led to its hours, and the rule behind them."""

    steps = ma.fields.List(ma.fields.Nested(StepOut))
    rule_pack = ma.fields.Nested(RuleOut, attribute="pack")


class StatementOut(web.Out):
    """A teacher's school year: where she stands and every entry behind it."""

    teacher_id = ma.fields.UUID()
    name = ma.fields.String()
    school_year = ma.fields.Integer()
    rule_pack = ma.fields.Nested(RuleOut, attribute="pack", allow_none=True)
    categories = ma.fields.List(ma.fields.Nested(CategoryOut), attribute="standing.categories")
    earned_hundredths = ma.fields.Integer(attribute="standing.earned_hundredths")
    counted_hundredths = ma.fields.Integer(attribute="standing.counted_hundredths")
    total = ma.fields.Nested(FloorOut, attribute="standing.total", allow_none=True)
    school_based = ma.fields.Nested(FloorOut, attribute="standing.school_based", allow_none=True)
    is_met = ma.fields.Boolean(attribute="standing.is_met")
    entries = ma.fields.List(ma.fields.Nested(EntryOut))
    note = ma.fields.String(
        allow_none=True, metadata={"description": "Why this is a part of the year only, for a former school."}
    )


class SchoolRowOut(web.Out):
    """One school on the board."""

    school_id = ma.fields.UUID()
    name = ma.fields.String()
    township = ma.fields.String()
    teachers = ma.fields.Integer()
    met = ma.fields.Integer()
    short = ma.fields.Integer()
    average_hundredths = ma.fields.Integer()


class BoardOut(web.Out):
    """A school year's completion by school."""

    school_year = ma.fields.Integer()
    rule_pack = ma.fields.Nested(RuleOut, attribute="pack", allow_none=True)
    teachers = ma.fields.Integer()
    met = ma.fields.Integer()
    short = ma.fields.Integer()
    average_hundredths = ma.fields.Integer()
    schools = ma.fields.List(ma.fields.Nested(SchoolRowOut))


class TeacherRowOut(web.Out):
    """One teacher behind a number of the board."""

    teacher_id = ma.fields.UUID()
    name = ma.fields.String()
    counted_hundredths = ma.fields.Integer()
    total = ma.fields.Nested(FloorOut, allow_none=True)
    school_based = ma.fields.Nested(FloorOut, allow_none=True)
