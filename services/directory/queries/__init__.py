"""What can be asked of the directory; each answer holds only what the actor may see."""

from services.directory.queries.accounts import Login, Managed, account_for_update, login, logins, managed
from services.directory.queries.api_keys import api_keys
from services.directory.queries.pages import Page
from services.directory.queries.pairings import (
    PairingFilter,
    pairing,
    pairing_for_update,
    pairings,
    periods_of_pairing,
)
from services.directory.queries.people import Me, Teacher, actor_of, me, members, roles_of, teachers
from services.directory.queries.schools import school, schools
from services.directory.queries.views import views, views_of_me

__all__ = [
    "Login",
    "Managed",
    "Me",
    "Page",
    "PairingFilter",
    "Teacher",
    "account_for_update",
    "actor_of",
    "api_keys",
    "login",
    "logins",
    "managed",
    "me",
    "members",
    "pairing",
    "pairing_for_update",
    "pairings",
    "periods_of_pairing",
    "roles_of",
    "school",
    "schools",
    "teachers",
    "views",
    "views_of_me",
]
