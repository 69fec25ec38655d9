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
from services.directory.commands.merges import Conflict, merge_people, preview_merge, unmerge_people
from services.directory.commands.pairings import end_pairing, start_pairing
from services.directory.commands.people import Newcomer, add_teachers
from services.directory.commands.records import amend_person, give_staff_no, note_absence
from services.directory.commands.schools import NewSchool, amend_school, open_school
from services.directory.commands.transfers import (
    Preview,
    Proposal,
    agree_to_transfer,
    call_off_transfer,
    preview_proposal,
    preview_transfer,
    propose_transfer,
    refuse_transfer,
    undo_transfer,
)

__all__ = [
    "Conflict",
    "Declined",
    "Login",
    "NewSchool",
    "Newcomer",
    "Preview",
    "Proposal",
    "add_teachers",
    "agree_to_transfer",
    "amend_person",
    "amend_school",
    "call_off_transfer",
    "create_county_officer",
    "disable_account",
    "end_pairing",
    "give_staff_no",
    "merge_people",
    "note_absence",
    "open_school",
    "preview_merge",
    "preview_proposal",
    "preview_transfer",
    "propose_transfer",
    "refuse_transfer",
    "renew",
    "sign_in",
    "sign_out_everywhere",
    "start_pairing",
    "undo_transfer",
    "unmerge_people",
]
