"""Credit hours (学时): one's own, another teacher's behind the board, and how each came about."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console import years
from services.console.ask import Panel, ask, ask_in_passing
from services.console.pages.names import topics
from services.console.visitor import visitor

hours = Blueprint("hours", __name__)


@hours.get("/")
def home() -> ResponseReturnValue:
    """A teacher's hours first; who has none starts with the board."""
    if visitor().leads and not visitor().has_hours:
        return redirect(url_for("board.overview"), HTTPStatus.SEE_OTHER)
    return _statement_page(ask("credits", "/me/statement", school_year=years.asked()), own=True)


@hours.get("/teachers/<uuid:teacher_id>")
def teacher(teacher_id: UUID) -> ResponseReturnValue:
    """A teacher's statement, for those who may see it."""
    panel = ask("credits", f"/teachers/{teacher_id}/statement", school_year=years.asked())
    return _statement_page(panel, own=_is_mine(panel))


@hours.get("/entries/<uuid:entry_id>")
def entry(entry_id: UUID) -> ResponseReturnValue:
    """Why so many hours: the derivation of one ledger entry."""
    panel = ask("credits", f"/entries/{entry_id}")
    activity_id = panel.data and panel.data["activity_id"]
    return render_template(
        "entry.html",
        panel=panel,
        own=_is_mine(panel),
        school_id=_school_come_from(),
        year=panel.data and years.of_past_day(panel.data["held_on"]),
        activity=activity_id and ask_in_passing("activities", f"/sessions/{activity_id}"),
    )


def _statement_page(panel: Panel, *, own: bool) -> ResponseReturnValue:
    entries = panel.data["entries"] if panel.data else []
    return render_template(
        "statement.html",
        panel=panel,
        own=own,
        school_id=_school_come_from(),
        topics=topics(entry["activity_id"] for entry in entries),
        reversed_ids={entry["reverses_id"] for entry in entries if entry["reverses_id"]},
    )


def _school_come_from() -> UUID | None:
    """The school on whose page somebody was looked up, for the way back."""
    return request.args.get("school", type=UUID)


def _is_mine(panel: Panel) -> bool:
    return panel.data is not None and panel.data["teacher_id"] == str(visitor().actor.person_id)
