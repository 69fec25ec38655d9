"""What can be asked of the directory; each answer holds only what the actor may see."""

from services.directory.queries.accounts import account_for_update, manageable_account
from services.directory.queries.pages import Page
from services.directory.queries.pairings import (
    PairingFilter,
    pairing,
    pairing_for_update,
    pairings,
    periods_of_pairing,
)
from services.directory.queries.people import Teacher, actor_of, members, roles_of, teachers
from services.directory.queries.schools import school, schools

__all__ = [
    "Page",
    "PairingFilter",
    "Teacher",
    "account_for_update",
    "actor_of",
    "manageable_account",
    "members",
    "pairing",
    "pairing_for_update",
    "pairings",
    "periods_of_pairing",
    "roles_of",
    "school",
    "schools",
    "teachers",
]
