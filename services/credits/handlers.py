"""What credits hears: attendance confirmed and revoked, schools, teachers, access."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.credits import commands, domain
from shared import auth, personal
from shared.events.activities import AttendanceConfirmed, AttendanceRevoked
from shared.events.directory import (
    AccessRevoked,
    PersonErased,
    PersonMerged,
    PersonUnmerged,
    SchoolChanged,
    SchoolOpened,
    TeacherChanged,
    TeacherJoined,
)
from shared.service import Handlers
from shared.vocabulary import MembershipKind


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
    """The board counts teachers from the day they join, statements name them."""
    del now
    joined = domain.Belonging(
        school_id=event.school_id, kind=MembershipKind.HOME, starts_on=event.joined_on, ends_on=None
    )
    commands.note_teacher(session, teacher_id=event.teacher_id, name=event.name, joined=joined)


def learn_of_school(session: Session, event: SchoolChanged, *, now: datetime) -> None:
    """A school has another name or place, or is closed."""
    del now
    commands.learn_of_school(
        session,
        school_id=event.school_id,
        version=event.version,
        name=event.name,
        township=event.township,
        closed_on=event.closed_on,
    )


def learn_of_teacher(session: Session, event: TeacherChanged, *, now: datetime) -> None:
    """A teacher has another name, or belongs elsewhere on some days."""
    del now
    belongs = [
        domain.Belonging(school_id=one.school_id, kind=one.kind, starts_on=one.starts_on, ends_on=one.ends_on)
        for one in event.belongs
    ]
    commands.learn_of_teacher(
        session,
        teacher_id=event.teacher_id,
        school_id=event.school_id,
        version=event.version,
        name=event.name,
        belongs=belongs,
    )


def note_merge(session: Session, event: PersonMerged, *, now: datetime) -> None:
    """Two entries of the register are one person: her hours are shown together."""
    del now
    commands.note_merge(session, merge_id=event.merge_id, alias_id=event.alias_id, teacher_id=event.person_id)


def note_unmerge(session: Session, event: PersonUnmerged, *, now: datetime) -> None:
    """They are two again."""
    del now
    commands.note_unmerge(session, merge_id=event.merge_id)


HANDLERS: Handlers = {
    AttendanceConfirmed: accrue_for_attendance,
    AttendanceRevoked: reverse_for_revocation,
    SchoolOpened: note_school,
    SchoolChanged: learn_of_school,
    TeacherJoined: note_teacher,
    TeacherChanged: learn_of_teacher,
    PersonMerged: note_merge,
    PersonUnmerged: note_unmerge,
    PersonErased: personal.note_erasure,
    AccessRevoked: auth.note_revocation,
}
