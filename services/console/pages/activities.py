"""What is planned and what is held: plans (计划) with what became of their items, and sessions (研训活动)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from services.console.ask import ask
from services.console.pages.names import form_labels, school_names

activities = Blueprint("activities", __name__)


@activities.get("/sessions")
def sessions() -> ResponseReturnValue:
    """Every session within reach, those that start last first."""
    panel = ask("activities", "/sessions", cursor=_cursor())
    return render_template("sessions.html", panel=panel, labels=form_labels())


@activities.get("/sessions/<uuid:activity_id>")
def session(activity_id: UUID) -> ResponseReturnValue:
    """One session: its fixed points, its record and who was there."""
    panel = ask("activities", f"/sessions/{activity_id}")
    return render_template("session.html", panel=panel, labels=form_labels(), waiting=_waiting(panel.data))


@activities.get("/plans")
def plans() -> ResponseReturnValue:
    """Every plan within reach, the newest first."""
    panel = ask("plans", "/plans", cursor=_cursor())
    return render_template("plans.html", panel=panel, schools=school_names())


@activities.get("/plans/<uuid:plan_id>")
def plan(plan_id: UUID) -> ResponseReturnValue:
    """One plan, and what became of each of its items."""
    panel = ask("plans", f"/plans/{plan_id}")
    return render_template("plan.html", panel=panel, labels=form_labels(), schools=school_names())


def _waiting(session: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Who has checked in and of whose attendance nothing was said yet."""
    if session is None:
        return []
    told = {one["teacher_id"] for one in session["attendees"]}
    return [one for one in session["check_ins"] if one["teacher_id"] not in told]


def _cursor() -> UUID | None:
    return request.args.get("cursor", type=UUID)
