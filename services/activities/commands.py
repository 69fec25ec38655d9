"""What can be done to sessions, from announcing one to confirming and revoking its attendance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.activities import domain, queries
from services.activities.domain import Act, Announced, Belonging, Presence
from services.activities.models import (
    ActivitySession,
    Attendance,
    AttendanceRevocation,
    CheckIn,
    KnownBelonging,
    KnownPlanItem,
    KnownSchool,
    KnownTeacher,
    SessionRecord,
)
from shared import outbox
from shared.auth import Actor
from shared.db import insert_new
from shared.events.activities import (
    ATTENDEES_PER_EVENT_MAX,
    AttendanceConfirmed,
    AttendanceRevoked,
    Attendee,
    RevokedAttendee,
    SessionAnnounced,
    SessionCancelled,
    SessionHeld,
)
from shared.values import Forbidden, county_day, in_chunks, new_id
from shared.vocabulary import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A session as it is to be announced, with its fixed points (三定)."""

    form: str
    topic: str
    starts_at: datetime
    length_minutes: int
    place: str | None
    speaker_id: UUID | None
    host_id: UUID | None
    plan_item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done in a session, and what came of it."""

    content: str
    result: str | None


def announce_session(session: Session, *, actor: Actor, announcement: Announcement, now: datetime) -> UUID:
    """Announce a session (研训活动) of the actor's school."""
    actor.require(*domain.MAY[Act.LEAD_SESSIONS])
    school_id = _own_school(actor)
    _check_announcement(session, announcement, school_id=school_id, now=now)
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
    return activity.activity_id


def _own_school(actor: Actor) -> UUID:
    if actor.school_id is None:
        raise Forbidden("只有学校的人员可以发布活动")
    return actor.school_id


def _check_announcement(
    session: Session, announcement: Announcement, *, school_id: UUID, now: datetime
) -> None:
    named = [one for one in (announcement.speaker_id, announcement.host_id) if one is not None]
    item_id = announcement.plan_item_id
    domain.check_announceable(
        starts_at=announcement.starts_at,
        speaker_id=announcement.speaker_id,
        host_id=announcement.host_id,
        here=queries.teachers_among(
            session, school_id=school_id, teacher_ids=named, on=county_day(announcement.starts_at)
        ),
        item_unknown=item_id is not None
        and not queries.knows_plan_item(session, school_id=school_id, item_id=item_id),
        now=now,
    )


def check_in(session: Session, *, actor: Actor, activity_id: UUID, teacher_id: UUID, now: datetime) -> None:
    """Note that somebody came (签到); a second time changes nothing. A full hall checks in side by side."""
    activity = queries.activity_to_attend(
        session, actor=actor, activity_id=activity_id, today=county_day(now)
    )
    domain.check_may_enter(teacher_id=teacher_id, actor_id=actor.person_id, roles=actor.roles)
    domain.check_open_for_entry(
        state=activity.state,
        starts_at=activity.starts_at,
        length_minutes=activity.length_minutes,
        on_behalf=teacher_id != actor.person_id,
        now=now,
    )
    here = queries.teachers_among(
        session,
        school_id=activity.school_id,
        teacher_ids={teacher_id},
        on=county_day(activity.starts_at),
    )
    domain.check_teacher_here(teacher_id, here=here)
    row = {
        "activity_id": activity_id,
        "teacher_id": teacher_id,
        "entered_by": actor.person_id,
        "entered_at": now,
    }
    insert_new(session, CheckIn, [row])


def hold_session(session: Session, *, actor: Actor, activity_id: UUID, now: datetime) -> None:
    """Note that a session took place; its day is the county's day of its start."""
    activity = _led_activity(session, actor=actor, activity_id=activity_id)
    domain.check_holdable(state=activity.state, starts_at=activity.starts_at, now=now)
    held_on = county_day(activity.starts_at)
    activity.state = SessionState.HELD
    activity.held_at = now
    activity.held_on = held_on
    said = SessionHeld(
        activity_id=activity_id,
        school_id=activity.school_id,
        held_on=held_on,
        plan_item_id=activity.plan_item_id,
    )
    outbox.add(session, said, now=now)


def cancel_session(session: Session, *, actor: Actor, activity_id: UUID, now: datetime) -> None:
    """Call a session off (取消)."""
    activity = _led_activity(session, actor=actor, activity_id=activity_id)
    domain.check_cancellable(activity.state)
    activity.state = SessionState.CANCELLED
    activity.cancelled_at = now
    said = SessionCancelled(
        activity_id=activity_id, school_id=activity.school_id, plan_item_id=activity.plan_item_id
    )
    outbox.add(session, said, now=now)


def file_record(session: Session, *, actor: Actor, activity_id: UUID, report: Report, now: datetime) -> None:
    """File the record (活动记录) of a session."""
    activity = _led_activity(session, actor=actor, activity_id=activity_id)
    has_record = queries.has_record(session, activity_id=activity_id)
    domain.check_recordable(state=activity.state, has_record=has_record)
    record = SessionRecord(
        activity_id=activity_id,
        content=report.content,
        result=report.result,
        filed_by=actor.person_id,
        filed_at=now,
    )
    session.add(record)


def confirm_attendance(
    session: Session, *, actor: Actor, activity_id: UUID, presences: Sequence[Presence], now: datetime
) -> int:
    """Confirm who was there (确认出勤) after the checks (三查); how many are newly confirmed."""
    activity = _led_activity(session, actor=actor, activity_id=activity_id)
    has_record = queries.has_record(session, activity_id=activity_id)
    held_on = domain.day_to_confirm(state=activity.state, held_on=activity.held_on, has_record=has_record)
    named = {presence.teacher_id for presence in presences}
    here = queries.teachers_for_update(session, school_id=activity.school_id, teacher_ids=named, on=held_on)
    domain.check_presences(presences, announced=_announced(activity, now=now), here=here)
    fresh = domain.newcomers(presences, rounds=queries.latest_rounds(session, activity_id=activity_id))
    domain.check_not_alone(fresh, actor_id=actor.person_id)
    domain.check_no_minute_twice(
        presences,
        of=queries.stay_in(activity),
        fresh=fresh,
        elsewhere=queries.stays_around(session, activity, teacher_ids=fresh),
    )
    attendees = _write_attendance(session, activity, presences, fresh=fresh, actor=actor, now=now)
    for part in in_chunks(attendees, of=ATTENDEES_PER_EVENT_MAX):
        outbox.add(session, _confirmation(activity, part, held_on=held_on), now=now)
    return len(attendees)


def _announced(activity: ActivitySession, *, now: datetime) -> Announced:
    return Announced(
        length_minutes=activity.length_minutes,
        minutes_passed=(now - activity.starts_at) // timedelta(minutes=1),
        speaker_id=activity.speaker_id,
        host_id=activity.host_id,
    )


def _write_attendance(
    session: Session,
    activity: ActivitySession,
    presences: Sequence[Presence],
    *,
    fresh: Mapping[UUID, int],
    actor: Actor,
    now: datetime,
) -> Sequence[Attendee]:
    rows = [
        {
            "activity_id": activity.activity_id,
            "teacher_id": presence.teacher_id,
            "round_no": fresh[presence.teacher_id],
            "minutes": presence.minutes,
            "role": presence.role,
            "confirmed_by": actor.person_id,
            "confirmed_at": now,
        }
        for presence in presences
        if presence.teacher_id in fresh
    ]
    return [
        Attendee(teacher_id=row.teacher_id, minutes=row.minutes, role=row.role, round_no=row.round_no)
        for row in insert_new(session, Attendance, rows)
    ]


def _confirmation(
    activity: ActivitySession, attendees: Sequence[Attendee], *, held_on: date
) -> AttendanceConfirmed:
    return AttendanceConfirmed(
        activity_id=activity.activity_id,
        school_id=activity.school_id,
        form=activity.form,
        held_on=held_on,
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
    rounds = queries.latest_rounds(session, activity_id=activity_id)
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


def _led_activity(session: Session, *, actor: Actor, activity_id: UUID) -> ActivitySession:
    """A session within the actor's reach, locked, which she may lead."""
    activity = queries.activity_for_update(session, actor=actor, activity_id=activity_id)
    actor.require(*domain.MAY[Act.LEAD_SESSIONS])
    return activity


# --- copies of what others own ---


def know_school(session: Session, *, school_id: UUID, name: str) -> None:
    """Keep a school's name."""
    insert_new(session, KnownSchool, [{"school_id": school_id, "name": name, "version": 0}])


def learn_of_school(
    session: Session, *, school_id: UUID, version: int, name: str, closed_on: date | None
) -> None:
    """Keep what a school is now, unless something later was heard before."""
    know_school(session, school_id=school_id, name=name)
    session.execute(
        update(KnownSchool)
        .where(KnownSchool.school_id == school_id, KnownSchool.version < version)
        .values(name=name, version=version, closed_on=closed_on)
    )


def know_teacher(session: Session, *, teacher_id: UUID, name: str, joined: Belonging) -> None:
    """Keep that a teacher joined a school, unless something later was heard before."""
    if _known_version(session, teacher_id=teacher_id, name=name) == 0:
        _keep_belongings(session, teacher_id, [joined])


def learn_of_teacher(
    session: Session, *, teacher_id: UUID, version: int, name: str, belongs: Sequence[Belonging]
) -> None:
    """Keep who a teacher is and where she belongs, the whole of it; of several the highest version."""
    if _known_version(session, teacher_id=teacher_id, name=name) >= version:
        return
    session.execute(
        update(KnownTeacher).where(KnownTeacher.teacher_id == teacher_id).values(name=name, version=version)
    )
    session.execute(delete(KnownBelonging).where(KnownBelonging.teacher_id == teacher_id))
    _keep_belongings(session, teacher_id, belongs)


def _known_version(session: Session, *, teacher_id: UUID, name: str) -> int:
    """Of what is kept of a teacher; her row is there from now on and locked: two events take turns."""
    insert_new(session, KnownTeacher, [{"teacher_id": teacher_id, "name": name, "version": 0}])
    asked = select(KnownTeacher.version).where(KnownTeacher.teacher_id == teacher_id)
    return session.scalars(asked.with_for_update()).one()


def _keep_belongings(session: Session, teacher_id: UUID, belongs: Sequence[Belonging]) -> None:
    insert_new(session, KnownBelonging, [{"teacher_id": teacher_id, **asdict(one)} for one in belongs])


def know_plan_items(session: Session, *, school_id: UUID, item_ids: Sequence[UUID]) -> None:
    """Keep which items of a school's plan were approved."""
    rows = [{"item_id": item_id, "school_id": school_id} for item_id in sorted(item_ids)]
    insert_new(session, KnownPlanItem, rows)
