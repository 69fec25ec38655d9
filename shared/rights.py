"""What somebody may do by her posts: how a service's table is read, and the few acts of every service."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.auth import Actor
from shared.vocabulary import Role

Rights = Mapping[Any, frozenset[Role]]
"""By act of a service, the posts that allow it; in which schools, the Actor's reach and charge say."""


class Act(StrEnum):
    """What every service lets somebody do, or not."""

    READ_AUDIT_LOG = "read_audit_log"
    EXPORT_OTHERS = "export_others"
    """Everything that is held about somebody else; what is held about oneself needs no post."""


_COUNTY = frozenset({Role.COUNTY_OFFICER})

MAY: Rights = {
    Act.READ_AUDIT_LOG: _COUNTY | {Role.AUDITOR, Role.PRINCIPAL, Role.ACADEMIC_OFFICE},
    Act.EXPORT_OTHERS: _COUNTY,
}


def acts_of(actor: Actor, rights: Rights) -> list[str]:
    """What these rights allow somebody, in their order, and then what every service allows.

    Nothing before a password was chosen. With borrowed eyes it is what that person may, of which nothing can
    be changed.
    """
    if actor.must_change_password:
        return []
    return [act for act, roles in {**rights, **MAY}.items() if actor.has(*roles)]
