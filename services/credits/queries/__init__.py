"""What can be asked of credits: rules, statements, entries and the board, each within the Actor's reach."""

from services.credits.queries.board import Board, SchoolRow, TeacherRow, board, school_teachers
from services.credits.queries.rules import (
    accruals,
    begins_on,
    last_held_on,
    next_valid_from,
    pack_in_force,
    pack_of,
    pack_of_year,
    packs,
    revoked_rounds,
)
from services.credits.queries.statements import Entry, Statement, entry, statement
from services.credits.queries.whose import Year

__all__ = [
    "Board",
    "Entry",
    "SchoolRow",
    "Statement",
    "TeacherRow",
    "Year",
    "accruals",
    "begins_on",
    "board",
    "entry",
    "last_held_on",
    "next_valid_from",
    "pack_in_force",
    "pack_of",
    "pack_of_year",
    "packs",
    "revoked_rounds",
    "school_teachers",
    "statement",
]
