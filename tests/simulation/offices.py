"""What offices do: plans drafted and reviewed, rules published."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.credits import commands as credits
from services.plans import commands as plans
from shared.values import county_day
from shared.vocabulary import HourCategory, PlanState
from tests.simulation.deeds import FIRST_DAY, OFFICER, Chooser, Deed, short
from tests.simulation.journal import Plan

FORMS = ("same_topic_different_designs", "topic_lecture")
RULES: Mapping[str, Any] = {
    "name": "教师培训学时管理办法",
    "source": "县教（2026）12号",
    "required_hours_hundredths": 7200,
    "required_school_based_hours_hundredths": 2400,
    "minutes_per_hour": 45,
    "session_hundredths_max": 800,
    "default_category": HourCategory.SCHOOL_BASED,
    "role_weights": {"participant": 100, "speaker": 200, "host": 150},
    "forms": {
        "same_topic_different_designs": {"category": "school_based", "label": "同课异构"},
        "county_forum": {"category": "cross_school", "label": "教学论坛"},
    },
    "year_caps": {"cross_school": 600},
}


class Offices(Chooser):
    """Requests to plans and credits."""

    def draft_plan(self) -> Deed:
        """A plan of two items."""
        school = self.some_school()
        actor, now = self.leader(school.school_id), self.clock.now()
        items = [plans.DraftItem(form=form, topic="课堂提问", due_on=self.day()) for form in FORMS]
        draft = plans.Draft(school_year=2026, title="校本研修计划", items=items)

        def note(plan_id: UUID) -> None:
            assert actor.school_id is not None
            self.journal.plans[plan_id] = Plan(plan_id=plan_id, school_id=actor.school_id)

        return Deed(
            service="plans",
            text="draft a plan",
            do=lambda session: plans.draft_plan(session, actor=actor, draft=draft, now=now),
            note=note,
        )

    def submit_plan(self) -> Deed | None:
        """A draft goes to review."""
        return self._move_plan(plans.submit_plan, PlanState.DRAFT, PlanState.SUBMITTED)

    def approve_plan(self) -> Deed | None:
        """A reviewed plan stands."""
        return self._move_plan(plans.approve_plan, PlanState.SUBMITTED, PlanState.APPROVED)

    def _move_plan(self, command: Callable[..., None], before: PlanState, after: PlanState) -> Deed | None:
        plan = self.one([plan for plan in self.journal.plans.values() if plan.state is before])
        if plan is None:
            return None
        actor, now, plan_id = self.leader(plan.school_id), self.clock.now(), plan.plan_id

        def note(_: object) -> None:
            self.journal.plans[plan_id].state = after

        return Deed(
            service="plans",
            text=f"{command.__name__} {short(plan_id)}",
            do=lambda session: command(session, actor=actor, plan_id=plan_id, now=now),
            note=note,
        )

    def publish_rules(self) -> Deed:
        """Other rules from some near day on."""
        now = self.clock.now()
        day = (
            county_day(now) + timedelta(days=self.random.randint(-3, 3)) if self.journal.packs else FIRST_DAY
        )
        rules = {**RULES, "valid_from": day, "minutes_per_hour": self.random.choice((40, 45))}
        return Deed(
            service="credits",
            text=f"publish rules from {day}",
            do=lambda session: credits.publish_rule_pack(session, actor=OFFICER, pack=rules, now=now),
            note=lambda _: self.journal.packs.add(day),
        )
