"""Mentor pairings as an office keeps them: all of a school, who waits, what is in question, proposals."""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import ask, submit
from services.console.current import now
from services.console.pages.pairings import done, filled
from shared.values import county_day

YEAR = timedelta(days=365)
ONE_DAY = timedelta(days=1)
STATES = (
    ("active", "结对中"),
    ("proposed", "待签署"),
    ("signed", "已签署"),
    ("expired", "到期未评价"),
    ("ended", "已期满"),
    ("dissolved", "已解除"),
)

office = Blueprint("office", __name__, url_prefix="/pairings/office")


@office.get("")
def every() -> ResponseReturnValue:
    """Every pairing within reach, or those in one state."""
    state = request.args.get("state")
    panel = ask("directory", "/pairings", state=state, cursor=request.args.get("cursor", type=UUID))
    return render_template("pairings_office.html", panel=panel, state=state, states=STATES)


@office.get("/unmatched")
def unmatched() -> ResponseReturnValue:
    """Who should have a mentor and has none."""
    panel = ask("directory", "/pairings/unmatched")
    shortage = ask("directory", "/pairings/shortage")
    crowded = ask("directory", "/pairings/mentors", which="overloaded")
    return render_template("pairings_unmatched.html", panel=panel, shortage=shortage, crowded=crowded)


@office.get("/questions")
def questions() -> ResponseReturnValue:
    """Pairings in question."""
    return render_template("pairings_questions.html", panel=ask("directory", "/pairings/questions"))


@office.get("/proposals/<uuid:apprentice_id>")
def proposal(apprentice_id: UUID) -> ResponseReturnValue:
    """Who would suit somebody, and the terms to propose."""
    focus = request.args.get("focus")
    panel = ask("directory", "/pairings/candidates", apprentice_id=apprentice_id, focus=focus)
    policy = ask("directory", "/pairing-policies")
    today = county_day(now())
    return render_template(
        "pairings_propose.html",
        panel=panel,
        policy=policy.data["today"] if policy.data else None,
        focus=focus,
        first=today,
        last=today + YEAR - ONE_DAY,
    )


@office.post("/proposals/<uuid:apprentice_id>")
def propose(apprentice_id: UUID) -> ResponseReturnValue:
    """Lay an agreement before the two."""
    body = {"apprentice_id": str(apprentice_id), **filled("mentor_id", "focus", "starts_on"), **term()}
    said = submit("directory", "/pairings/proposals", body)
    if said.trouble:
        flash(said.trouble)
        again = url_for("office.proposal", apprentice_id=apprentice_id, focus=request.form.get("focus"))
        return redirect(again, HTTPStatus.SEE_OTHER)
    flash("已提议，等师父和徒弟签字。")
    where = url_for("pairings.agreement", pairing_id=said.data["pairing"]["pairing_id"])
    return redirect(where, HTTPStatus.SEE_OTHER)


@office.post("/close-expired")
def close_expired() -> ResponseReturnValue:
    """Write down the end of pairings that have run out."""
    said = submit("directory", "/pairings/close-expired", None)
    flash(said.trouble or f"已登记{said.data['closed']}对到期的结对。")
    return redirect(url_for("office.every", state="expired"), HTTPStatus.SEE_OTHER)


@office.post("/<uuid:pairing_id>/end")
def end(pairing_id: UUID) -> ResponseReturnValue:
    """Say what a served pairing was worth."""
    return done(pairing_id, "end", filled("grade", "text", "ended_on"), told="已评价，结对期满。")


@office.post("/<uuid:pairing_id>/dissolve")
def dissolve(pairing_id: UUID) -> ResponseReturnValue:
    """End a pairing before its term."""
    body = filled("ended_on", "reason", "asked_by")
    return done(pairing_id, "dissolve", body, told="已解除结对。")


@office.post("/<uuid:pairing_id>/questions/<uuid:question_id>")
def decide(pairing_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Decide how a pairing goes on; a new mentor is looked for on a page of its own."""
    body = filled("choice", "note", "on", "mentor_id")
    return done(pairing_id, f"questions/{question_id}/decide", body, told="已处理。")


def term() -> Mapping[str, Any]:
    """The form asks for the last day of the term, the service for the first one after it."""
    written = request.form.get("last_on", "").strip()
    try:
        return {"term_ends_on": (date.fromisoformat(written) + ONE_DAY).isoformat()}
    except (ValueError, OverflowError):
        return {"term_ends_on": written}
