"""What can be done in the directory."""

from services.directory.commands.absences import NewAbsence, correct_absence, end_absence, enter_absence
from services.directory.commands.accounts import (
    Declined,
    Login,
    create_county_officer,
    disable_account,
    renew,
    sign_in,
    sign_out_everywhere,
)
from services.directory.commands.districts import add_district, rename_district
from services.directory.commands.groups import (
    NewGroup,
    appoint_leader,
    end_group,
    end_lead,
    let_in,
    let_out,
    open_group,
    rename_group,
)
from services.directory.commands.lineages import merge_school, move_members, split_school, undo_lineage
from services.directory.commands.pairings import end_pairing, start_pairing
from services.directory.commands.people import Newcomer, add_teachers
from services.directory.commands.posts import NewPost, end_post, give_posts, link_trainer, unlink_trainer
from services.directory.commands.schools import (
    NewSchool,
    add_alias,
    amend_school,
    close_school,
    open_school,
    remove_alias,
    reopen_school,
)
from services.directory.commands.stages import publish_stages

__all__ = [
    "Declined",
    "Login",
    "NewAbsence",
    "NewGroup",
    "NewPost",
    "NewSchool",
    "Newcomer",
    "add_alias",
    "add_district",
    "add_teachers",
    "amend_school",
    "appoint_leader",
    "close_school",
    "correct_absence",
    "create_county_officer",
    "disable_account",
    "end_absence",
    "end_group",
    "end_lead",
    "end_pairing",
    "end_post",
    "enter_absence",
    "give_posts",
    "let_in",
    "let_out",
    "link_trainer",
    "merge_school",
    "move_members",
    "open_group",
    "open_school",
    "publish_stages",
    "remove_alias",
    "rename_district",
    "rename_group",
    "renew",
    "reopen_school",
    "sign_in",
    "sign_out_everywhere",
    "split_school",
    "start_pairing",
    "undo_lineage",
    "unlink_trainer",
]
