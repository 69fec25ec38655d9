"""Tables of the directory: schools and people with their history, transfers, pairings, accounts."""

from services.directory.models.accounts import Account, SignInTries
from services.directory.models.groups import Group, GroupMembership, GroupRecord
from services.directory.models.pairings import Pairing
from services.directory.models.people import (
    Absence,
    Liaison,
    Membership,
    Person,
    PersonAlias,
    PersonRecord,
    Post,
)
from services.directory.models.schools import (
    District,
    DistrictRecord,
    School,
    SchoolAlias,
    SchoolLineage,
    SchoolRecord,
)
from services.directory.models.stages import StageSet
from services.directory.models.tables import Base, Dated, value_columns
from services.directory.models.transfers import Transfer

__all__ = [
    "Absence",
    "Account",
    "Base",
    "Dated",
    "District",
    "DistrictRecord",
    "Group",
    "GroupMembership",
    "GroupRecord",
    "Liaison",
    "Membership",
    "Pairing",
    "Person",
    "PersonAlias",
    "PersonRecord",
    "Post",
    "School",
    "SchoolAlias",
    "SchoolLineage",
    "SchoolRecord",
    "SignInTries",
    "StageSet",
    "Transfer",
    "value_columns",
]
