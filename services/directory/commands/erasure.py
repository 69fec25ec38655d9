"""Erasing a person who has left (注销): a pseudonym wherever her name stood; what was counted stays."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
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
    ProviderLink,
    Signature,
    Transfer,
    ViewGrant,
)
from shared import outbox
from shared.auth import Actor
from shared.events.directory import PersonErased
from shared.personal import forget
from shared.values import county_day, new_id
from shared.vocabulary import MembershipKind


def erase_person(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> queries.Leaving:
    """Call her by a pseudonym everywhere, and tell the other services; saying it twice changes nothing."""
    actor.require(*MAY[Act.ERASE_PEOPLE])
    queries.people_for_update(session, [person_id, *queries.merged_into(session, person_id)])
    leaving = queries.leaving(session, actor=actor, person_id=person_id, on=county_day(now))
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
    return queries.leaving(session, actor=actor, person_id=person_id, on=county_day(now))


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
    versions = select(AgreementVersion).where(AgreementVersion.pairing_id.in_(queries.pairings_with(ids)))
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
    pairings = queries.pairings_with(ids)
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
