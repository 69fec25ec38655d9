"""What can be done in the directory."""

from services.directory.commands.accounts import (
    Declined,
    Login,
    create_county_officer,
    disable_account,
    renew,
    sign_in,
    sign_out_everywhere,
)
from services.directory.commands.imports import apply_import, preview_import, previewed, undo_import
from services.directory.commands.pairings import end_pairing, start_pairing
from services.directory.commands.people import Newcomer, add_teachers
from services.directory.commands.schools import NewSchool, amend_school, open_school

__all__ = [
    "Declined",
    "Login",
    "NewSchool",
    "Newcomer",
    "add_teachers",
    "amend_school",
    "apply_import",
    "create_county_officer",
    "disable_account",
    "end_pairing",
    "open_school",
    "preview_import",
    "previewed",
    "renew",
    "sign_in",
    "sign_out_everywhere",
    "start_pairing",
    "undo_import",
]
