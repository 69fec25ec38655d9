"""People of a school: who belongs there, a person's page with its history, and transfers (调动)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import Panel, ask, ask_in_passing, submit
from services.console.pages.names import school_names
from services.console.visitor import visitor
from shared.vocabulary import MembershipKind

PAGE_ITEMS_MAX = 200
FIELDS = (
    "person_id",
    "staff_no",
    "name",
    "to_school_id",
    "kind",
    "subject",
    "effective_on",
    "ends_on",
    "because",
)
KINDS = {MembershipKind.HOME: "调动（人事关系转走）"}
"""What a way of belonging is called as a way of going there, where that is another word."""

people = Blueprint("people", __name__)


@people.get("/people")
def register() -> ResponseReturnValue:
    """Who belongs to one's own school today; the county chooses a school first, on the board."""
    school_id = request.args.get("school_id", type=UUID) or visitor().actor.school_id
    panel = Panel(data={"items": ()})
    if school_id is not None:
        panel = ask(
            "directory",
            f"/schools/{school_id}/teachers",
            limit=PAGE_ITEMS_MAX,
            cursor=request.args.get("cursor", type=UUID),
        )
    return render_template("people.html", panel=panel, school_id=school_id, schools=school_names())


@people.get("/people/<uuid:person_id>")
def person(person_id: UUID) -> ResponseReturnValue:
    """One person, as of a day."""
    on = request.args.get("on") or None
    panel = ask("directory", f"/people/{person_id}", on=on)
    return render_template("person.html", panel=panel, on=on)


@people.get("/transfers")
def transfers() -> ResponseReturnValue:
    """Transfers from and to one's own school, those first that wait for it."""
    waiting = ask("directory", "/transfers", waits_for_me="true", limit=PAGE_ITEMS_MAX)
    panel = ask("directory", "/transfers", limit=PAGE_ITEMS_MAX)
    return render_template("transfers.html", waiting=waiting, panel=panel)


@people.get("/transfers/new")
def new_transfer() -> ResponseReturnValue:
    """The form for a transfer."""
    return _form(request.args)


@people.post("/transfers/new")
def propose() -> ResponseReturnValue:
    """Look at what a transfer would change, or propose it."""
    said = {name: value for name in FIELDS if (value := request.form.get(name, "").strip())}
    if request.form.get("step") != "propose":
        preview = submit("directory", "/transfers/preview", said)
        return _form(request.form, preview=preview.data, trouble=preview.trouble)
    proposed = submit("directory", "/transfers", said)
    if proposed.trouble:
        return _form(request.form, trouble=proposed.trouble)
    flash("已提出，等待对方学校确认。")
    return _to(proposed.data["transfer_id"])


@people.get("/transfers/<uuid:transfer_id>")
def transfer(transfer_id: UUID) -> ResponseReturnValue:
    """One transfer, and what it will change."""
    panel = ask("directory", f"/transfers/{transfer_id}")
    is_open = panel.data is not None and panel.data["state"] == "proposed"
    preview = ask_in_passing("directory", f"/transfers/{transfer_id}/preview") if is_open else None
    return render_template("transfer.html", panel=panel, preview=preview)


@people.post("/transfers/<uuid:transfer_id>/<any('agree', 'refuse', 'call-off', 'undo'):verb>")
def settle(transfer_id: UUID, verb: str) -> ResponseReturnValue:
    """Agree, refuse, call off or undo."""
    reason = request.form.get("reason", "").strip()
    done = submit("directory", f"/transfers/{transfer_id}/{verb}", {"reason": reason} if reason else {})
    flash(done.trouble or "已办理。")
    return _to(transfer_id)


def _to(transfer_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("people.transfer", transfer_id=transfer_id), HTTPStatus.SEE_OTHER)


def _form(
    filled: Mapping[str, str], *, preview: Mapping[str, Any] | None = None, trouble: str | None = None
) -> ResponseReturnValue:
    school_id = visitor().actor.school_id
    colleagues: Mapping[str, Any] | None = None
    if school_id is not None:
        colleagues = ask_in_passing("directory", f"/schools/{school_id}/teachers", limit=PAGE_ITEMS_MAX)
    return render_template(
        "transfer_form.html",
        filled=filled,
        kinds=[(kind.value, KINDS.get(kind, kind.label)) for kind in MembershipKind],
        colleagues=colleagues["items"] if colleagues else (),
        schools=_open_schools(),
        preview=preview,
        trouble=trouble,
    )


def _open_schools() -> list[Mapping[str, Any]]:
    """Every school by name: where somebody may go to."""
    found = ask_in_passing("directory", "/transfers/schools")
    return list(found["schools"]) if found else []
