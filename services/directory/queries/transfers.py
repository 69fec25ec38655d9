"""Transfers within reach: of one's own school, on either side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from services.directory.domain.acts import MAY, Act
from services.directory.domain.transfers import Parties, Side
from services.directory.models import Membership, Pairing, Person, PersonRecord, SchoolRecord, Transfer
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import alias_of
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing, in_chunks
from shared.vocabulary import MembershipKind, TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFilter:
    """Which transfers are wanted; None leaves it open."""

    state: TransferState | None
    waits_for_me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """A transfer as either school sees it."""

    transfer: Transfer
    name: str
    from_school: str
    to_school: str
    waits_for_me: bool


def parties_of(transfer: Transfer) -> Parties:
    """The two schools, and who has agreed."""
    by = {Side.LETTING_GO: transfer.let_go_by, Side.TAKING: transfer.taken_by}
    return Parties(
        from_school_id=transfer.from_school_id,
        to_school_id=transfer.to_school_id,
        agreed=[side for side, who in by.items() if who is not None],
    )


def transfers(
    session: Session, *, actor: Actor, wanted: TransferFilter, cursor: UUID | None, limit: int
) -> Page:
    """Transfers of one's own school, on either side; with `waits_for_me`, those it has yet to agree to.

    Who works in no office sees her own.
    """
    asked = _transfers().where(_seen_by(actor), after(Transfer.id, cursor))
    if wanted.state is not None:
        asked = asked.where(Transfer.state == wanted.state)
    if wanted.waits_for_me:
        asked = asked.where(Transfer.state == TransferState.PROPOSED, _waits_for(actor))
    rows = session.execute(asked.order_by(Transfer.id).limit(limit + 1)).all()
    found = page([row.Transfer for row in rows], limit, key="id")
    items = [_view(row, actor=actor) for row in rows[:limit]]
    return Page(items=items, next_cursor=found.next_cursor)


def transfer(session: Session, *, actor: Actor, transfer_id: UUID) -> TransferView:
    """One transfer; Missing when neither side is within reach."""
    row = session.execute(_transfers().where(Transfer.id == transfer_id, _seen_by(actor))).one_or_none()
    if row is None:
        raise Missing(GONE, what="这件调动")
    return _view(row, actor=actor)


def transfer_for_update(session: Session, *, actor: Actor, transfer_id: UUID) -> Transfer:
    """The row of a transfer within reach, locked."""
    asked = select(Transfer).where(Transfer.id == transfer_id, _reach(actor))
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing(GONE, what="这件调动")
    return found


def _reach(actor: Actor) -> ColumnElement[bool]:
    return or_(actor.charge(Transfer.from_school_id), actor.charge(Transfer.to_school_id))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    own: ColumnElement[bool] = Transfer.person_id == actor.person_id
    return or_(own, _reach(actor)) if actor.has(*MAY[Act.READ_TRANSFERS]) else own


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    return or_(
        and_(Transfer.let_go_by.is_(None), actor.charge(Transfer.from_school_id)),
        and_(Transfer.taken_by.is_(None), actor.charge(Transfer.to_school_id)),
    )


def _transfers() -> Any:
    here, there, person = aliased(SchoolRecord), aliased(SchoolRecord), aliased(PersonRecord)
    return (
        select(
            Transfer,
            person.name.label("name"),
            here.name.label("from_school"),
            there.name.label("to_school"),
        )
        .select_from(Transfer)
        .join(person, _latest(person, person.person_id, Transfer.person_id))
        .join(here, _latest(here, here.school_id, Transfer.from_school_id))
        .join(there, _latest(there, there.school_id, Transfer.to_school_id))
    )


def _latest(record: Any, column: Any, wanted: Any) -> Any:
    """The record of what is known last; one person or school has several only one after the other."""
    later = aliased(record.__mapper__.class_)
    key = getattr(later, column.key)
    newer = select(later.id).where(key == wanted, known(later), later.starts_on > record.starts_on)
    return and_(column == wanted, known(record), ~newer.exists())


def _view(row: Any, *, actor: Actor) -> TransferView:
    parties = parties_of(row.Transfer)
    is_open = row.Transfer.state is TransferState.PROPOSED
    mine = parties.sides_of(actor.school_id) - frozenset(parties.agreed)
    return TransferView(
        transfer=row.Transfer,
        name=row.name,
        from_school=row.from_school,
        to_school=row.to_school,
        waits_for_me=is_open and bool(mine),
    )


def with_open_transfer(session: Session, people: Sequence[UUID]) -> frozenset[UUID]:
    """Who of these has a transfer that waits for somebody to agree."""
    found: set[UUID] = set()
    for ids in in_chunks(people, of=IDS_PER_STATEMENT_MAX):
        asked = select(Transfer.person_id).where(
            Transfer.person_id.in_(ids), Transfer.state == TransferState.PROPOSED
        )
        found |= set(session.scalars(asked))
    return frozenset(found)


def agreed_moves(session: Session) -> Sequence[Transfer]:
    """The transfers for good that took or take effect, in order."""
    asked = select(Transfer).where(
        Transfer.state == TransferState.AGREED, Transfer.kind == MembershipKind.HOME
    )
    return session.scalars(asked.order_by(Transfer.effective_on, Transfer.id)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHome:
    """Whom a transfer is about, and the school she is to leave."""

    person_id: UUID
    name: str
    school_id: UUID


def at_home(session: Session, *, actor: Actor, person_id: UUID, on: date) -> AtHome:
    """Somebody who is at home in a school within reach on a day; Missing when she is not."""
    return _at_home(session, on, Membership.person_id == person_id, actor.charge(Membership.school_id))


def at_home_by_staff_no(session: Session, *, staff_no: str, name_key: str, on: date) -> AtHome:
    """Whoever has this number and this name, at whichever school: who knows both has seen her papers."""
    with tenancy.whole_county(session):
        return _at_home(session, on, Person.staff_no == staff_no, PersonRecord.name_key == name_key)


def _at_home(session: Session, on: date, *conditions: ColumnElement[bool]) -> AtHome:
    asked = (
        select(Membership.person_id, PersonRecord.name, Membership.school_id)
        .join(Person, Person.id == Membership.person_id)
        .join(PersonRecord, and_(PersonRecord.person_id == Person.id, known(PersonRecord)))
        .where(
            *conditions,
            Membership.kind == MembershipKind.HOME,
            known(Membership),
            holds(Membership, on),
            holds(PersonRecord, on),
        )
    )
    row = session.execute(asked).one_or_none()
    if row is None or alias_of(session, row.person_id) is not None:
        raise Missing("没有找到这位教师；由调入学校提出时，请核对职工号与姓名")
    return AtHome(person_id=row.person_id, name=row.name, school_id=row.school_id)


def open_schools(session: Session, *, on: date) -> Sequence[Any]:
    """Every school that is open, by name: where somebody may go to. Names of schools are no secret."""
    asked = select(SchoolRecord.school_id, SchoolRecord.name).where(
        known(SchoolRecord), holds(SchoolRecord, on)
    )
    return session.execute(asked.order_by(SchoolRecord.name, SchoolRecord.school_id)).all()


def pairings_in_question(session: Session, *, person_id: UUID, school_id: UUID, on: date) -> Sequence[UUID]:
    """Pairings in which somebody stands at the school she leaves, as of a day or later.

    A transfer does not end them: whether mentor and apprentice go on is for the schools to say.
    """
    asked = select(Pairing.id).where(
        Pairing.school_id == school_id,
        or_(Pairing.mentor_id == person_id, Pairing.apprentice_id == person_id),
        or_(Pairing.ends_on.is_(None), Pairing.ends_on > on),
    )
    return session.scalars(asked.order_by(Pairing.id)).all()


def names_of_schools(
    session: Session, school_ids: Sequence[UUID], *, on: date, known_at: datetime | None = None
) -> dict[UUID, str]:
    """What schools are called on a day; a closed one what it was called last."""
    asked = (
        select(SchoolRecord.school_id, SchoolRecord.name)
        .where(SchoolRecord.school_id.in_(school_ids), known(SchoolRecord, known_at))
        .where(SchoolRecord.starts_on <= on)
        .order_by(SchoolRecord.starts_on)
    )
    return {row.school_id: row.name for row in session.execute(asked)}
