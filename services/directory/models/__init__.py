"""Tables of the directory: schools and people with their history, transfers, pairings, accounts."""

from services.directory.models.accounts import Account, SignInTries
from services.directory.models.groups import Group, GroupMembership
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
from services.directory.models.schools import District, School, SchoolAlias, SchoolLineage, SchoolRecord
from services.directory.models.stages import StageSet
from services.directory.models.tables import Base, Dated, value_columns
from services.directory.models.transfers import Transfer

__all__ = [
    "Absence",
    "Account",
    "AgreementNumber",
    "AgreementVersion",
    "ApprenticeNeed",
    "Base",
    "Dated",
    "District",
    "Duty",
    "DutyEntry",
    "Evaluation",
    "Group",
    "GroupMembership",
    "Liaison",
    "Membership",
    "Pairing",
    "PairingPolicy",
    "PairingQuestion",
    "Person",
    "PersonAlias",
    "PersonRecord",
    "Post",
    "School",
    "SchoolAlias",
    "SchoolLineage",
    "SchoolRecord",
    "SignInTries",
    "Signature",
    "StageSet",
    "Transfer",
    "value_columns",
]
