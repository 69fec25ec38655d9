"""The audit log (审计日志): who changed what and was refused what, and who looked at whose file."""

import shared.trail.seeing  # noqa: F401  it listens to every session from now on
from shared.inserts import WATCH
from shared.trail.entries import AuditPage, Wanted, entries, note_refusal
from shared.trail.looks import Look, LookPage, looks_at, note_look
from shared.trail.telling import Telling, Way
from shared.trail.watch import Deed, Watch, by_itself, by_operator

__all__ = [
    "WATCH",
    "AuditPage",
    "Deed",
    "Look",
    "LookPage",
    "Telling",
    "Wanted",
    "Watch",
    "Way",
    "by_itself",
    "by_operator",
    "entries",
    "looks_at",
    "note_look",
    "note_refusal",
]
