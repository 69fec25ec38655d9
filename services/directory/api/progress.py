"""How far the files have come that are being carried out, for whoever waits for them."""

from uuid import UUID

from services.directory import commands, queries
from services.directory.domain.imports import Progress
from shared import web
from shared.settings import Mode

UNDER_WAY: dict[UUID, Progress] = {}
"""Of embedded mode: one process answers, and while a file is carried out nobody else can write."""


def note(import_id: UUID, progress: Progress) -> None:
    """Tell others, whichever process they ask."""
    if web.settings().mode is Mode.EMBEDDED:
        UNDER_WAY[import_id] = progress
        return
    with web.transaction() as session:
        commands.note_progress(session, batch_id=import_id, progress=progress, now=web.now())


def forget(import_id: UUID) -> None:
    """It is over."""
    if web.settings().mode is Mode.EMBEDDED:
        UNDER_WAY.pop(import_id, None)
        return
    with web.transaction() as session:
        commands.forget_progress(session, batch_id=import_id)


def found(import_id: UUID) -> Progress | None:
    """What was told last of a file; None when nobody is at it."""
    if web.settings().mode is Mode.EMBEDDED:
        return UNDER_WAY.get(import_id)
    return queries.import_progress(web.session(), batch_id=import_id, now=web.now())
