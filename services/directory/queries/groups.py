"""Groups (教研组等) within reach, who is in them and who leads them, on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.models import Group, GroupMembership, GroupRecord, Membership, Post, SchoolRecord
from services.directory.models import PersonRecord as Record
from services.directory.queries.pages import Page, after, holds, known, page
from services.directory.queries.people import named
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import GroupKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """Which groups are wanted; None leaves it open."""

    school_id: UUID | None = None
    district_id: UUID | None = None
    kind: GroupKind | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsOf:
    """A group as it is called and led on a day."""

    id: UUID
    version: int
    school_id: UUID | None
    district_id: UUID | None
    kind: GroupKind
    name: str
    subject: str | None
    within_id: UUID | None
    opened_on: date
    ended_on: date | None
    leaders: Sequence[Any]
    member_count: int


def groups(
    session: Session,
    *,
    actor: Actor,
    wanted: GroupFilter,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Groups within reach that meet on a day, in the order they were entered."""
    asked = (
        _groups(actor, known_at)
        .where(holds(GroupRecord, on), after(Group.id, cursor), *_chosen(wanted, on=on, known_at=known_at))
        .order_by(Group.id)
        .limit(limit + 1)
    )
    rows = session.execute(asked).all()
    return page(_as_of(session, rows, on=on, known_at=known_at), limit, key="id")


def _chosen(wanted: GroupFilter, *, on: date, known_at: datetime | None) -> list[Any]:
    chosen = [
        column == value
        for column, value in (
            (Group.school_id, wanted.school_id),
            (Group.district_id, wanted.district_id),
            (Group.kind, wanted.kind),
        )
        if value is not None
    ]
    if wanted.person_id is not None:
        own = select(GroupMembership.group_id).where(
            GroupMembership.person_id == wanted.person_id,
            known(GroupMembership, known_at),
            holds(GroupMembership, on),
        )
        chosen.append(Group.id.in_(own))
    return chosen


def group(
    session: Session, *, actor: Actor, group_id: UUID, on: date, known_at: datetime | None = None
) -> GroupAsOf:
    """One group; before it met and after it ended, as it was nearest to that day."""
    asked = _groups(actor, known_at).where(Group.id == group_id).order_by(GroupRecord.starts_on)
    rows = session.execute(asked).all()
    if not rows:
        raise Missing(GONE, what="这个组")
    started = [row for row in rows if row.starts_on <= on]
    return _as_of(session, [(started or rows[:1])[-1]], on=on, known_at=known_at)[0]


def _groups(actor: Actor, known_at: datetime | None) -> Any:
    return (
        select(
            Group.id,
            Group.version,
            Group.school_id,
            Group.district_id,
            Group.kind,
            GroupRecord.name,
            GroupRecord.subject,
            GroupRecord.within_id,
            GroupRecord.starts_on,
        )
        .join(GroupRecord, GroupRecord.group_id == Group.id)
        .where(known(GroupRecord, known_at), within_reach(actor))
    )


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """A school's own groups, and the joint ones in which it has, or had, somebody."""
    theirs = (
        select(GroupMembership.id)
        .join(Membership, Membership.person_id == GroupMembership.person_id)
        .where(
            GroupMembership.group_id == Group.id,
            known(GroupMembership),
            known(Membership),
            actor.reach(Membership.school_id),
            or_(GroupMembership.ends_on.is_(None), Membership.starts_on < GroupMembership.ends_on),
            or_(Membership.ends_on.is_(None), Membership.ends_on > GroupMembership.starts_on),
        )
    )
    joint: ColumnElement[bool] = Group.district_id.is_not(None) & theirs.exists()
    if actor.is_county:
        return Group.id.is_not(None)
    return actor.reach(Group.school_id) | joint


def _as_of(session: Session, rows: Sequence[Any], *, on: date, known_at: datetime | None) -> list[GroupAsOf]:
    ids = [row.id for row in rows]
    spans = _spans(session, ids, known_at=known_at)
    counted = select(GroupMembership.group_id, func.count()).where(
        GroupMembership.group_id.in_(ids), known(GroupMembership, known_at), holds(GroupMembership, on)
    )
    with tenancy.whole_county(session):  # in a joint group, those of the other schools too
        leaders = _leaders(session, ids, on=on, known_at=known_at)
        counts = {row[0]: row[1] for row in session.execute(counted.group_by(GroupMembership.group_id))}
    return [
        GroupAsOf(
            **{name: getattr(row, name) for name in row._fields if name != "starts_on"},
            opened_on=spans[row.id][0],
            ended_on=spans[row.id][1],
            leaders=leaders.get(row.id, []),
            member_count=counts.get(row.id, 0),
        )
        for row in rows
    ]


def _spans(
    session: Session, ids: Sequence[UUID], *, known_at: datetime | None
) -> dict[UUID, tuple[date, date | None]]:
    record = GroupRecord
    asked = (
        select(
            record.group_id,
            func.min(record.starts_on),
            func.max(record.ends_on),
            func.count() - func.count(record.ends_on),
        )
        .where(record.group_id.in_(ids), known(record, known_at))
        .group_by(record.group_id)
    )
    return {key: (first, None if lasting else last) for key, first, last, lasting in session.execute(asked)}


def _leaders(
    session: Session, ids: Sequence[UUID], *, on: date, known_at: datetime | None
) -> dict[UUID, list[Any]]:
    asked = (
        select(Post.group_id, Post.person_id, Record.name)
        .join(Record, named(Post.person_id, on=on, known_at=known_at))
        .where(Post.group_id.in_(ids), Post.role == Role.GROUP_LEADER, known(Post, known_at), holds(Post, on))
        .order_by(Post.starts_on, Post.id)
    )
    found: dict[UUID, list[Any]] = {}
    for row in session.execute(asked):
        found.setdefault(row.group_id, []).append(row)
    return found


def group_members(
    session: Session,
    *,
    actor: Actor,
    group_id: UUID,
    on: date,
    known_at: datetime | None = None,
    cursor: UUID | None,
    limit: int,
) -> Page:
    """Who is in a group on a day, and with which duty; of a leading group this is its duty roster."""
    check_group(session, actor=actor, group_id=group_id)
    asked = (
        select(
            GroupMembership.person_id,
            Record.name,
            GroupMembership.duty,
            GroupMembership.starts_on,
            GroupMembership.ends_on,
        )
        .join(Record, named(GroupMembership.person_id, on=on, known_at=known_at))
        .where(
            GroupMembership.group_id == group_id,
            known(GroupMembership, known_at),
            holds(GroupMembership, on),
            after(GroupMembership.person_id, cursor),
        )
        .order_by(GroupMembership.person_id)
        .limit(limit + 1)
    )
    with tenancy.whole_county(session):  # in a joint group, those of the other schools too
        return page(session.execute(asked).all(), limit, key="person_id")


def check_group(session: Session, *, actor: Actor, group_id: UUID) -> Any:
    """Where a group has its home; Missing when it is not within reach."""
    asked = select(Group.school_id, Group.district_id).where(Group.id == group_id, within_reach(actor))
    found = session.execute(asked).one_or_none()
    if found is None:
        raise Missing(GONE, what="这个组")
    return found


def group_for_update(session: Session, *, actor: Actor, group_id: UUID) -> Group:
    """The row of a group of the actor's school, locked; joint ones are the county's."""
    own = actor.charge(Group.school_id)
    found = session.scalar(select(Group).where(Group.id == group_id, own).with_for_update())
    if found is None:
        raise Missing(GONE, what="这个组")
    return found


def group_names(
    session: Session, *, school_id: UUID | None, district_id: UUID | None, period: Period, but: UUID | None
) -> Sequence[str]:
    """What the groups of one home are called on some day of a period."""
    lasting = or_(GroupRecord.ends_on.is_(None), GroupRecord.ends_on > period.starts_on)
    asked = (
        select(GroupRecord.name)
        .join(Group, Group.id == GroupRecord.group_id)
        .where(
            Group.school_id == school_id if school_id is not None else Group.district_id == district_id,
            known(GroupRecord),
            lasting,
        )
    )
    if period.ends_on is not None:
        asked = asked.where(GroupRecord.starts_on < period.ends_on)
    if but is not None:
        asked = asked.where(Group.id != but)
    return session.scalars(asked).all()


def belonging_to(
    session: Session, people: Sequence[UUID], *, school_id: UUID | None, district_id: UUID | None
) -> dict[UUID, tuple[str, list[Period]]]:
    """What these people are called and when they belong to a school, or to one of a district's schools.

    Missing when one of them never did: of another school's people nobody is told anything.
    """
    asked = (
        select(Membership.person_id, Record.name, Membership.starts_on, Membership.ends_on)
        .join(Record, (Record.person_id == Membership.person_id) & known(Record) & Record.ends_on.is_(None))
        .where(Membership.person_id.in_(people), known(Membership))
        .order_by(Membership.starts_on)
    )
    if school_id is not None:
        asked = asked.where(Membership.school_id == school_id)
    else:
        there = select(SchoolRecord.school_id).where(
            SchoolRecord.district_id == district_id, known(SchoolRecord)
        )
        asked = asked.where(Membership.school_id.in_(there))
    found: dict[UUID, tuple[str, list[Period]]] = {}
    for row in session.execute(asked):
        periods = found.setdefault(row.person_id, (row.name, []))[1]
        follows = periods and periods[-1].ends_on is not None and row.starts_on <= periods[-1].ends_on
        starts_on = periods.pop().starts_on if follows else row.starts_on
        periods.append(Period(starts_on=starts_on, ends_on=row.ends_on))
    if len(found) < len(set(people)):
        raise Missing(GONE, what="这位教师")
    return found
