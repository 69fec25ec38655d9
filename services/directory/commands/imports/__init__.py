"""Imports of whole files: previewed, carried out in one go, undone."""

from services.directory.commands.imports.batches import (
    Preview,
    Sent,
    apply_import,
    preview_import,
    previewed,
)
from services.directory.commands.imports.oneroster import REJECTED_OF_BUNDLE, write_bundle
from services.directory.commands.imports.progress import forget_progress, note_progress
from services.directory.commands.imports.undoing import undo_import

__all__ = [
    "REJECTED_OF_BUNDLE",
    "Preview",
    "Sent",
    "apply_import",
    "forget_progress",
    "note_progress",
    "preview_import",
    "previewed",
    "undo_import",
    "write_bundle",
]
