"""What credits hears: attendance confirmed and revoked, schools, teachers, access."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.credits import commands, domain
from shared import auth
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from shared.events.directory import AccessRevoked, SchoolOpened, TeacherJoined
from shared.service import Handlers


def accrue_for_attendance(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
    """Confirmed presence becomes hours."""
    commands.accrue_for_attendance(
        session,
        activity=domain.AttendedActivity(
            id=event.activity_id, school_id=event.school_id, form=event.form, held_on=event.held_on
        ),
        attended=[
            domain.Attended(one.teacher_id, one.round_no, one.minutes, one.role) for one in event.attendees
        ],
        now=now,
    )


def reverse_for_revocation(session: Session, event: AttendanceRevoked, *, now: datetime) -> None:
    """A confirmation taken back takes its hours back."""
    commands.reverse_for_revocation(
        session,
        activity_id=event.activity_id,
        rounds=[(one.teacher_id, one.round_no) for one in event.attendees],
        now=now,
    )


def note_school(session: Session, event: SchoolOpened, *, now: datetime) -> None:
    """The board names schools."""
    del now
    commands.note_school(session, school_id=event.school_id, name=event.name, township=event.township)


def note_teacher(session: Session, event: TeacherJoined, *, now: datetime) -> None:
    """The board counts teachers, statements name them."""
    del now
    commands.note_teacher(session, teacher_id=event.teacher_id, school_id=event.school_id, name=event.name)


HANDLERS: Handlers = {
    AttendanceConfirmed: accrue_for_attendance,
    AttendanceRevoked: reverse_for_revocation,
    SchoolOpened: note_school,
    TeacherJoined: note_teacher,
    AccessRevoked: auth.note_revocation,
}
