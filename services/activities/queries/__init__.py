"""What can be asked of activities, within the actor's reach."""

from services.activities.queries.known import (
    belongings,
    has_record,
    here,
    latest_rounds,
    lock_teachers,
    plan_items_among,
    schools_among,
    stays_around,
)
from services.activities.queries.sessions import (
    SessionFilter,
    SessionPage,
    SessionView,
    WholeSession,
    check_in,
    sessions,
    whole_session,
)
from services.activities.queries.whose import activities_to_attend, activity_for_update

__all__ = [
    "SessionFilter",
    "SessionPage",
    "SessionView",
    "WholeSession",
    "activities_to_attend",
    "activity_for_update",
    "belongings",
    "check_in",
    "has_record",
    "here",
    "latest_rounds",
    "lock_teachers",
    "plan_items_among",
    "schools_among",
    "sessions",
    "stays_around",
    "whole_session",
]
