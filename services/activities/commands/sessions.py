"""Sessions from their announcement to their record; each step as what it makes of a session."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.activities import domain, queries
from services.activities.domain import Act, Announcement, Report
from services.activities.models import ActivitySession, SessionRecord
from shared import outbox
from shared.auth import Actor
from shared.events.activities import SessionAnnounced, SessionCancelled, SessionHeld
from shared.values import Forbidden, county_day, new_id
from shared.vocabulary import SessionState


def announce_session(session: Session, *, actor: Actor, announcement: Announcement, now: datetime) -> UUID:
    """Announce a session (研训活动) of the actor's school."""
    school_id = own_school(actor)
    _check_announcement(session, announcement, school_id=school_id, now=now)
    return announce(session, announcement, school_id=school_id, actor=actor, now=now).activity_id


def own_school(actor: Actor) -> UUID:
    """The school whose sessions somebody leads."""
    actor.require(*domain.MAY[Act.LEAD_SESSIONS])
    if actor.school_id is None:
        raise Forbidden("只有学校的人员可以发布活动，请由学校的教研组长发布")
    return actor.school_id


def _check_announcement(
    session: Session, announcement: Announcement, *, school_id: UUID, now: datetime
) -> None:
    named = {one for one in (announcement.speaker_id, announcement.host_id) if one is not None}
    item_id = announcement.plan_item_id
    domain.check_announceable(
        starts_at=announcement.starts_at,
        speaker_id=announcement.speaker_id,
        host_id=announcement.host_id,
        here=queries.here(session, named, school_id=school_id, on=county_day(announcement.starts_at)),
        item_unknown=item_id is not None
        and (item_id, school_id) not in queries.plan_items_among(session, {item_id}),
        now=now,
    )


def announce(
    session: Session, announcement: Announcement, *, school_id: UUID, actor: Actor, now: datetime
) -> ActivitySession:
    """A session that may be announced, announced."""
    activity = ActivitySession(
        activity_id=new_id(now),
        school_id=school_id,
        form=announcement.form,
        topic=announcement.topic,
        starts_at=announcement.starts_at,
        length_minutes=announcement.length_minutes,
        place=announcement.place,
        speaker_id=announcement.speaker_id,
        host_id=announcement.host_id,
        plan_item_id=announcement.plan_item_id,
        state=SessionState.ANNOUNCED,
        announced_by=actor.person_id,
        announced_at=now,
    )
    session.add(activity)
    said = SessionAnnounced(
        activity_id=activity.activity_id,
        school_id=activity.school_id,
        form=activity.form,
        starts_at=activity.starts_at,
        plan_item_id=activity.plan_item_id,
    )
    outbox.add(session, said, now=now)
    return activity


def hold_session(session: Session, *, actor: Actor, activity_id: UUID, now: datetime) -> None:
    """Note that a session took place; its day is the county's day of its start."""
    activity = led_activity(session, actor=actor, activity_id=activity_id)
    domain.check_holdable(state=activity.state, starts_at=activity.starts_at, now=now)
    hold(session, activity, now=now)


def hold(session: Session, activity: ActivitySession, *, now: datetime) -> None:
    """A session that may be held, held."""
    held_on = county_day(activity.starts_at)
    activity.state = SessionState.HELD
    activity.held_at = now
    activity.held_on = held_on
    said = SessionHeld(
        activity_id=activity.activity_id,
        school_id=activity.school_id,
        held_on=held_on,
        plan_item_id=activity.plan_item_id,
    )
    outbox.add(session, said, now=now)


def cancel_session(session: Session, *, actor: Actor, activity_id: UUID, now: datetime) -> None:
    """Call a session off (取消)."""
    activity = led_activity(session, actor=actor, activity_id=activity_id)
    domain.check_cancellable(activity.state)
    activity.state = SessionState.CANCELLED
    activity.cancelled_at = now
    said = SessionCancelled(
        activity_id=activity_id, school_id=activity.school_id, plan_item_id=activity.plan_item_id
    )
    outbox.add(session, said, now=now)


def file_record(session: Session, *, actor: Actor, activity_id: UUID, report: Report, now: datetime) -> None:
    """File the record (活动记录) of a session."""
    activity = led_activity(session, actor=actor, activity_id=activity_id)
    has_record = queries.has_record(session, activity_id=activity_id)
    domain.check_recordable(state=activity.state, has_record=has_record)
    file(session, activity, report, actor=actor, now=now)


def file(session: Session, activity: ActivitySession, report: Report, *, actor: Actor, now: datetime) -> None:
    """The record of a session that may have one, filed."""
    record = SessionRecord(
        activity_id=activity.activity_id,
        content=report.content,
        result=report.result,
        filed_by=actor.person_id,
        filed_at=now,
    )
    session.add(record)


def led_activity(session: Session, *, actor: Actor, activity_id: UUID) -> ActivitySession:
    """A session within the actor's reach, locked, which she may lead."""
    activity = queries.activity_for_update(session, actor=actor, activity_id=activity_id)
    actor.require(*domain.MAY[Act.LEAD_SESSIONS])
    return activity
