"""What can be asked of activities, within the actor's reach."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.activities.domain import AROUND, MAY, Act, Round, Stay
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
from shared import tenancy
from shared.auth import Actor
from shared.db import among
from shared.values import COUNTY_ZONE, Missing
from shared.vocabulary import SessionState


def activity_for_update(session: Session, *, actor: Actor, activity_id: UUID) -> ActivitySession:
    """A session of the actor's school, locked until the end of the transaction."""
    asked = select(ActivitySession).where(
        ActivitySession.activity_id == activity_id, actor.charge(ActivitySession.school_id)
    )
    return _one(session, asked.with_for_update())


def _one(session: Session, asked: Select[ActivitySession]) -> ActivitySession:
    activity = session.scalars(asked).first()
    if activity is None:
        raise Missing
    return activity


def activity_to_attend(session: Session, *, actor: Actor, activity_id: UUID, today: date) -> ActivitySession:
    """A session of the own school or of another where one belongs for the time.

    Nobody changes it until the end of the transaction; many may hold it so.
    """
    within = actor.charge(ActivitySession.school_id)
    asked = select(ActivitySession).where(
        ActivitySession.activity_id == activity_id,
        or_(within, *_sent_to(session, actor=actor, today=today)),
    )
    return _one(session, asked.with_for_update(read=True))


def _may_see(session: Session, *, actor: Actor, today: date) -> ColumnElement[bool]:
    """Sessions within reach, and of a school where one is sent to (走教、支教), of the days one is there."""
    within = actor.reach(ActivitySession.school_id)
    return or_(within, *_sent_to(session, actor=actor, today=today))


def _sent_to(session: Session, *, actor: Actor, today: date) -> Sequence[ColumnElement[bool]]:
    if actor.is_county:
        return []
    belongs = select(KnownBelonging).where(
        KnownBelonging.teacher_id == actor.person_id,
        KnownBelonging.school_id != actor.school_id,
        _holds_on(today),
    )
    there = session.scalars(belongs).all()
    tenancy.widen(session, schools={one.school_id for one in there})
    return [_in_her_time(one) for one in there]


def _in_her_time(belonging: KnownBelonging) -> ColumnElement[bool]:
    there = and_(
        ActivitySession.school_id == belonging.school_id,
        ActivitySession.starts_at >= _midnight(belonging.starts_on),
    )
    if belonging.ends_on is None:
        return there
    return and_(there, ActivitySession.starts_at < _midnight(belonging.ends_on))


def _holds_on(day: date) -> ColumnElement[bool]:
    """Half-open: the first day counts, the last does not."""
    open_ended = or_(KnownBelonging.ends_on.is_(None), KnownBelonging.ends_on > day)
    return and_(KnownBelonging.starts_on <= day, open_ended)


def has_record(session: Session, *, activity_id: UUID) -> bool:
    """Whether a session's record was filed."""
    asked = select(exists().where(SessionRecord.activity_id == activity_id))
    return bool(session.scalar(asked))


def teachers_among(
    session: Session, *, school_id: UUID, teacher_ids: Collection[UUID], on: date
) -> Collection[UUID]:
    """Which of these belong to the school on a day, in whichever way."""
    asked = select(KnownBelonging.teacher_id).where(
        KnownBelonging.school_id == school_id,
        among(session, KnownBelonging.teacher_id, sorted(teacher_ids)),
        _holds_on(on),
    )
    return set(session.scalars(asked))


def teachers_for_update(
    session: Session, *, school_id: UUID, teacher_ids: Collection[UUID], on: date
) -> Collection[UUID]:
    """The same, locked: nobody is confirmed in two sessions at once without the second seeing the first."""
    asked = (
        select(KnownTeacher.teacher_id)
        .where(among(session, KnownTeacher.teacher_id, sorted(teacher_ids)))
        .order_by(KnownTeacher.teacher_id)
        .with_for_update()
    )
    session.scalars(asked).all()
    return teachers_among(session, school_id=school_id, teacher_ids=teacher_ids, on=on)


def knows_plan_item(session: Session, *, school_id: UUID, item_id: UUID) -> bool:
    """Whether an approved plan of the school has this item."""
    asked = select(exists().where(KnownPlanItem.item_id == item_id, KnownPlanItem.school_id == school_id))
    return bool(session.scalar(asked))


def latest_rounds(session: Session, *, activity_id: UUID) -> Mapping[UUID, Round]:
    """The latest confirmation of everybody who was ever confirmed in a session."""
    latest = (
        select(Attendance.teacher_id, func.max(Attendance.round_no).label("round_no"))
        .where(Attendance.activity_id == activity_id)
        .group_by(Attendance.teacher_id)
        .subquery()
    )
    taken_back = and_(
        AttendanceRevocation.activity_id == activity_id,
        AttendanceRevocation.teacher_id == latest.c.teacher_id,
        AttendanceRevocation.round_no == latest.c.round_no,
    )
    itself = and_(
        Attendance.activity_id == activity_id,
        Attendance.teacher_id == latest.c.teacher_id,
        Attendance.round_no == latest.c.round_no,
    )
    asked = select(
        latest.c.teacher_id,
        latest.c.round_no,
        Attendance.minutes,
        Attendance.role,
        exists().where(taken_back).label("revoked"),
    ).join(Attendance, itself)
    return {
        teacher_id: Round(round_no=round_no, minutes=minutes, role=role, revoked=revoked)
        for teacher_id, round_no, minutes, role, revoked in session.execute(asked)
    }


def stay_in(activity: ActivitySession, *, minutes: int = 0) -> Stay:
    """A session as a time in which somebody may have been."""
    return Stay(
        topic=activity.topic,
        starts_at=activity.starts_at,
        length_minutes=activity.length_minutes,
        minutes=minutes,
    )


def stays_around(
    session: Session, activity: ActivitySession, *, teacher_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Stay]]:
    """Of which other sessions of the school, near in time, these are confirmed as of now."""
    asked = (
        select(Attendance.teacher_id, Attendance.minutes, ActivitySession)
        .join(ActivitySession, ActivitySession.activity_id == Attendance.activity_id)
        .outerjoin(AttendanceRevocation, _taken_back())
        .where(
            ActivitySession.school_id == activity.school_id,
            ActivitySession.starts_at.between(activity.starts_at - AROUND, activity.starts_at + AROUND),
            ActivitySession.activity_id != activity.activity_id,
            among(session, Attendance.teacher_id, sorted(teacher_ids)),
            AttendanceRevocation.round_no.is_(None),
        )
    )
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for teacher_id, minutes, other in session.execute(asked):
        stays[teacher_id].append(stay_in(other, minutes=minutes))
    return stays


# --- shown ---


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions are asked for; None asks for all. The days are the county's, both included."""

    ids: Collection[UUID] | None = None
    state: SessionState | None = None
    starts_from: date | None = None
    starts_to: date | None = None

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """The same for a WHERE."""
        asked: list[ColumnElement[bool]] = []
        if self.ids is not None:
            asked.append(ActivitySession.activity_id.in_(sorted(self.ids)))
        if self.state is not None:
            asked.append(ActivitySession.state == self.state)
        if self.starts_from is not None:
            asked.append(ActivitySession.starts_at >= _midnight(self.starts_from))
        if self.starts_to is not None:
            asked.append(ActivitySession.starts_at < _midnight(self.starts_to) + timedelta(days=1))
        return asked


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=COUNTY_ZONE)


class SessionView(NamedTuple):
    """A session as it is shown."""

    activity: ActivitySession
    school_name: str | None
    speaker_name: str | None
    host_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Some sessions, and where the next page begins."""

    items: Sequence[SessionView]
    next_cursor: UUID | None


def sessions(
    session: Session, *, actor: Actor, today: date, wanted: SessionFilter, cursor: UUID | None, limit: int
) -> SessionPage:
    """Sessions within reach, those that start last first."""
    reach = _may_see(session, actor=actor, today=today)
    asked = _views(reach).where(*wanted.conditions())
    if cursor is not None:
        asked = asked.where(_follows(session, reach=reach, cursor=cursor))
    order = (ActivitySession.starts_at.desc(), ActivitySession.activity_id.desc())
    found = [_view(row) for row in session.execute(asked.order_by(*order).limit(limit + 1))]
    is_last = len(found) <= limit
    next_cursor = None if is_last else found[limit - 1].activity.activity_id
    return SessionPage(items=found[:limit], next_cursor=next_cursor)


def _view(row: Row[ActivitySession, str | None, str | None, str | None]) -> SessionView:
    activity, school_name, speaker_name, host_name = row
    return SessionView(
        activity=activity, school_name=school_name, speaker_name=speaker_name, host_name=host_name
    )


def _views(reach: ColumnElement[bool]) -> Select[ActivitySession, str | None, str | None, str | None]:
    speaker, host = aliased(KnownTeacher), aliased(KnownTeacher)
    return (
        select(ActivitySession, KnownSchool.name, speaker.name, host.name)
        .outerjoin(KnownSchool, KnownSchool.school_id == ActivitySession.school_id)
        .outerjoin(speaker, speaker.teacher_id == ActivitySession.speaker_id)
        .outerjoin(host, host.teacher_id == ActivitySession.host_id)
        .where(reach)
    )


def _follows(session: Session, *, reach: ColumnElement[bool], cursor: UUID) -> ColumnElement[bool]:
    """Comes after the session where the page before ended."""
    last = select(ActivitySession.starts_at).where(ActivitySession.activity_id == cursor, reach)
    starts_at = session.scalar(last)
    if starts_at is None:
        raise Missing
    earlier = ActivitySession.starts_at < starts_at
    return or_(earlier, and_(ActivitySession.starts_at == starts_at, ActivitySession.activity_id < cursor))


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSession:
    """A session with what happened at it; every confirmation of attendance, revoked ones too."""

    view: SessionView
    check_ins: Sequence[Row[*tuple[Any, ...]]]
    record: SessionRecord | None
    attendees: Sequence[Row[*tuple[Any, ...]]]


def whole_session(session: Session, *, actor: Actor, activity_id: UUID, today: date) -> WholeSession:
    """One session within reach."""
    reach = _may_see(session, actor=actor, today=today)
    found = session.execute(_views(reach).where(ActivitySession.activity_id == activity_id)).first()
    if found is None:
        raise Missing
    view = _view(found)
    activity = view.activity
    return WholeSession(
        view=view,
        check_ins=session.execute(_check_ins(activity)).all(),
        record=session.get(SessionRecord, activity_id),
        attendees=session.execute(_attendees(activity, actor=actor)).all(),
    )


def check_in(
    session: Session, *, actor: Actor, activity_id: UUID, teacher_id: UUID, today: date
) -> Row[*tuple[Any, ...]]:
    """One person's check-in to a session one may see."""
    reach = _may_see(session, actor=actor, today=today)
    activity = _one(session, select(ActivitySession).where(ActivitySession.activity_id == activity_id, reach))
    return session.execute(_check_ins(activity).where(CheckIn.teacher_id == teacher_id)).one()


def _check_ins(activity: ActivitySession) -> Select[*tuple[Any, ...]]:
    return (
        select(
            CheckIn.teacher_id,
            KnownTeacher.name.label("teacher_name"),
            CheckIn.entered_by,
            CheckIn.entered_at,
        )
        .outerjoin(KnownTeacher, KnownTeacher.teacher_id == CheckIn.teacher_id)
        .where(CheckIn.activity_id == activity.activity_id)
        .order_by(CheckIn.entered_at, CheckIn.teacher_id)
    )


def _attendees(activity: ActivitySession, *, actor: Actor) -> Select[*tuple[Any, ...]]:
    """Every confirmation; why one was taken back is told to herself and to those who may revoke."""
    reason: SQLColumnExpression[Any] = AttendanceRevocation.reason
    if not actor.has(*MAY[Act.REVOKE_ATTENDANCE]):
        reason = case((Attendance.teacher_id == actor.person_id, reason))
    return (
        select(
            Attendance.teacher_id,
            KnownTeacher.name.label("teacher_name"),
            Attendance.round_no,
            Attendance.minutes,
            Attendance.role,
            Attendance.confirmed_at,
            AttendanceRevocation.revoked_at,
            reason.label("revoked_because"),
        )
        .outerjoin(KnownTeacher, KnownTeacher.teacher_id == Attendance.teacher_id)
        .outerjoin(AttendanceRevocation, _taken_back())
        .where(Attendance.activity_id == activity.activity_id)
        .order_by(Attendance.teacher_id, Attendance.round_no)
    )


def _taken_back() -> ColumnElement[bool]:
    """The revocation of a confirmation."""
    return and_(
        AttendanceRevocation.activity_id == Attendance.activity_id,
        AttendanceRevocation.teacher_id == Attendance.teacher_id,
        AttendanceRevocation.round_no == Attendance.round_no,
    )
