"""Posts (任职): given and ended; and which schools a trainer looks after (教育联点)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import end_access
from services.directory.domain import posts as decisions
from services.directory.domain.acts import MAY, Act
from services.directory.domain.people import check_belongs, check_day
from services.directory.domain.periods import Period
from services.directory.models import Liaison, Post, value_columns
from shared.auth import Actor
from shared.values import GONE, Missing, county_day
from shared.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """A post as it is given: in one school, in one district, or in the county."""

    person_id: UUID
    role: Role
    period: Period
    school_id: UUID | None = None
    district_id: UUID | None = None


def give_posts(session: Session, *, actor: Actor, posts: Sequence[NewPost], now: datetime) -> None:
    """Give posts, all of them or none; giving one that is held already changes nothing."""
    for post in posts:
        _check_scope(session, actor, post)
    found = queries.people_for_update(session, {post.person_id for post in posts})
    if len(found) < len({post.person_id for post in posts}):
        raise Missing(GONE, what="这个人")
    for post in posts:
        decisions.check_not_oneself(actor.person_id, post.person_id)
        check_day(post.period.starts_on, today=county_day(now))
        own = {
            "person_id": post.person_id,
            "role": post.role,
            "school_id": post.school_id,
            "district_id": post.district_id,
            "group_id": None,
        }
        facts.record(session, Post, of=own, period=post.period, become=lambda _: {}, now=now)


def _check_scope(session: Session, actor: Actor, post: NewPost) -> None:
    """Whether the place is within reach and takes such a post, and the person belongs there."""
    if post.school_id is not None:
        queries.check_charge(session, actor=actor, school_id=post.school_id)
        belonging = queries.belonging_to(
            session, [post.person_id], school_id=post.school_id, district_id=None
        )
        decisions.check_may_give(actor.roles, post.role)
        decisions.check_place(post.role, school_id=post.school_id, district_id=post.district_id)
        name, periods = belonging[post.person_id]
        check_belongs(name, periods, period=post.period)
        return
    actor.require(*MAY[Act.GIVE_COUNTY_POSTS])
    decisions.check_may_give(actor.roles, post.role)
    decisions.check_place(post.role, school_id=post.school_id, district_id=post.district_id)
    if post.district_id is not None:
        queries.district_for_update(session, district_id=post.district_id)


def end_post(session: Session, *, actor: Actor, post_id: UUID, ended_on: date, now: datetime) -> None:
    """End a post; `ended_on` is the first day without it. Saying it twice changes nothing.

    What its holder may has changed with it, so her sign-ins end too; a trainer's liaisons end with her post.
    """
    post = queries.post_of(session, actor=actor, post_id=post_id)
    decisions.check_may_give(actor.roles, post.role)
    decisions.check_not_oneself(actor.person_id, post.person_id)
    check_day(ended_on, today=county_day(now))
    queries.people_for_update(session, [post.person_id])
    own = {name: getattr(post, name) for name in value_columns(Post)}
    change = facts.record(
        session,
        Post,
        of=own,
        period=Period(starts_on=ended_on, ends_on=None),
        become=lambda _: None,
        now=now,
    )
    if not change:
        return
    if post.role is Role.COUNTY_TRAINER:
        facts.cut(session, Liaison, Liaison.person_id == post.person_id, on=ended_on, now=now)
    end_access(session, [post.person_id], school_id=post.school_id, on=ended_on, now=now)


def link_trainer(
    session: Session, *, actor: Actor, person_id: UUID, school_id: UUID, period: Period, now: datetime
) -> None:
    """Let a trainer look after a school for a period."""
    queries.check_charge(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.GIVE_COUNTY_POSTS])
    check_day(period.starts_on, today=county_day(now))
    queries.people_for_update(session, [person_id])
    posts = queries.periods_of_post(session, person_id=person_id, role=Role.COUNTY_TRAINER)
    decisions.check_is_trainer(posts, period=period)
    own = {"person_id": person_id, "school_id": school_id}
    facts.record(session, Liaison, of=own, period=period, become=lambda _: {}, now=now)


def unlink_trainer(
    session: Session, *, actor: Actor, person_id: UUID, school_id: UUID, ended_on: date, now: datetime
) -> None:
    """Let a trainer look after a school no longer; saying it twice changes nothing."""
    queries.check_charge(session, actor=actor, school_id=school_id)
    actor.require(*MAY[Act.GIVE_COUNTY_POSTS])
    check_day(ended_on, today=county_day(now))
    queries.people_for_update(session, [person_id])
    own = (Liaison.person_id == person_id, Liaison.school_id == school_id)
    if facts.cut(session, Liaison, *own, on=ended_on, now=now):
        end_access(session, [person_id], school_id=None, on=ended_on, now=now)
