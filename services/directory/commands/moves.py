"""Moves: what an agreed transfer does to memberships, posts and groups, and how it is undone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

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


def steps_of(session: Session, transfer: Transfer) -> list[Step]:
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
    return [
        _new_home(transfer, period),
        *_no_second_place(transfer, period),
        *_ended_posts(session, transfer, period),
        *_ended_groups(session, transfer, period),
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


def _ended_posts(session: Session, transfer: Transfer, period: Period) -> Iterator[Step]:
    columns = (Post.role, Post.school_id, Post.district_id, Post.group_id)
    held = select(*columns).where(
        Post.person_id == transfer.person_id,
        Post.school_id == transfer.from_school_id,
        *_lasts_beyond(Post, period.starts_on),
    )
    for row in session.execute(held.distinct()):
        of = {"person_id": transfer.person_id, **row._mapping}
        yield Step(table=Post, of=of, period=period, become=_nothing)


def _ended_groups(session: Session, transfer: Transfer, period: Period) -> Iterator[Step]:
    held = (
        select(GroupMembership.group_id)
        .join(Group, Group.id == GroupMembership.group_id)
        .where(
            GroupMembership.person_id == transfer.person_id,
            Group.school_id == transfer.from_school_id,
            *_lasts_beyond(GroupMembership, period.starts_on),
        )
    )
    for group_id in session.scalars(held.distinct()):
        of = {"person_id": transfer.person_id, "group_id": group_id}
        yield Step(table=GroupMembership, of=of, period=period, become=_nothing)


def _lasts_beyond(table: type[Dated], day: date) -> tuple[ColumnElement[bool], ...]:
    return table.withdrawn_at.is_(None), or_(table.ends_on.is_(None), table.ends_on > day)


def _nothing(_: Values | None) -> Values | None:
    return None
