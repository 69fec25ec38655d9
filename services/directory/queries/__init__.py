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
from services.directory.queries.people import (
    Teacher,
    actor_of,
    members,
    people_for_update,
    person_for_update,
    roles_of,
    teachers,
)
from services.directory.queries.schools import (
    SchoolAsOf,
    check_school,
    name_is_taken,
    school,
    school_for_update,
    schools,
)

__all__ = [
    "Page",
    "PairingFilter",
    "SchoolAsOf",
    "Teacher",
    "account_for_update",
    "actor_of",
    "check_school",
    "manageable_account",
    "members",
    "name_is_taken",
    "pairing",
    "pairing_for_update",
    "pairings",
    "people_for_update",
    "periods_of_pairing",
    "person_for_update",
    "roles_of",
    "school",
    "school_for_update",
    "schools",
    "teachers",
]
