"""Erasing a person who has left (注销): a pseudonym wherever her name stood; what was counted stays."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import tries
from services.directory.commands.accounts import end_sign_ins_of
from services.directory.commands.people import say_teachers
from services.directory.commands.sign_in import forget_places
from services.directory.domain import erasure
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.models import (
    Account,
    AgreementVersion,
    DutyEntry,
    Evaluation,
    ImportBatch,
    Membership,
    Pairing,
    PairingQuestion,
    Person,
    PersonErasure,
    PersonRecord,
    Post,
    ProviderLink,
    Signature,
    Transfer,
    ViewGrant,
)
from shared import outbox
from shared.auth import Actor
from shared.events.directory import PersonErased
from shared.personal import forget
from shared.values import Missing, county_day, new_id
from shared.vocabulary import MembershipKind


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


def look_at_leaving(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> Leaving:
    """What erasing her would touch, and what stands against it; nothing is written."""
    actor.require(*MAY[Act.ERASE_PEOPLE])
    ids = [person_id, *queries.merged_into(session, person_id)]
    if len(queries.people_for_update(session, ids)) < len(ids):
        raise Missing("没有找到这位教师")
    today = county_day(now)
    return Leaving(
        ids=ids,
        name=queries.latest_names(session, [person_id]).get(person_id, ""),
        pseudonym=session.scalar(select(PersonErasure.pseudonym).where(PersonErasure.person_id == person_id)),
        posts=_lasting(session, Post, ids, today=today),
        memberships=_lasting(session, Membership, ids, today=today),
        records=_count(session, PersonRecord, PersonRecord.person_id.in_(ids)),
        accounts=_count(session, Account, Account.person_id.in_(ids)),
        agreements=_count(session, AgreementVersion, AgreementVersion.pairing_id.in_(_pairings(ids))),
    )


def erase_person(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> Leaving:
    """Call her by a pseudonym everywhere, and tell the other services; saying it twice changes nothing."""
    leaving = look_at_leaving(session, actor=actor, person_id=person_id, now=now)
    if leaving.pseudonym is not None:
        return leaving
    is_alias = queries.alias_of(session, person_id) is not None
    erasure.check_has_left(posts=leaving.posts, memberships=leaving.memberships, is_alias=is_alias)
    pseudonym = erasure.pseudonym_for(new_id(now))
    names = set(
        session.scalars(select(PersonRecord.name).where(PersonRecord.person_id.in_(leaving.ids)).distinct())
    )
    for one in leaving.ids:  # first, for the database lets nothing be reworded but about whoever stands there
        row = {"person_id": one, "pseudonym": pseudonym, "erased_at": now, "erased_by": actor.person_id}
        session.add(PersonErasure(**row))
    session.flush()
    _close_access(session, leaving.ids, now=now)
    _rewrite_register(session, leaving.ids, pseudonym=pseudonym)
    _rewrite_words(session, leaving.ids, names, pseudonym=pseudonym)
    _say(session, leaving.ids, pseudonym=pseudonym, now=now)
    return look_at_leaving(session, actor=actor, person_id=person_id, now=now)


def _close_access(session: Session, ids: Sequence[UUID], *, now: datetime) -> None:
    """No account, no sign-in of the county's own, no place she signed in from is left."""
    for person_id in ids:
        end_sign_ins_of(session, person_id=person_id, school_id=None, now=now)
        forget_places(session, person_id=person_id)
    for username in session.scalars(select(Account.username).where(Account.person_id.in_(ids))).all():
        tries.forget(session, username=username)
    session.execute(delete(Account).where(Account.person_id.in_(ids)))
    session.execute(delete(ProviderLink).where(ProviderLink.person_id.in_(ids)))


def _rewrite_register(session: Session, ids: Sequence[UUID], *, pseudonym: str) -> None:
    """Every record of hers, withdrawn ones too; and files that wait to be imported may hold her name."""
    hers = update(PersonRecord).where(PersonRecord.person_id.in_(ids))
    hidden = {"phone": None, "sex": None, "born_in": None}
    session.execute(hers.values(name=pseudonym, name_key=name_key(pseudonym), **hidden))
    session.execute(update(Person).where(Person.id.in_(ids)).values(staff_no=None))
    session.execute(update(ImportBatch).where(ImportBatch.content.is_not(None)).values(content=None))


def _rewrite_words(session: Session, ids: Sequence[UUID], names: Collection[str], *, pseudonym: str) -> None:
    """What was written about her, with the pseudonym for her name; agreements by their own rule."""
    versions = select(AgreementVersion).where(AgreementVersion.pairing_id.in_(_pairings(ids)))
    for version in session.scalars(versions):
        version.content = erasure.agreement_without(version.content, ids, pseudonym=pseudonym)
        version.flags = [
            {**flag, "text": erasure.without_names(flag["text"], names, pseudonym=pseudonym)}
            for flag in version.flags
        ]
    signed = update(Signature).where(Signature.signed_by.in_(ids))
    session.execute(signed.values(signed_name=pseudonym))
    for row, column in _written_about(session, ids):
        words = getattr(row, column)
        if words:
            setattr(row, column, erasure.without_names(words, names, pseudonym=pseudonym))
    session.flush()


def _written_about(session: Session, ids: Sequence[UUID]) -> Iterator[tuple[Any, str]]:
    """Every row with words about her, and the column that holds them."""
    pairings = _pairings(ids)
    about: Sequence[tuple[Any, Any, Sequence[str]]] = (
        (Transfer, Transfer.person_id.in_(ids), ("reason", "because")),
        (Pairing, Pairing.id.in_(pairings), ("close_reason",)),
        (PairingQuestion, PairingQuestion.pairing_id.in_(pairings), ("note", "decision_note")),
        (DutyEntry, DutyEntry.pairing_id.in_(pairings), ("note",)),
        (AgreementVersion, AgreementVersion.pairing_id.in_(pairings), ("why",)),
        (Evaluation, Evaluation.pairing_id.in_(pairings), ("text",)),
        (ViewGrant, ViewGrant.person_id.in_(ids), ("reason",)),
    )
    for table, hers, columns in about:
        for row in session.scalars(select(table).where(hers)):
            yield from ((row, column) for column in columns)


def _say(session: Session, ids: Sequence[UUID], *, pseudonym: str, now: datetime) -> None:
    """Copies of her name follow the newest telling of her; everything else follows the erasure."""
    belonged = set(session.scalars(select(Membership.person_id).where(Membership.person_id.in_(ids))))
    say_teachers(session, [one for one in ids if one in belonged], now=now)
    for person_id in ids:
        school_id = _last_school(session, person_id)
        said = PersonErased(person_id=person_id, pseudonym=pseudonym, school_id=school_id)
        forget(session, said)
        outbox.add(session, said, now=now)


def _last_school(session: Session, person_id: UUID) -> UUID | None:
    homes = (Membership.person_id == person_id, Membership.kind == MembershipKind.HOME)
    asked = select(Membership.school_id).where(*homes, Membership.withdrawn_at.is_(None))
    return session.scalar(asked.order_by(Membership.starts_on.desc()).limit(1))


def _pairings(ids: Sequence[UUID]) -> Any:
    return select(Pairing.id).where(or_(Pairing.mentor_id.in_(ids), Pairing.apprentice_id.in_(ids)))


def _lasting(session: Session, table: Any, ids: Sequence[UUID], *, today: date) -> int:
    still = or_(table.ends_on.is_(None), table.ends_on > today)
    return _count(session, table, table.person_id.in_(ids), table.withdrawn_at.is_(None), still)


def _count(session: Session, table: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0
