"""Files for the register (名册导入): sent, looked at, carried out, undone."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import FILE_SECONDS, ask, carry_out, fetch, hand_over
from services.console.visitor import visitor
from shared.vocabulary import ImportExtent, ImportKind, ImportState, ImportVerdict

BATCHES_SHOWN = 50
PATIENCE_SECONDS = 2.0
"""How long somebody waits for a file to be carried out before she is shown how far it has come."""
AGAIN_SECONDS = 2
"""After how long the page looks again."""
OF_SCHOOLS = (ImportKind.TEACHERS, ImportKind.GROUPS, ImportKind.PAIRINGS, ImportKind.ABSENCES)
OF_THE_COUNTY = (ImportKind.SCHOOLS, ImportKind.TRANSFERS, ImportKind.LIAISONS, ImportKind.ONEROSTER)
KINDS = {kind: kind.label for kind in (*OF_SCHOOLS, *OF_THE_COUNTY)}
STATES = {state.value: state.label for state in ImportState}
VERDICTS = {verdict.value: verdict.label for verdict in ImportVerdict}
SHOWN = ("rejected", "changed", "new", "missing")

imports = Blueprint("imports", __name__)


@imports.get("/imports")
def every() -> ResponseReturnValue:
    """What was sent before, and the form to send another."""
    return _page()


def _page(trouble: str | None = None) -> ResponseReturnValue:
    panel = ask("directory", "/imports", limit=BATCHES_SHOWN)
    kinds = KINDS if visitor().actor.is_county else {kind: KINDS[kind] for kind in OF_SCHOOLS}
    status = 422 if trouble else 200
    return render_template(
        "imports.html",
        panel=panel,
        kinds=kinds,
        bundle=ImportKind.ONEROSTER,
        extents=ImportExtent,
        states=STATES,
        trouble=trouble,
    ), status


@imports.post("/imports")
def send() -> ResponseReturnValue:
    """Look at a file; nothing of the register is changed by it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page("请先选择要导入的文件。")
    kind = request.form.get("kind", ImportKind.TEACHERS)
    said = hand_over(
        "directory",
        f"/imports/{kind if kind in KINDS else ImportKind.TEACHERS}",
        file.read(),
        query={
            "file_name": file.filename[:200],
            "extent": request.form.get("extent") or None,
            "effective_on": request.form.get("effective_on") or None,
        },
    )
    if said.trouble:
        return _page(said.trouble)
    return redirect(url_for("imports.one", import_id=said.data["batch"]["import_id"]))


@imports.get("/imports/<uuid:import_id>")
def one(import_id: UUID) -> ResponseReturnValue:
    """One file: while it waits, what it would change; afterwards, what became of it."""
    panel = ask("directory", f"/imports/{import_id}")
    preview, progress = None, None
    if panel.data and panel.data["state"] == ImportState.PREVIEWED:
        progress = ask("directory", f"/imports/{import_id}/progress").data
        if not (progress and progress["is_at_work"]):
            preview = ask("directory", f"/imports/{import_id}/preview")
    return render_template(
        "import.html",
        panel=panel,
        preview=preview,
        progress=progress,
        again_seconds=AGAIN_SECONDS,
        lines=_by_verdict(preview.data["lines"] if preview and preview.data else ()),
        verdicts=VERDICTS,
        kinds=KINDS,
        states=STATES,
    )


def _by_verdict(lines: Any) -> dict[str, list[Any]]:
    return {verdict: [line for line in lines if line["verdict"] == verdict] for verdict in SHOWN}


@imports.post("/imports/<uuid:import_id>/<any(apply, undo):verb>")
def decide(import_id: UUID, verb: str) -> ResponseReturnValue:
    """Carry a file out, or undo it."""
    wait = PATIENCE_SECONDS if verb == "apply" else FILE_SECONDS
    done = carry_out("directory", f"/imports/{import_id}/{verb}", wait_seconds=wait)
    if done is not None:
        flash(done.trouble or {"apply": "已导入。", "undo": "已撤销，名册恢复到导入之前。"}[verb])
    return redirect(url_for("imports.one", import_id=import_id))


@imports.get("/imports/<uuid:import_id>/rejects")
def rejects(import_id: UUID) -> ResponseReturnValue:
    """The rejected rows as a file, to be put right and sent again."""
    return _handed_on(f"/imports/{import_id}/rejects")


@imports.get("/imports/templates/<string:kind>")
def template(kind: str) -> ResponseReturnValue:
    """An empty sheet to fill."""
    return _file("templates", kind)


@imports.get("/imports/exports/<string:kind>")
def export(kind: str) -> ResponseReturnValue:
    """The register as a file, which imports again without a change."""
    return _file("exports", kind)


def _file(what: str, kind: str) -> Response:
    if kind not in KINDS:
        abort(HTTPStatus.NOT_FOUND)
    return _handed_on(f"/{what}/{kind}")


def _handed_on(path: str) -> Response:
    content, mimetype, disposition = fetch("directory", path)
    return Response(content, content_type=mimetype, headers={"Content-Disposition": disposition})
