"""Tables of the directory: schools, people, where they belong and what they may, pairings, accounts."""

from services.directory.models.access import ApiKey, ProviderLink, ViewGrant
from services.directory.models.accounts import Account, AddressTries, SignInPlace, SignInTries
from services.directory.models.pairings import Pairing
from services.directory.models.people import Membership, Person, Post
from services.directory.models.schools import School
from services.directory.models.tables import Base

__all__ = [
    "Account",
    "AddressTries",
    "ApiKey",
    "Base",
    "Membership",
    "Pairing",
    "Person",
    "Post",
    "ProviderLink",
    "School",
    "SignInPlace",
    "SignInTries",
    "ViewGrant",
]
