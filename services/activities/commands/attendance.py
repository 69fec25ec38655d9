"""Attendance (出勤): confirmed after the checks (三查), and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.activities import domain, queries
from services.activities.commands.sessions import led_activity
from services.activities.domain import Act, Announced, Presence, Stay
from services.activities.models import ActivitySession, Attendance, AttendanceRevocation
from shared import outbox
from shared.auth import Actor
from shared.events.activities import (
    ATTENDEES_PER_EVENT_MAX,
    AttendanceConfirmed,
    AttendanceRevoked,
    Attendee,
    RevokedAttendee,
)
from shared.inserts import insert_new, insert_unread
from shared.values import in_chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who is to be confirmed of a session, all of them newly."""

    activity: ActivitySession
    held_on: date
    presences: Sequence[Presence]
    rounds: Mapping[UUID, int]
    """For which time each of them."""


def confirm_attendance(
    session: Session, *, actor: Actor, activity_id: UUID, presences: Sequence[Presence], now: datetime
) -> int:
    """Confirm who was there (确认出勤) after the checks (三查); how many are newly confirmed."""
    activity = led_activity(session, actor=actor, activity_id=activity_id)
    has_record = queries.has_record(session, activity_id=activity_id)
    held_on = domain.day_to_confirm(state=activity.state, held_on=activity.held_on, has_record=has_record)
    school_id = activity.school_id
    named = {presence.teacher_id for presence in presences}
    queries.lock_teachers(session, named)
    here = queries.here(session, named, school_id=school_id, on=held_on)
    domain.check_presences(presences, announced=_announced(activity, now=now), here=here)
    fresh = domain.newcomers(
        presences, rounds=queries.latest_rounds(session, activity_id=activity_id, teacher_ids=named)
    )
    domain.check_not_alone(fresh, actor_id=actor.person_id)
    stays = queries.stays_around(
        session, beginnings={(school_id, activity.starts_at)}, teacher_ids=fresh, but=activity_id
    )
    domain.check_no_minute_twice(
        presences, of=_stay_in(activity), fresh=fresh, elsewhere=stays.get(school_id, {})
    )
    newcomers = [presence for presence in presences if presence.teacher_id in fresh]
    confirmation = Confirmation(activity=activity, held_on=held_on, presences=newcomers, rounds=fresh)
    return confirm(session, [confirmation], actor=actor, now=now)[activity_id]


def _announced(activity: ActivitySession, *, now: datetime) -> Announced:
    return Announced(
        length_minutes=activity.length_minutes,
        minutes_passed=(now - activity.starts_at) // timedelta(minutes=1),
        speaker_id=activity.speaker_id,
        host_id=activity.host_id,
    )


def _stay_in(activity: ActivitySession) -> Stay:
    return Stay(
        topic=activity.topic,
        starts_at=activity.starts_at,
        length_minutes=activity.length_minutes,
        minutes=0,
    )


def confirm(
    session: Session, confirmations: Sequence[Confirmation], *, actor: Actor, now: datetime
) -> Mapping[UUID, int]:
    """Who may be confirmed, confirmed in one go and said, each session for itself; how many of each."""
    rows: list[dict[str, Any]] = [
        {
            "activity_id": one.activity.activity_id,
            "teacher_id": presence.teacher_id,
            "round_no": one.rounds[presence.teacher_id],
            "minutes": presence.minutes,
            "role": presence.role,
            "confirmed_by": actor.person_id,
            "confirmed_at": now,
        }
        for one in confirmations
        for presence in one.presences
    ]
    if insert_unread(session, Attendance, rows) < len(rows):
        raise RuntimeError("somebody was confirmed out of turn")  # see queries.lock_teachers
    for one in confirmations:
        for part in in_chunks(one.presences, of=ATTENDEES_PER_EVENT_MAX):
            outbox.add(session, _said(one, part), now=now)
    return {one.activity.activity_id: len(one.presences) for one in confirmations}


def _said(confirmation: Confirmation, presences: Sequence[Presence]) -> AttendanceConfirmed:
    activity = confirmation.activity
    attendees = [
        Attendee(
            teacher_id=presence.teacher_id,
            minutes=presence.minutes,
            role=presence.role,
            round_no=confirmation.rounds[presence.teacher_id],
        )
        for presence in presences
    ]
    return AttendanceConfirmed(
        activity_id=activity.activity_id,
        school_id=activity.school_id,
        form=activity.form,
        held_on=confirmation.held_on,
        plan_item_id=activity.plan_item_id,
        attendees=tuple(attendees),
    )


def revoke_attendance(
    session: Session,
    *,
    actor: Actor,
    activity_id: UUID,
    teacher_ids: Sequence[UUID],
    reason: str,
    now: datetime,
) -> int:
    """Take confirmed attendance back (撤销出勤): all of these or none; how many were taken back."""
    activity = queries.activity_for_update(session, actor=actor, activity_id=activity_id)
    actor.require(*domain.MAY[Act.REVOKE_ATTENDANCE])
    rounds = queries.latest_rounds(session, activity_id=activity_id, teacher_ids=set(teacher_ids))
    rows = [
        {
            "activity_id": activity_id,
            "teacher_id": teacher_id,
            "round_no": round_no,
            "reason": reason,
            "revoked_by": actor.person_id,
            "revoked_at": now,
        }
        for teacher_id, round_no in domain.rounds_to_revoke(teacher_ids, rounds=rounds).items()
    ]
    revoked = [
        RevokedAttendee(teacher_id=row.teacher_id, round_no=row.round_no)
        for row in insert_new(session, AttendanceRevocation, rows)
    ]
    for part in in_chunks(revoked, of=ATTENDEES_PER_EVENT_MAX):
        said = AttendanceRevoked(activity_id=activity_id, school_id=activity.school_id, attendees=tuple(part))
        outbox.add(session, said, now=now)
    return len(revoked)
