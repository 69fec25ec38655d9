"""Tables of the directory: schools and people with their history, transfers, pairings, accounts."""

from services.directory.models.access import ApiKey, ProviderLink, ViewGrant
from services.directory.models.accounts import Account, AddressTries, SignInPlace, SignInTries
from services.directory.models.erasures import PersonErasure
from services.directory.models.groups import Group, GroupMembership, GroupRecord
from services.directory.models.imports import ImportBatch, ImportMark, ImportProgress
from services.directory.models.pairings import (
    AgreementNumber,
    AgreementVersion,
    ApprenticeNeed,
    Duty,
    DutyEntry,
    Evaluation,
    Pairing,
    PairingPolicy,
    PairingQuestion,
    Signature,
)
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
from services.directory.models.telling import TELLING
from services.directory.models.transfers import Transfer
from services.directory.models.walls import WALLS

__all__ = [
    "TELLING",
    "WALLS",
    "Absence",
    "Account",
    "AddressTries",
    "AgreementNumber",
    "AgreementVersion",
    "ApiKey",
    "ApprenticeNeed",
    "Base",
    "Dated",
    "District",
    "DistrictRecord",
    "Duty",
    "DutyEntry",
    "Evaluation",
    "Group",
    "GroupMembership",
    "GroupRecord",
    "ImportBatch",
    "ImportMark",
    "ImportProgress",
    "Liaison",
    "Membership",
    "Pairing",
    "PairingPolicy",
    "PairingQuestion",
    "Person",
    "PersonAlias",
    "PersonErasure",
    "PersonRecord",
    "Post",
    "ProviderLink",
    "School",
    "SchoolAlias",
    "SchoolLineage",
    "SchoolRecord",
    "SignInPlace",
    "SignInTries",
    "Signature",
    "StageSet",
    "Transfer",
    "ViewGrant",
    "value_columns",
]
