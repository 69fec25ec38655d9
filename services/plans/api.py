"""The HTTP door of plans."""

from uuid import UUID

from services.plans import commands, queries
from services.plans.commands import Draft
from services.plans.queries import PlanFilter, PlanPage, WholePlan
from services.plans.schemas import PlanIn, PlanOut, PlansQuery, ReturnPlanIn, WholePlanOut
from shared import web
from shared.vocabulary import ApiScope

blueprint = web.Blueprint("plans", description="计划：起草、审核、逐条落实")


@blueprint.route("/plans", scope=ApiScope.READ_PLANS)
@blueprint.arguments(PlansQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(PlanOut))
def list_plans(*, wanted: PlanFilter, cursor: UUID | None, limit: int) -> PlanPage:
    """Plans within reach, the newest first."""
    return queries.plans(web.session(), actor=web.actor(), wanted=wanted, cursor=cursor, limit=limit)


@blueprint.route("/plans", methods=["POST"])
@blueprint.arguments(PlanIn)
@blueprint.response(201, WholePlanOut)
def draft_plan(draft: Draft) -> WholePlan:
    """Begin a plan of one's own school."""
    plan_id = commands.draft_plan(web.session(), actor=web.actor(), draft=draft, now=web.now())
    return _whole(plan_id)


@blueprint.route("/plans/<uuid:plan_id>", scope=ApiScope.READ_PLANS)
@blueprint.response(200, WholePlanOut)
def show_plan(plan_id: UUID) -> WholePlan:
    """One plan, and what became of each of its items."""
    return _whole(plan_id)


@blueprint.route("/plans/<uuid:plan_id>/revisions", methods=["POST"])
@blueprint.arguments(PlanIn)
@blueprint.response(201, WholePlanOut)
def revise_plan(draft: Draft, *, plan_id: UUID) -> WholePlan:
    """Write a draft or a returned plan anew."""
    commands.revise_plan(web.session(), actor=web.actor(), plan_id=plan_id, draft=draft, now=web.now())
    return _whole(plan_id)


@blueprint.route("/plans/<uuid:plan_id>/submit", methods=["POST"], keyless=True)
@blueprint.response(200, WholePlanOut)
def submit_plan(plan_id: UUID) -> WholePlan:
    """Hand a draft in for review."""
    commands.submit_plan(web.session(), actor=web.actor(), plan_id=plan_id, now=web.now())
    return _whole(plan_id)


@blueprint.route("/plans/<uuid:plan_id>/approve", methods=["POST"], keyless=True)
@blueprint.response(200, WholePlanOut)
def approve_plan(plan_id: UUID) -> WholePlan:
    """Let a submitted plan stand."""
    commands.approve_plan(web.session(), actor=web.actor(), plan_id=plan_id, now=web.now())
    return _whole(plan_id)


@blueprint.route("/plans/<uuid:plan_id>/return", methods=["POST"], keyless=True)
@blueprint.arguments(ReturnPlanIn, as_kwargs=True)
@blueprint.response(200, WholePlanOut)
def return_plan(*, plan_id: UUID, reason: str) -> WholePlan:
    """Give a submitted plan back to be revised."""
    commands.return_plan(web.session(), actor=web.actor(), plan_id=plan_id, reason=reason, now=web.now())
    return _whole(plan_id)


def _whole(plan_id: UUID) -> WholePlan:
    return queries.whole_plan(web.session(), actor=web.actor(), plan_id=plan_id)
