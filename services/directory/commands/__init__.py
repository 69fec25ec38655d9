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
from services.directory.commands.agreements import (
    Amendment,
    Proposal,
    amend_agreement,
    propose_pairing,
)
from services.directory.commands.duties import Done, answer_duty, enter_duty
from services.directory.commands.pairings import (
    Judgement,
    Paper,
    close_expired_pairings,
    dissolve_pairing,
    end_pairing,
    question_pairings,
    start_pairing,
)
from services.directory.commands.people import Newcomer, add_teachers
from services.directory.commands.policies import flag_apprentice, publish_pairing_policy, unflag_apprentice
from services.directory.commands.questions import Decision, ask_about_pairing, decide_question
from services.directory.commands.schools import NewSchool, amend_school, open_school
from services.directory.commands.signatures import approve_agreement, refuse_agreement, sign_agreement

__all__ = [
    "Amendment",
    "Decision",
    "Declined",
    "Done",
    "Judgement",
    "Login",
    "NewSchool",
    "Newcomer",
    "Paper",
    "Proposal",
    "add_teachers",
    "amend_agreement",
    "amend_school",
    "answer_duty",
    "approve_agreement",
    "ask_about_pairing",
    "close_expired_pairings",
    "create_county_officer",
    "decide_question",
    "disable_account",
    "dissolve_pairing",
    "end_pairing",
    "enter_duty",
    "flag_apprentice",
    "open_school",
    "propose_pairing",
    "publish_pairing_policy",
    "question_pairings",
    "refuse_agreement",
    "renew",
    "sign_agreement",
    "sign_in",
    "sign_out_everywhere",
    "start_pairing",
    "unflag_apprentice",
]
