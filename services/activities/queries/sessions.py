"""Sessions as they are shown: in lists, whole, and who checked in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from services.activities.domain import MAY, Act
from services.activities.models import (
    ActivitySession,
    Attendance,
    AttendanceRevocation,
    CheckIn,
    KnownSchool,
    KnownTeacher,
    SessionRecord,
)
from services.activities.queries import known, whose
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import SessionState


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
            asked.append(ActivitySession.starts_at >= whose.midnight(self.starts_from))
        if self.starts_to is not None:
            asked.append(ActivitySession.starts_at < whose.midnight(self.starts_to) + timedelta(days=1))
        return asked


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
    reach = whose.may_see(session, actor=actor, today=today)
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
    reach = whose.may_see(session, actor=actor, today=today)
    found = session.execute(_views(reach).where(ActivitySession.activity_id == activity_id)).first()
    if found is None:
        raise Missing
    view = _view(found)
    activity = view.activity
    return WholeSession(
        view=view,
        check_ins=session.execute(CHECK_INS, {"activity_id": activity_id}).all(),
        record=session.get(SessionRecord, activity_id),
        attendees=session.execute(_attendees(activity, actor=actor)).all(),
    )


CHECK_INS = (
    select(
        CheckIn.teacher_id,
        KnownTeacher.name.label("teacher_name"),
        CheckIn.entered_by,
        CheckIn.entered_at,
    )
    .outerjoin(KnownTeacher, KnownTeacher.teacher_id == CheckIn.teacher_id)
    .where(CheckIn.activity_id == bindparam("activity_id"))
    .order_by(CheckIn.entered_at, CheckIn.teacher_id)
)
ONE_CHECK_IN = CHECK_INS.where(CheckIn.teacher_id == bindparam("teacher_id"))


def check_in(session: Session, *, activity: ActivitySession, teacher_id: UUID) -> Row[*tuple[Any, ...]]:
    """One person's check-in to a session that is at hand, and so within reach."""
    this = {"activity_id": activity.activity_id, "teacher_id": teacher_id}
    return session.execute(ONE_CHECK_IN, this).one()


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
        .outerjoin(AttendanceRevocation, known.taken_back())
        .where(Attendance.activity_id == activity.activity_id)
        .order_by(Attendance.teacher_id, Attendance.round_no)
    )
