"""Mentor pairings (师徒): one's own, the agreement to read and sign, what was done, the paper to print."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import ask, ask_in_passing, submit
from services.console.current import now
from services.console.visitor import visitor
from shared.values import county_day

COPIES = ("师父留存", "徒弟留存", "学校存档")

pairings = Blueprint("pairings", __name__, url_prefix="/pairings")


@pairings.get("")
def mine() -> ResponseReturnValue:
    """One's own pairings, on either side."""
    me = visitor().actor.person_id
    panel = ask("directory", "/pairings", teacher_id=me, cursor=request.args.get("cursor", type=UUID))
    return render_template("pairings.html", panel=panel)


@pairings.get("/<uuid:pairing_id>")
def agreement(pairing_id: UUID) -> ResponseReturnValue:
    """One pairing: what it asks, what was done, its words, and what one may do."""
    panel = ask("directory", f"/pairings/{pairing_id}/agreement")
    return render_template(
        "pairing.html",
        panel=panel,
        me=visitor(),
        today=county_day(now()),
        candidates=_candidates(panel.data) if panel.data and "decide" in panel.data["may"] else [],
    )


@pairings.get("/<uuid:pairing_id>/paper")
def paper(pairing_id: UUID) -> ResponseReturnValue:
    """The agreement as three copies to print."""
    panel = ask("directory", f"/pairings/{pairing_id}/agreement")
    wanted = request.args.get("version", type=int)
    versions = panel.data["versions"] if panel.data else []
    version = next((one for one in versions if wanted in {None, one["version_no"]}), None)
    return render_template("pairing_paper.html", panel=panel, version=version, copies=COPIES)


def _candidates(said: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Who could replace a mentor, for the office that decides."""
    one = said["pairing"]
    found = ask_in_passing(
        "directory", "/pairings/candidates", apprentice_id=one["apprentice_id"], focus=one["focus"]
    )
    candidates: Sequence[Mapping[str, Any]] = found["candidates"] if found else []
    return [each for each in candidates if each["mentor"]["person_id"] != one["mentor_id"]]


# --- what is done -----------------------------------------------------------------------------------------


@pairings.post("/<uuid:pairing_id>/<any(sign, approve):verb>")
def agree(pairing_id: UUID, verb: str) -> ResponseReturnValue:
    """Sign, or agree for an office, the words that stood on the page."""
    body = {"content_hash": request.form.get("content_hash", "")}
    return done(pairing_id, verb, body, told="已签字。" if verb == "sign" else "已同意。")


@pairings.post("/<uuid:pairing_id>/refuse")
def refuse(pairing_id: UUID) -> ResponseReturnValue:
    """Let a proposal come to nothing."""
    return done(pairing_id, "refuse", filled("reason"), told="已说明不同意，这份合同不再生效。")


@pairings.post("/<uuid:pairing_id>/duty-entries")
def enter(pairing_id: UUID) -> ResponseReturnValue:
    """Enter what was done."""
    body = filled("duty", "done_on", "note") | number("amount")
    return done(pairing_id, "duty-entries", body, told="已填写，等对方确认后计入。")


@pairings.post("/<uuid:pairing_id>/duty-entries/<uuid:entry_id>/<any(confirm, decline):verb>")
def answer(pairing_id: UUID, entry_id: UUID, verb: str) -> ResponseReturnValue:
    """Confirm or decline what the other side has entered."""
    told = "已确认。" if verb == "confirm" else "已退回。"
    return done(pairing_id, f"duty-entries/{entry_id}/{verb}", None, told=told)


@pairings.post("/<uuid:pairing_id>/questions")
def question(pairing_id: UUID) -> ResponseReturnValue:
    """Ask the school for a decision."""
    return done(pairing_id, "questions", filled("note"), told="已提交，由学校处理，结对继续有效。")


def done(pairing_id: UUID, verb: str, body: Mapping[str, Any] | None, *, told: str) -> ResponseReturnValue:
    """Have it done, say how it went, and show the pairing again."""
    said = submit("directory", f"/pairings/{pairing_id}/{verb}", body)
    flash(said.trouble or told)
    return redirect(url_for("pairings.agreement", pairing_id=pairing_id), HTTPStatus.SEE_OTHER)


def filled(*names: str) -> dict[str, Any]:
    """The fields of the form that were filled in."""
    return {name: value for name in names if (value := request.form.get(name, "").strip())}


def number(name: str) -> dict[str, Any]:
    """A field that takes a number; left as it was written when it is none, for the service to say so."""
    written = request.form.get(name, "").strip()
    return {name: int(written) if written.isascii() and written.isdigit() else written or None}
