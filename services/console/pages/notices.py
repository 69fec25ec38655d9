"""Notices (站内信): what one was told, and what of it one has read."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import ask, submit

notices = Blueprint("notices", __name__)


@notices.get("/notices")
def inbox() -> ResponseReturnValue:
    """One's inbox, newest first."""
    panel = ask("notify", "/inbox", cursor=request.args.get("cursor", type=UUID))
    return render_template("notices.html", panel=panel)


@notices.post("/notices/<uuid:notice_id>/read")
def read(notice_id: UUID) -> ResponseReturnValue:
    """Mark one as read."""
    return _done(f"/notices/{notice_id}/read")


@notices.post("/notices/read-all")
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    return _done("/inbox/read-all")


def _done(path: str) -> ResponseReturnValue:
    if trouble := submit("notify", path).trouble:
        flash(trouble)
    cursor = request.args.get("cursor", type=UUID)
    return redirect(url_for("notices.inbox", cursor=cursor), HTTPStatus.SEE_OTHER)
