"""What there is of somebody who has left, before she is erased (注销) and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.models import (
    Account,
    AgreementVersion,
    Membership,
    Pairing,
    Person,
    PersonErasure,
    PersonRecord,
    Post,
)
from services.directory.queries.people import latest_names, merged_into
from shared.auth import Actor
from shared.values import GONE, Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Somebody who may be erased, or was, and what of her there is."""

    ids: Sequence[UUID]
    """The entry that is kept, then those merged into it."""
    name: str
    pseudonym: str | None
    """Once she was erased."""
    posts: int
    """That hold today or later."""
    memberships: int
    records: int
    accounts: int
    agreements: int


def leaving(session: Session, *, actor: Actor, person_id: UUID, on: date) -> Leaving:
    """What erasing her would touch, and what stands against it on a day."""
    actor.require(*MAY[Act.ERASE_PEOPLE])
    ids = [person_id, *merged_into(session, person_id)]
    if _count(session, Person, Person.id.in_(ids)) < len(ids):
        raise Missing(GONE, what="这位教师")
    agreements = AgreementVersion.pairing_id.in_(pairings_with(ids))
    return Leaving(
        ids=ids,
        name=latest_names(session, [person_id]).get(person_id, ""),
        pseudonym=session.scalar(select(PersonErasure.pseudonym).where(PersonErasure.person_id == person_id)),
        posts=_lasting(session, Post, ids, on=on),
        memberships=_lasting(session, Membership, ids, on=on),
        records=_count(session, PersonRecord, PersonRecord.person_id.in_(ids)),
        accounts=_count(session, Account, Account.person_id.in_(ids)),
        agreements=_count(session, AgreementVersion, agreements),
    )


def pairings_with(ids: Sequence[UUID]) -> Any:
    """The ids of the pairings in which one of these people was the one or the other."""
    return select(Pairing.id).where(or_(Pairing.mentor_id.in_(ids), Pairing.apprentice_id.in_(ids)))


def _lasting(session: Session, table: Any, ids: Sequence[UUID], *, on: date) -> int:
    still = or_(table.ends_on.is_(None), table.ends_on > on)
    return _count(session, table, table.person_id.in_(ids), table.withdrawn_at.is_(None), still)


def _count(session: Session, table: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
