"""Which sessions somebody may see, attend and change."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from services.activities.models import ActivitySession, KnownBelonging
from shared import tenancy
from shared.auth import Actor
from shared.values import COUNTY_ZONE, Missing

ELSEWHERE = select(KnownBelonging).where(
    KnownBelonging.teacher_id == bindparam("teacher_id"),
    KnownBelonging.school_id.is_distinct_from(bindparam("school_id")),
    KnownBelonging.starts_on <= bindparam("today"),
    or_(KnownBelonging.ends_on.is_(None), KnownBelonging.ends_on > bindparam("today")),
)
"""Where a teacher belongs on a day besides her school; the first day counts, the last does not.

Asked in nearly every request, and made once: making a statement costs more than running it.
"""


def activity_for_update(session: Session, *, actor: Actor, activity_id: UUID) -> ActivitySession:
    """A session of the actor's school, locked until the end of the transaction."""
    asked = select(ActivitySession).where(
        ActivitySession.activity_id == activity_id, actor.charge(ActivitySession.school_id)
    )
    return one(session, asked.with_for_update())


def one(session: Session, asked: Select[ActivitySession]) -> ActivitySession:
    """The session that is asked for; Missing when there is none."""
    activity = session.scalars(asked).first()
    if activity is None:
        raise Missing
    return activity


def activities_to_attend(
    session: Session, *, actor: Actor, activity_ids: Collection[UUID], today: date
) -> Mapping[UUID, ActivitySession]:
    """Those of them that are of the own school, or of another where one belongs for the time.

    Nobody changes them until the end of the transaction; many may hold them so.
    """
    sent_to = _sent_to(session, actor=actor, today=today)
    if sent_to or actor.is_county:
        asked = _to_attend(or_(actor.charge(ActivitySession.school_id), *sent_to))
    else:
        asked = OWN_TO_ATTEND
    these = {"activity_ids": list(activity_ids), "school_id": actor.school_id}
    return {activity.activity_id: activity for activity in session.scalars(asked, these)}


def _to_attend(within: ColumnElement[bool]) -> Select[ActivitySession]:
    return (
        select(ActivitySession)
        .where(ActivitySession.activity_id.in_(bindparam("activity_ids", expanding=True)), within)
        .order_by(ActivitySession.activity_id)
        .with_for_update(read=True)
    )


OWN_TO_ATTEND = _to_attend(ActivitySession.school_id == bindparam("school_id"))
"""Asked in every check-in but those of people who are sent elsewhere, and made once."""


def may_see(session: Session, *, actor: Actor, today: date) -> ColumnElement[bool]:
    """Sessions within reach, and of a school where one is sent to (走教、支教), of the days one is there."""
    within = actor.reach(ActivitySession.school_id)
    return or_(within, *_sent_to(session, actor=actor, today=today))


def _sent_to(session: Session, *, actor: Actor, today: date) -> Sequence[ColumnElement[bool]]:
    if actor.is_county:
        return []
    her = {"teacher_id": actor.person_id, "school_id": actor.school_id, "today": today}
    there = session.scalars(ELSEWHERE, her).all()
    tenancy.widen(session, schools={one.school_id for one in there})
    return [_in_her_time(one) for one in there]


def _in_her_time(belonging: KnownBelonging) -> ColumnElement[bool]:
    there = and_(
        ActivitySession.school_id == belonging.school_id,
        ActivitySession.starts_at >= midnight(belonging.starts_on),
    )
    if belonging.ends_on is None:
        return there
    return and_(there, ActivitySession.starts_at < midnight(belonging.ends_on))


def midnight(day: date) -> datetime:
    """When a day of the county begins."""
    return datetime.combine(day, time.min, tzinfo=COUNTY_ZONE)
