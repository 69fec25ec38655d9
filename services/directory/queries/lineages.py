"""How schools came from one another, what they are also called, and who and what hangs on one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.directory.domain import schools as decisions
from services.directory.domain.acts import MAY, Act
from services.directory.domain.periods import Period
from services.directory.domain.schools import Naming
from services.directory.models import (
    Group,
    GroupRecord,
    Liaison,
    Membership,
    Pairing,
    PersonRecord,
    Post,
    School,
    SchoolAlias,
    SchoolLineage,
    SchoolRecord,
    Transfer,
)
from services.directory.queries.pages import Page, after, holds, holds_within, known, page
from services.directory.queries.people import named
from services.directory.queries.schools import check_school, schools_named
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import MembershipKind, TransferState

MEMBERS_SHOWN_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Who belongs to a school on a day or later, and how much else ends with it."""

    members: Sequence[Any]
    member_count: int
    post_count: int
    group_count: int
    pairing_count: int
    liaison_count: int
    transfer_count: int
    """Transfers that wait for somebody's word."""
    looks_after: Sequence[Any]
    """Schools whose central school (中心校) it is."""


def affected(session: Session, *, actor: Actor, school_id: UUID, on: date) -> Affected:
    """What closing or merging a school on a day would touch; for who may do it."""
    check_school(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    later = Period(starts_on=on, ends_on=None)
    groups = select(Group.id).where(Group.school_id == school_id)
    counted = {
        "post_count": _standing(Post, Post.school_id == school_id, period=later),
        "group_count": _standing(GroupRecord, GroupRecord.group_id.in_(groups), period=later),
        "liaison_count": _standing(Liaison, Liaison.school_id == school_id, period=later),
        "pairing_count": select(func.count()).where(
            Pairing.school_id == school_id, holds_within(Pairing, later)
        ),
        "transfer_count": _open_transfers(school_id),
    }
    members = members_from(session, school_id=school_id, on=on)
    after_it = select(SchoolRecord.school_id).where(
        SchoolRecord.central_school_id == school_id, known(SchoolRecord), holds_within(SchoolRecord, later)
    )
    return Affected(
        members=members[:MEMBERS_SHOWN_MAX],
        member_count=len(members),
        looks_after=schools_named(session, session.scalars(after_it).all(), on=on),
        **{name: session.scalar(asked) or 0 for name, asked in counted.items()},
    )


def _standing(table: Any, *where: Any, period: Period) -> Any:
    return select(func.count()).where(known(table), holds_within(table, period), *where)


def _open_transfers(school_id: UUID) -> Any:
    ends = or_(Transfer.from_school_id == school_id, Transfer.to_school_id == school_id)
    return select(func.count()).where(ends, Transfer.state == TransferState.PROPOSED)


def open_transfers(session: Session, *, school_id: UUID) -> int:
    """How many transfers from or to a school wait for somebody's word."""
    return session.scalar(_open_transfers(school_id)) or 0


def members_from(session: Session, *, school_id: UUID, on: date) -> Sequence[Any]:
    """Who belongs to a school on a day or later, in whichever way, by the names they have then."""
    asked = (
        select(Membership.person_id, PersonRecord.name, Membership.kind, Membership.subject)
        .join(
            PersonRecord,
            and_(
                PersonRecord.person_id == Membership.person_id,
                known(PersonRecord),
                PersonRecord.ends_on.is_(None),
            ),
        )
        .where(
            Membership.school_id == school_id,
            known(Membership),
            holds_within(Membership, Period(starts_on=on, ends_on=None)),
        )
    )
    return session.execute(asked.order_by(Membership.person_id, Membership.starts_on)).all()


def left_behind(
    session: Session, *, actor: Actor, on: date, known_at: datetime | None, cursor: UUID | None, limit: int
) -> Page:
    """Who belongs on a day to a school that is not open then: somebody has to say where they went."""
    actor.require(*MAY[Act.KEEP_REGISTER])
    is_open = select(SchoolRecord.id).where(
        SchoolRecord.school_id == Membership.school_id, known(SchoolRecord, known_at), holds(SchoolRecord, on)
    )
    asked = (
        select(Membership.id, Membership.person_id, PersonRecord.name, Membership.school_id, Membership.kind)
        .join(PersonRecord, named(Membership.person_id, on=on, known_at=known_at))
        .where(
            known(Membership, known_at),
            holds(Membership, on),
            actor.reach(Membership.school_id),
            ~is_open.exists(),
            after(Membership.id, cursor),
        )
        .order_by(Membership.id)
        .limit(limit + 1)
    )
    return page(session.execute(asked).all(), limit, key="id")


def lineages(
    session: Session, *, actor: Actor, school_id: UUID, known_at: datetime | None = None
) -> Sequence[Any]:
    """From which schools one came and in which it went on, in order."""
    check_school(session, actor=actor, school_id=school_id)
    ends = or_(SchoolLineage.from_school_id == school_id, SchoolLineage.to_school_id == school_id)
    asked = select(SchoolLineage).where(ends, _stands(SchoolLineage, SchoolLineage.undone_at, known_at))
    rows = session.scalars(asked.order_by(SchoolLineage.happened_on, SchoolLineage.id)).all()
    names = {
        one.id: one.name
        for row in rows
        for one in schools_named(session, [row.from_school_id, row.to_school_id], on=row.happened_on)
    }
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "happened_on": row.happened_on,
            "from_school_id": row.from_school_id,
            "from_school_name": names[row.from_school_id],
            "to_school_id": row.to_school_id,
            "to_school_name": names[row.to_school_id],
        }
        for row in rows
    ]


def _stands(table: Any, gone: Any, known_at: datetime | None) -> Any:
    if known_at is None:
        return gone.is_(None)
    return (table.entered_at <= known_at) & or_(gone.is_(None), gone > known_at)


def lineage_for_update(session: Session, *, actor: Actor, lineage_id: UUID) -> SchoolLineage:
    """A lineage whose two schools are within reach, locked."""
    asked = select(SchoolLineage).where(
        SchoolLineage.id == lineage_id,
        actor.charge(SchoolLineage.from_school_id),
        actor.charge(SchoolLineage.to_school_id),
    )
    found = session.scalar(asked.with_for_update())
    if found is None:
        raise Missing(GONE, what="这次撤并或分设")
    return found


def standing_lineage(session: Session, *, from_school_id: UUID, to_school_id: UUID | None = None) -> Any:
    """The lineage by which a school went on in another, if it did."""
    asked = select(SchoolLineage).where(
        SchoolLineage.from_school_id == from_school_id, SchoolLineage.undone_at.is_(None)
    )
    if to_school_id is not None:
        asked = asked.where(SchoolLineage.to_school_id == to_school_id)
    return session.scalars(asked.order_by(SchoolLineage.id).limit(1)).one_or_none()


def aliases(
    session: Session, *, actor: Actor, school_id: UUID, known_at: datetime | None = None
) -> Sequence[Any]:
    """The other names a school goes by, in the order they were entered."""
    check_school(session, actor=actor, school_id=school_id)
    asked = select(SchoolAlias.id, SchoolAlias.alias, SchoolAlias.entered_at).where(
        SchoolAlias.school_id == school_id, _stands(SchoolAlias, SchoolAlias.removed_at, known_at)
    )
    return session.execute(asked.order_by(SchoolAlias.id)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A school somebody may have meant."""

    school_id: UUID
    name: str
    way: str
    """By what it was found: code, name, former_name, short_name or alias."""
    text: str


def find_schools(session: Session, *, actor: Actor, text: str, on: date) -> list[Found]:
    """Which schools within reach a text means, by code, name, short name or alias; of several one chooses."""
    namings = [*_namings(session, actor=actor, on=on)]
    found = decisions.meant(text, namings)
    names = {one.id: one.name for one in schools_named(session, [one.school_id for one in found], on=on)}
    return [
        Found(school_id=one.school_id, name=names[one.school_id], way=one.way, text=one.text) for one in found
    ]


def _namings(session: Session, *, actor: Actor, on: date) -> Iterable[Naming]:
    """A county has a few hundred schools: they are compared in one place, by one rule."""
    codes = select(School.id, School.code).where(School.code.is_not(None), actor.reach(School.id))
    for school_id, code in session.execute(codes):
        yield Naming(school_id=school_id, way="code", text=code or "")
    records = select(SchoolRecord).where(known(SchoolRecord), actor.reach(SchoolRecord.school_id))
    for record in session.scalars(records.order_by(SchoolRecord.starts_on.desc())):
        today = Period(starts_on=record.starts_on, ends_on=record.ends_on).covers(on)
        yield Naming(school_id=record.school_id, way="name" if today else "former_name", text=record.name)
        if record.short_name:
            yield Naming(school_id=record.school_id, way="short_name", text=record.short_name)
    others = select(SchoolAlias.school_id, SchoolAlias.alias).where(
        SchoolAlias.removed_at.is_(None), actor.reach(SchoolAlias.school_id)
    )
    for school_id, alias in session.execute(others.order_by(SchoolAlias.id)):
        yield Naming(school_id=school_id, way="alias", text=alias)


def homes_of(session: Session, people: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, Period]]]:
    """Each person's home schools as they are known now, in order."""
    asked = select(Membership).where(
        Membership.person_id.in_(list(people)), Membership.kind == MembershipKind.HOME, known(Membership)
    )
    found: dict[UUID, list[tuple[UUID, Period]]] = {}
    with tenancy.whole_county(session):  # wherever they were
        homes = session.scalars(asked.order_by(Membership.starts_on)).all()
    for one in homes:
        period = Period(starts_on=one.starts_on, ends_on=one.ends_on)
        found.setdefault(one.person_id, []).append((one.school_id, period))
    return found
