"""What credits hears: attendance confirmed and revoked, schools, teachers, access."""

from collections.abc import Sequence
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
from shared.service import Arrival, Handlers, SetWise
from shared.vocabulary import MembershipKind


def accrue_for_attendance(
    session: Session, arrivals: Sequence[Arrival[AttendanceConfirmed]], *, now: datetime
) -> None:
    """Confirmed presence becomes hours."""
    confirmations = [
        commands.Confirmation(
            activity=domain.AttendedActivity(
                id=one.event.activity_id,
                school_id=one.event.school_id,
                form=one.event.form,
                held_on=one.event.held_on,
            ),
            attended=[
                domain.Attended(attendee.teacher_id, attendee.round_no, attendee.minutes, attendee.role)
                for attendee in one.event.attendees
            ],
            trace=one.trace,
        )
        for one in arrivals
    ]
    commands.accrue_for_attendance(session, confirmations=confirmations, now=now)


def reverse_for_revocation(
    session: Session, arrivals: Sequence[Arrival[AttendanceRevoked]], *, now: datetime
) -> None:
    """Confirmations taken back take their hours back."""
    revocations = [
        commands.Revocation(
            activity_id=one.event.activity_id,
            rounds=[(attendee.teacher_id, attendee.round_no) for attendee in one.event.attendees],
            trace=one.trace,
        )
        for one in arrivals
    ]
    commands.reverse_for_revocation(session, revocations=revocations, now=now)


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
    AttendanceConfirmed: SetWise(accrue_for_attendance),
    AttendanceRevoked: SetWise(reverse_for_revocation),
    SchoolOpened: note_school,
    SchoolChanged: learn_of_school,
    TeacherJoined: note_teacher,
    TeacherChanged: learn_of_teacher,
    PersonMerged: note_merge,
    PersonUnmerged: note_unmerge,
    PersonErased: personal.note_erasure,
    AccessRevoked: auth.note_revocation,
}
