"""Tables of the directory: schools, people, where they belong and what they may, pairings, accounts."""

from services.directory.models.accounts import Account, SignInTries
from services.directory.models.pairings import Pairing
from services.directory.models.people import Membership, Person, Post
from services.directory.models.schools import School
from services.directory.models.tables import Base

__all__ = ["Account", "Base", "Membership", "Pairing", "Person", "Post", "School", "SignInTries"]
