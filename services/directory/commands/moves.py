"""Moves: what an agreed transfer does to memberships, posts and groups, and how it is undone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.directory.commands import facts
from services.directory.commands.facts import Values
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Change
from services.directory.models import Dated, Group, GroupMembership, Membership, Post, Transfer
from shared.vocabulary import MembershipKind, Role

REWRITTEN: tuple[type[Dated], ...] = (Membership, Post, GroupMembership)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One timeline that a move rewrites, from when until when, and into what."""

    table: type[Dated]
    of: Values
    period: Period
    become: Callable[[Values | None], Values | None]


def carry_out(session: Session, transfer: Transfer, *, now: datetime) -> None:
    """Rewrite it all; the caller has locked the person."""
    for step in steps_of(session, transfer):
        facts.record(
            session,
            step.table,
            of=step.of,
            period=step.period,
            become=step.become,
            now=now,
            batch=transfer.id,
        )


def planned(session: Session, transfer: Transfer) -> Iterator[tuple[Step, Change[Values]]]:
    """What `carry_out` would do, timeline by timeline."""
    for step in steps_of(session, transfer):
        change = facts.planned(session, step.table, of=step.of, period=step.period, become=step.become)
        yield step, change


def take_back(session: Session, transfer: Transfer, *, now: datetime) -> None:
    """As if it had never been agreed; Refused when something else was built on it."""
    facts.undo(session, REWRITTEN, batch=transfer.id, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What binds somebody to the school she leaves, beyond the day."""

    posts: Iterable[Values]
    """By the columns that tell one post from another, but whose it is."""
    groups: Iterable[UUID]


def steps_of(session: Session, transfer: Transfer) -> list[Step]:
    """What the register says binds her, and what the move makes of it."""
    if transfer.kind is not MembershipKind.HOME:
        return steps_from(transfer, Bound(posts=(), groups=()))
    return steps_from(transfer, _bound(session, transfer))


def steps_from(transfer: Transfer, bound: Bound) -> list[Step]:
    """For good: her home moves, what bound her to the old school ends. For a time: a second place only."""
    person_id, period = transfer.person_id, Period(starts_on=transfer.effective_on, ends_on=transfer.ends_on)
    post = {
        "person_id": person_id,
        "role": Role.TEACHER,
        "school_id": transfer.to_school_id,
        "district_id": None,
        "group_id": None,
    }
    teaches = Step(table=Post, of=post, period=period, become=lambda _: {})
    if transfer.kind is not MembershipKind.HOME:
        return [_second_place(transfer, period), teaches]
    ended: list[tuple[type[Dated], Values]] = [(Post, post) for post in bound.posts]
    ended += [(GroupMembership, {"group_id": group_id}) for group_id in bound.groups]
    return [
        _new_home(transfer, period),
        *_no_second_place(transfer, period),
        *(
            Step(table=table, of={"person_id": person_id, **of}, period=period, become=_nothing)
            for table, of in ended
        ),
        teaches,
    ]


def _second_place(transfer: Transfer, period: Period) -> Step:
    of = {"person_id": transfer.person_id, "school_id": transfer.to_school_id, "kind": transfer.kind}
    value = {"subject": transfer.subject, "second_subjects": None}
    return Step(table=Membership, of=of, period=period, become=lambda _: value)


def _new_home(transfer: Transfer, period: Period) -> Step:
    """Only days of which she was to be at the old school; of a later move nothing is taken."""
    new = {"school_id": transfer.to_school_id, "subject": transfer.subject, "second_subjects": None}

    def become(held: Values | None) -> Values | None:
        return new if held is not None and held["school_id"] == transfer.from_school_id else held

    of = {"person_id": transfer.person_id, "kind": MembershipKind.HOME}
    return Step(table=Membership, of=of, period=period, become=become)


def _no_second_place(transfer: Transfer, period: Period) -> Iterator[Step]:
    """Whoever is at home in a school is not sent there."""
    for kind in MembershipKind:
        if kind is not MembershipKind.HOME:
            of = {"person_id": transfer.person_id, "school_id": transfer.to_school_id, "kind": kind}
            yield Step(table=Membership, of=of, period=period, become=_nothing)


def _bound(session: Session, transfer: Transfer) -> Bound:
    columns = (Post.role, Post.school_id, Post.district_id, Post.group_id)
    posts = select(*columns).where(
        Post.person_id == transfer.person_id,
        Post.school_id == transfer.from_school_id,
        *_lasts_beyond(Post, transfer.effective_on),
    )
    groups = (
        select(GroupMembership.group_id)
        .join(Group, Group.id == GroupMembership.group_id)
        .where(
            GroupMembership.person_id == transfer.person_id,
            Group.school_id == transfer.from_school_id,
            *_lasts_beyond(GroupMembership, transfer.effective_on),
        )
    )
    return Bound(
        posts=[dict(row._mapping) for row in session.execute(posts.distinct())],
        groups=session.scalars(groups.distinct()).all(),
    )


def _lasts_beyond(table: type[Dated], day: date) -> tuple[ColumnElement[bool], ...]:
    return table.withdrawn_at.is_(None), or_(table.ends_on.is_(None), table.ends_on > day)


def _nothing(_: Values | None) -> Values | None:
    return None
