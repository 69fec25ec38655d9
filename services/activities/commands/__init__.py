"""What can be done in activities."""

from services.activities.commands.attendance import confirm_attendance, revoke_attendance
from services.activities.commands.copies import (
    know_plan_items,
    know_school,
    know_teacher,
    learn_of_school,
    learn_of_teacher,
)
from services.activities.commands.entries import check_in, check_in_many
from services.activities.commands.past import Entered, enter_past_sessions
from services.activities.commands.sessions import (
    announce_session,
    cancel_session,
    file_record,
    hold_session,
)
from services.activities.domain import Announcement, Report

__all__ = [
    "Announcement",
    "Entered",
    "Report",
    "announce_session",
    "cancel_session",
    "check_in",
    "check_in_many",
    "confirm_attendance",
    "enter_past_sessions",
    "file_record",
    "hold_session",
    "know_plan_items",
    "know_school",
    "know_teacher",
    "learn_of_school",
    "learn_of_teacher",
    "revoke_attendance",
]
