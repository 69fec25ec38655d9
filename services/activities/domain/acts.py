"""What somebody may do in activities, or not, by her posts."""

from collections.abc import Mapping
from enum import StrEnum

from shared.vocabulary import Role


class Act(StrEnum):
    """What somebody may do, or not, by her posts."""

    LEAD_SESSIONS = "lead_sessions"
    """Announce, hold and cancel one of her school, file its record, confirm who was there."""
    CHECK_IN_OTHERS = "check_in_others"
    ENTER_PAST_SESSIONS = "enter_past_sessions"
    """Of any school and long ago; those who lead the sessions of a school enter its own of the last year."""
    REVOKE_ATTENDANCE = "revoke_attendance"
    """And read why it was taken back."""


_LEADERS = frozenset({Role.GROUP_LEADER, Role.ACADEMIC_OFFICE, Role.PRINCIPAL})
_COUNTY = frozenset({Role.COUNTY_OFFICER})

MAY: Mapping[Act, frozenset[Role]] = {
    Act.LEAD_SESSIONS: _LEADERS,
    Act.CHECK_IN_OTHERS: _LEADERS,
    Act.ENTER_PAST_SESSIONS: _COUNTY,
    Act.REVOKE_ATTENDANCE: _LEADERS | _COUNTY,
}
"""Which posts allow which act; where, the reach says. Reading, and one's own check-in, need no post."""
