"""Files for the register: previewed, carried out, undone; templates, rejects."""

from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Response

from services.directory import commands, queries
from services.directory.api import progress
from services.directory.api.blueprint import blueprint
from services.directory.commands.imports import REJECTED_OF_BUNDLE, Preview, Sent
from services.directory.domain.imports import Progress
from services.directory.domain.layouts import LAYOUTS
from services.directory.models import ImportBatch
from services.directory.queries import Page
from services.directory.schemas.imports import ImportOut, ImportPreviewOut, ImportProgressOut, SendImportQuery
from shared import sheets, web
from shared.sheets import content_disposition
from shared.sheets.limits import FILE_BYTES_MAX
from shared.values import Forbidden, Missing, Refused, county_day
from shared.vocabulary import ImportExtent, ImportKind, ImportState, ImportVerdict

LINES_SHOWN_MAX = 500
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {kind.value: kind for kind in ImportKind}


@blueprint.route("/imports/<string:kind>", methods=["POST"], upload_bytes_max=FILE_BYTES_MAX)
@blueprint.arguments(SendImportQuery, location="query", as_kwargs=True)
@blueprint.response(201, ImportPreviewOut)
def send_import(
    *, kind: str, file_name: str, extent: ImportExtent, effective_on: date | None
) -> Mapping[str, Any]:
    """What a file would change. Nothing is changed yet; carry it out with `apply`."""
    sent = Sent(
        kind=_kind(kind),
        file_name=file_name,
        content=web.upload(),
        extent=extent,
        effective_on=effective_on or county_day(web.now()),
    )
    preview = commands.preview_import(web.session(), actor=web.actor(), sent=sent, now=web.now())
    return _shown(preview)


@blueprint.route("/imports")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(ImportOut))
def list_imports(*, cursor: UUID | None, limit: int) -> Page:
    """Files within reach, and what became of them."""
    return queries.import_batches(web.session(), actor=web.actor(), cursor=cursor, limit=limit)


@blueprint.route("/imports/<uuid:import_id>")
@blueprint.response(200, ImportOut)
def show_import(import_id: UUID) -> ImportBatch:
    """One file."""
    return queries.import_batch(web.session(), actor=web.actor(), batch_id=import_id)


@blueprint.route("/imports/<uuid:import_id>/preview")
@blueprint.response(200, ImportPreviewOut)
def preview_import(import_id: UUID) -> Mapping[str, Any]:
    """What a file that was sent would change, as the register is now."""
    return _shown(_previewed(import_id))


@blueprint.route("/imports/<uuid:import_id>/rejects")
@blueprint.doc(responses={200: {"description": "A workbook", "content": {XLSX: {}}}})
def download_rejects(import_id: UUID) -> Response:
    """The rejected rows as they stood, with the reason of each, to be put right and sent again."""
    preview = _previewed(import_id)
    layout = LAYOUTS.get(preview.batch.kind, REJECTED_OF_BUNDLE)
    texts = {row.number: row.texts for row in (*preview.sheet.rows, *preview.sheet.rejected)}
    rejected = [
        (
            texts.get(line.row, {"row": str(line.row), "key": line.key, "name": line.name}),
            "；".join(f"{trouble.column}：{trouble.text}" for trouble in line.troubles),
        )
        for line in preview.lines
        if line.verdict is ImportVerdict.REJECTED and line.row is not None
    ]
    return _workbook(sheets.rejects(layout, rejected), f"{layout.title}-退回.xlsx")


@blueprint.route("/imports/<uuid:import_id>/apply", methods=["POST"], keyless=True, slow=True)
@blueprint.response(200, ImportOut)
def apply_import(import_id: UUID) -> ImportBatch:
    """Carry out what was previewed: all of it, or nothing; `progress` says meanwhile how far it has come."""

    def tell(done: int, total: int) -> None:
        progress.note(import_id, Progress(done=done, total=total))

    try:
        with web.transaction() as session:
            batch = commands.apply_import(
                session, actor=web.actor(), batch_id=import_id, now=web.now(), tell=tell
            )
    except (Missing, Forbidden):  # nothing of a file is noted by somebody whose it is not
        raise
    except Refused as refused:
        progress.note(import_id, Progress(done=0, total=0, trouble=refused.text))
        raise
    except Exception:
        progress.forget(import_id)
        raise
    progress.forget(import_id)
    return batch


@blueprint.route("/imports/<uuid:import_id>/progress")
@blueprint.response(200, ImportProgressOut)
def show_progress(import_id: UUID) -> Mapping[str, Any]:
    """How far the carrying out of a file has come, while it is under way."""
    batch = queries.import_batch(web.session(), actor=web.actor(), batch_id=import_id)
    told = progress.found(import_id) or Progress(done=0, total=0)
    is_at_work = told.total > 0 and batch.state is ImportState.PREVIEWED
    return {
        "state": batch.state,
        "is_at_work": is_at_work,
        "done": told.done,
        "total": told.total,
        "trouble": told.trouble,
    }


@blueprint.route("/imports/<uuid:import_id>/undo", methods=["POST"], keyless=True)
@blueprint.response(200, ImportOut)
def undo_import(import_id: UUID) -> ImportBatch:
    """Let the register be what it was before this file."""
    return commands.undo_import(web.session(), actor=web.actor(), batch_id=import_id, now=web.now())


@blueprint.route("/templates/<string:kind>")
@blueprint.doc(responses={200: {"description": "A workbook", "content": {XLSX: {}}}})
def download_template(kind: str) -> Response:
    """An empty sheet to fill."""
    layout = LAYOUTS.get(_kind(kind))
    if layout is None:
        raise Missing("这种名册没有模板")
    return _workbook(sheets.template(layout), f"{layout.title}-模板.xlsx")


@blueprint.route("/exports/<string:kind>")
@blueprint.doc(responses={200: {"description": "A workbook, or a zip", "content": {XLSX: {}, ZIP: {}}}})
def download_export(kind: str) -> Response:
    """The register of today as a sheet, or as a OneRoster bundle; it imports again without a change."""
    wanted = _kind(kind)
    on = county_day(web.now())
    if wanted is ImportKind.ONEROSTER:
        schools, teachers = queries.bundle_rows(web.session(), actor=web.actor(), on=on)
        return _file(commands.write_bundle(schools, teachers), f"OneRoster-{on}.zip", mimetype=ZIP)
    records = queries.register_rows(web.session(), actor=web.actor(), kind=wanted, on=on)
    return _workbook(sheets.workbook(LAYOUTS[wanted], records), f"{LAYOUTS[wanted].title}-{on}.xlsx")


def _kind(text: str) -> ImportKind:
    if text not in KINDS:
        raise Missing("没有这种名册")
    return KINDS[text]


def _previewed(import_id: UUID) -> Preview:
    return commands.previewed(web.session(), actor=web.actor(), batch_id=import_id, now=web.now())


def _shown(preview: Preview) -> Mapping[str, Any]:
    telling = [line for line in preview.lines if line.verdict is not ImportVerdict.UNCHANGED]
    telling.sort(key=lambda line: SHOWN_FIRST.index(line.verdict))
    return {
        "batch": preview.batch,
        "lines": telling[:LINES_SHOWN_MAX],
        "lines_more": max(0, len(telling) - LINES_SHOWN_MAX),
        "notes": list(islice(preview.sheet.warnings, LINES_SHOWN_MAX)),
        "sent_before": preview.sent_before,
    }


SHOWN_FIRST = (
    ImportVerdict.REJECTED,
    ImportVerdict.CHANGED,
    ImportVerdict.NEW,
    ImportVerdict.MISSING,
)


def _workbook(content: bytes, name: str) -> Response:
    return _file(content, name, mimetype=XLSX)


def _file(content: bytes, name: str, *, mimetype: str) -> Response:
    headers = {"Content-Disposition": content_disposition(name)}
    return Response(content, mimetype=mimetype, headers=headers)
