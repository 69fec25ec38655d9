"""Checking in (签到): oneself, others, and a whole list at once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.activities import domain, queries
from services.activities.domain import Entry, Meeting
from services.activities.models import ActivitySession, CheckIn
from shared.auth import Actor
from shared.inserts import insert_unread
from shared.values import Missing, county_day


def check_in(
    session: Session, *, actor: Actor, activity_id: UUID, teacher_id: UUID, now: datetime
) -> ActivitySession:
    """Note that somebody came (签到), and where; a second time changes nothing.

    A full hall checks in side by side.
    """
    found = queries.activities_to_attend(
        session, actor=actor, activity_ids={activity_id}, today=county_day(now)
    )
    if activity_id not in found:
        raise Missing
    activity = found[activity_id]
    domain.check_may_enter(teacher_id=teacher_id, actor_id=actor.person_id, roles=actor.roles)
    domain.check_open_for_entry(
        state=activity.state,
        starts_at=activity.starts_at,
        length_minutes=activity.length_minutes,
        on_behalf=teacher_id != actor.person_id,
        now=now,
    )
    here = queries.here(
        session, {teacher_id}, school_id=activity.school_id, on=county_day(activity.starts_at)
    )
    domain.check_teacher_here(teacher_id, here=here)
    _enter(session, [Entry(activity_id, teacher_id)], actor=actor, now=now)
    return activity


def check_in_many(session: Session, *, actor: Actor, entries: Sequence[Entry], now: datetime) -> int:
    """Note who came, all of these or nobody; how many are new. Who is there already stays as she is."""
    for entry in entries:
        domain.check_may_enter(teacher_id=entry.teacher_id, actor_id=actor.person_id, roles=actor.roles)
    activities = queries.activities_to_attend(
        session,
        actor=actor,
        activity_ids={entry.activity_id for entry in entries},
        today=county_day(now),
    )
    known = queries.belongings(
        session,
        school_ids={activity.school_id for activity in activities.values()},
        teacher_ids={entry.teacher_id for entry in entries},
    )
    domain.check_entries(
        entries,
        meetings={activity_id: _meeting(activity) for activity_id, activity in activities.items()},
        belongings=known,
        actor_id=actor.person_id,
        now=now,
    )
    return _enter(session, entries, actor=actor, now=now)


def _meeting(activity: ActivitySession) -> Meeting:
    return Meeting(
        school_id=activity.school_id,
        state=activity.state,
        starts_at=activity.starts_at,
        length_minutes=activity.length_minutes,
    )


def _enter(session: Session, entries: Sequence[Entry], *, actor: Actor, now: datetime) -> int:
    """In one order, so that two lists with the same people wait for each other instead of both failing."""
    rows = [
        {
            "activity_id": entry.activity_id,
            "teacher_id": entry.teacher_id,
            "entered_by": actor.person_id,
            "entered_at": now,
        }
        for entry in sorted(entries)
    ]
    return insert_unread(session, CheckIn, rows)
