"""Tables of the directory: schools and people with their history, transfers, pairings, accounts."""

from services.directory.models.access import ApiKey, ProviderLink, ViewGrant
from services.directory.models.accounts import Account, AddressTries, SignInPlace, SignInTries
from services.directory.models.groups import Group, GroupMembership, GroupRecord
from services.directory.models.imports import ImportBatch
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
    "AddressTries",
    "ApiKey",
    "Base",
    "Dated",
    "District",
    "DistrictRecord",
    "Group",
    "GroupMembership",
    "GroupRecord",
    "ImportBatch",
    "Liaison",
    "Membership",
    "Pairing",
    "Person",
    "PersonAlias",
    "PersonRecord",
    "Post",
    "ProviderLink",
    "School",
    "SchoolAlias",
    "SchoolLineage",
    "SchoolRecord",
    "SignInPlace",
    "SignInTries",
    "StageSet",
    "Transfer",
    "ViewGrant",
    "value_columns",
]
