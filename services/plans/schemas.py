"""What plans takes in and gives out over HTTP."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from services.plans import domain
from services.plans.commands import Draft, DraftItem
from services.plans.domain import ItemState, Verdict
from services.plans.queries import PlanFilter, WholePlan
from shared import web
from shared.vocabulary import PlanState

YEARS = ma.validate.Range(min=domain.SCHOOL_YEAR_MIN, max=domain.SCHOOL_YEAR_MAX)
NOT_A_FORM = "应为活动形式的代码，如 topic_lecture"
OUTSIDE_YEAR = "日期不在计划的学年之内（9月1日至次年8月31日）"


def _form_code() -> ma.fields.String:
    field = web.text(most=64)
    field.validators.append(ma.validate.Regexp(domain.FORM_PATTERN, error=NOT_A_FORM))
    return field


class PlanItemIn(web.In):
    """One item: what should be held, and by when."""

    form = _form_code()
    topic = web.text(most=200)
    due_on = ma.fields.Date(required=True)

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> DraftItem:
        return DraftItem(**data)


class PlanIn(web.In):
    """A plan as it is written down, at first and at each revision."""

    school_year = ma.fields.Integer(
        required=True,
        validate=YEARS,
        metadata={"description": "The year in which the school year (学年) begins"},
    )
    title = web.text(most=100)
    items = ma.fields.List(
        ma.fields.Nested(PlanItemIn), required=True, validate=ma.validate.Length(min=1, max=domain.ITEMS_MAX)
    )

    @ma.validates_schema(skip_on_field_errors=True)
    def _check_days(self, data: Mapping[str, Any], **_: object) -> None:
        outside = domain.places_outside_year(data["school_year"], [item.due_on for item in data["items"]])
        if outside:
            raise ma.ValidationError({"items": {place: {"due_on": [OUTSIDE_YEAR]} for place in outside}})

    @ma.post_load
    def _make(self, data: Mapping[str, Any], **_: object) -> Draft:
        return Draft(**data)


class ReturnPlanIn(web.In):
    """Why a plan is given back."""

    reason = web.text(most=500)


class PlansQuery(web.PageQuery):
    """Which plans are asked for."""

    school_year = ma.fields.Integer(load_default=None, validate=YEARS)
    state = ma.fields.Enum(PlanState, by_value=True, load_default=None)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        wanted = PlanFilter(school_year=data.pop("school_year"), state=data.pop("state"))
        return {**data, "wanted": wanted}


class PlanOut(web.Out):
    """A plan in a list."""

    plan_id = ma.fields.UUID(required=True)
    school_id = ma.fields.UUID(required=True)
    school_year = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    state = ma.fields.Enum(PlanState, by_value=True, required=True)
    state_label = ma.fields.String(required=True, attribute="state.label")
    revision_no = ma.fields.Integer(required=True)
    author_id = ma.fields.UUID(required=True)
    drafted_at = ma.fields.AwareDateTime(required=True)
    submitted_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class PlanItemOut(web.Out):
    """An item, what became of it, and by which activities."""

    item_id = ma.fields.UUID(required=True)
    form = ma.fields.String(required=True)
    topic = ma.fields.String(required=True)
    due_on = ma.fields.Date(required=True)
    state = ma.fields.Enum(ItemState, by_value=True, required=True)
    state_label = ma.fields.String(required=True, attribute="state.label")
    activity_ids = ma.fields.List(ma.fields.UUID(), required=True)


class PlanReviewOut(web.Out):
    """What a reviewer decided about one revision."""

    revision_no = ma.fields.Integer(required=True)
    verdict = ma.fields.Enum(Verdict, by_value=True, required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    reviewer_id = ma.fields.UUID(required=True)
    reviewed_at = ma.fields.AwareDateTime(required=True)


class WholePlanOut(PlanOut):
    """One plan with its items and reviews."""

    items = ma.fields.List(ma.fields.Nested(PlanItemOut), required=True)
    reviews = ma.fields.List(ma.fields.Nested(PlanReviewOut), required=True)

    def get_attribute(self, obj: WholePlan, attr: str, default: Any) -> Any:
        """The plan's own fields stand one level deeper in what the query gives."""
        return super().get_attribute(obj if attr in {"items", "reviews"} else obj.plan, attr, default)
