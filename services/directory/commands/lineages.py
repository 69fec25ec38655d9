"""How schools go on in one another (撤并、分设): merged, split, undone, and their people moved."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, true, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import end_access
from services.directory.commands.people import say_teachers
from services.directory.commands.schools import CLOSED_TABLES, check_school_name, end_school, say_schools
from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from services.directory.domain.posts import TEACHERS_OWN
from services.directory.models import (
    Dated,
    Group,
    GroupMembership,
    Membership,
    Post,
    School,
    SchoolLineage,
    SchoolRecord,
    value_columns,
)
from shared.auth import Actor
from shared.values import Missing, Refused, county_day, new_id
from shared.vocabulary import LineageKind, MembershipKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Something goes from one school to another on a day; all of it is one batch, known from one moment."""

    from_id: UUID
    to_id: UUID
    on: date
    batch: UUID
    now: datetime

    def cut(self, session: Session, table: type[Dated], *where: Any) -> list[Any]:
        """End facts on that day; the facts as they were."""
        return facts.cut(session, table, *where, on=self.on, now=self.now, batch=self.batch)

    def go_on(self, session: Session, table: type[Dated], ended: Iterable[Any], **other: Any) -> None:
        """Record facts that ended as going on from that day, as they were but for these columns."""
        columns = value_columns(table)
        going_on = [
            (
                Period(starts_on=max(fact.starts_on, self.on), ends_on=fact.ends_on),
                {name: getattr(fact, name) for name in columns} | other,
            )
            for fact in ended
        ]
        facts.add(session, table, going_on, now=self.now, batch=self.batch)


def merge_school(
    session: Session, *, actor: Actor, school_id: UUID, into_id: UUID, merged_on: date, now: datetime
) -> UUID:
    """Let a school go on in another (并入): it closes on that day, and its people belong to the other."""
    passage = Passage(from_id=school_id, to_id=into_id, on=merged_on, batch=new_id(now), now=now)
    _lock_both(session, actor, passage)
    _move(session, passage, people=None)
    _hand_over_schools(session, passage)
    end_school(session, school_id, on=merged_on, batch=passage.batch, now=now)
    say_schools(session, [school_id], now=now)
    return _write_lineage(session, passage, kind=LineageKind.MERGED)


def split_school(
    session: Session,
    *,
    actor: Actor,
    school_id: UUID,
    into_id: UUID,
    split_on: date,
    people: Collection[UUID],
    now: datetime,
) -> UUID:
    """Let part of a school go on in another (分设): these people belong to it from that day on."""
    passage = Passage(from_id=school_id, to_id=into_id, on=split_on, batch=new_id(now), now=now)
    _lock_both(session, actor, passage)
    there = {one.person_id for one in queries.members_from(session, school_id=school_id, on=split_on)}
    if set(people) - there:
        raise Missing("有人在这一天不属于原学校，请核对名单")
    _move(session, passage, people=people)
    return _write_lineage(session, passage, kind=LineageKind.SPLIT)


def _lock_both(session: Session, actor: Actor, passage: Passage) -> None:
    both = {passage.from_id, passage.to_id}
    queries.schools_for_update(session, actor=actor, school_ids=both)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    check_day(passage.on, today=county_day(passage.now))
    if len(both) == 1:
        raise Refused("same_school", "请选择另一所学校")
    lasting = Period(starts_on=passage.on, ends_on=None)
    open_days = facts.periods(session, SchoolRecord, of={"school_id": passage.to_id})
    if not any(lasting.within(days) == lasting for days in open_days):
        raise Refused("school_not_open", "接收学校在这一天尚未设立或已撤销，请核对日期")
    known = queries.standing_lineage(session, from_school_id=passage.from_id, to_school_id=passage.to_id)
    if known is not None:
        raise Refused("lineage_exists", "这两所学校的撤并或分设已经登记，无须再登记")


def _write_lineage(session: Session, passage: Passage, *, kind: LineageKind) -> UUID:
    lineage_id = new_id(passage.now)
    row = {
        "id": lineage_id,
        "from_school_id": passage.from_id,
        "to_school_id": passage.to_id,
        "kind": kind,
        "happened_on": passage.on,
        "entered_at": passage.now,
        "entered_in": passage.batch,
    }
    session.execute(insert(SchoolLineage), [row])
    return lineage_id


def _hand_over_schools(session: Session, passage: Passage) -> None:
    """Schools one looked after as their central school (中心校), the other looks after now."""
    ended = passage.cut(session, SchoolRecord, SchoolRecord.central_school_id == passage.from_id)
    itself = [fact for fact in ended if fact.school_id == passage.to_id]
    others = [fact for fact in ended if fact.school_id != passage.to_id]
    passage.go_on(session, SchoolRecord, itself, central_school_id=None)
    passage.go_on(session, SchoolRecord, others, central_school_id=passage.to_id)
    for school_id in sorted({fact.school_id for fact in ended}):
        say_schools(session, [school_id], now=passage.now)


def move_members(
    session: Session,
    *,
    from_id: UUID,
    to_id: UUID,
    on: date,
    batch: UUID,
    now: datetime,
    people: Collection[UUID] | None = None,
) -> set[UUID]:
    """Let everybody, or these people, belong to another school from a day on, each in the same way as before.

    What they may there is what every teacher may; who leads is for the new school to say.
    """
    passage = Passage(from_id=from_id, to_id=to_id, on=on, batch=batch, now=now)
    return _move(session, passage, people=people)


def _move(session: Session, passage: Passage, *, people: Collection[UUID] | None) -> set[UUID]:
    there = queries.members_from(session, school_id=passage.from_id, on=passage.on)
    wanted = {one.person_id for one in there} if people is None else set(people)
    queries.people_for_update(session, wanted)
    theirs = true() if people is None else Membership.person_id.in_(wanted)
    ended = passage.cut(session, Membership, Membership.school_id == passage.from_id, theirs)
    moved = {fact.person_id for fact in ended}
    _settle_in(session, passage, ended)
    _move_posts(session, passage, moved)
    left = select(Group.id).where(Group.school_id == passage.from_id)
    passage.cut(
        session,
        GroupMembership,
        GroupMembership.group_id.in_(left),
        GroupMembership.person_id.in_(moved),
    )
    for person_id in sorted(moved):
        say_teachers(session, [person_id], now=passage.now)
    end_access(session, moved, school_id=passage.from_id, on=passage.on, now=passage.now)
    return moved


def _settle_in(session: Session, passage: Passage, ended: Collection[Any]) -> None:
    """Who taught in the other school for a time is at home there now; who is at home there is no guest."""
    moved = {fact.person_id for fact in ended}
    as_guests = Membership.kind != MembershipKind.HOME
    passage.cut(
        session,
        Membership,
        Membership.school_id == passage.to_id,
        as_guests,
        Membership.person_id.in_(moved),
    )
    day = Period(starts_on=passage.on, ends_on=None)
    at_home = {
        person_id
        for person_id, homes in queries.homes_of(session, moved).items()
        if any(home == passage.to_id and period.overlaps(day) for home, period in homes)
    }
    coming_home = {fact.person_id for fact in ended if fact.kind is MembershipKind.HOME}
    kept = [
        fact
        for fact in ended
        if fact.kind is MembershipKind.HOME or fact.person_id not in at_home | coming_home
    ]
    passage.go_on(session, Membership, kept, school_id=passage.to_id)


def _move_posts(session: Session, passage: Passage, moved: set[UUID]) -> None:
    theirs = Post.person_id.in_(moved)
    own = Post.role.in_(TEACHERS_OWN)
    there = passage.cut(session, Post, Post.school_id == passage.to_id, own, theirs)
    ended = passage.cut(session, Post, Post.school_id == passage.from_id, theirs)
    kept: dict[tuple[UUID, Role], Post] = {}
    for post in (*there, *ended):
        key = (post.person_id, post.role)
        if post.role in TEACHERS_OWN and (key not in kept or _lasts_longer(post, kept[key])):
            kept[key] = post
    passage.go_on(session, Post, kept.values(), school_id=passage.to_id)


def _lasts_longer(post: Post, other: Post) -> bool:
    return other.ends_on is not None and (post.ends_on is None or post.ends_on > other.ends_on)


def undo_lineage(session: Session, *, actor: Actor, lineage_id: UUID, now: datetime) -> None:
    """Undo a merger or a split, whole: everybody and everything stands as before it."""
    lineage = queries.lineage_for_update(session, actor=actor, lineage_id=lineage_id)
    actor.require(*MAY[Act.RUN_SCHOOLS])
    if lineage.undone_at is not None or lineage.entered_in is None:
        raise Refused("lineage_undone", "这次撤并或分设已经撤销，无须再撤销")
    both = {lineage.from_school_id, lineage.to_school_id}
    queries.schools_for_update(session, actor=actor, school_ids=both)
    for record in facts.withdrawn_in(session, SchoolRecord, batch=lineage.entered_in):
        period = Period(starts_on=record.starts_on, ends_on=record.ends_on)
        check_school_name(session, record.name, period=period, but=record.school_id)
    undone = facts.undo(session, CLOSED_TABLES, batch=lineage.entered_in, now=now)
    lineage.undone_at, lineage.undone_by = now, actor.person_id
    people = {fact.person_id for fact in undone.of(Membership)}
    for person_id in sorted(people):
        say_teachers(session, [person_id], now=now)
    said = {fact.school_id for fact in undone.of(SchoolRecord)}
    for school_id in sorted(said):
        say_schools(session, [school_id], now=now)
    # Whoever looked at the others before this looks again before they change something.
    unsaid = School.id.in_(both - said)
    session.execute(update(School).where(unsaid).values(version=School.version + 1))
    end_access(session, people, school_id=lineage.to_school_id, on=lineage.happened_on, now=now)
