"""What notify hears: hours accrued and reversed, teachers, pairings, access."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.notify import commands
from shared import auth, personal
from shared.events.credits import HoursAccrued, HoursReversed
from shared.events.directory import (
    AccessRevoked,
    PairingEnded,
    PairingStarted,
    PersonErased,
    TeacherChanged,
    TeacherJoined,
)
from shared.service import Handlers
from shared.vocabulary import NoticeKind


def tell_of_accrued_hours(session: Session, event: HoursAccrued, *, now: datetime) -> None:
    """The teachers and their mentors are told what was earned."""
    _tell_of_hours(session, event, kind=NoticeKind.HOURS_ACCRUED, now=now)


def tell_of_reversed_hours(session: Session, event: HoursReversed, *, now: datetime) -> None:
    """The teachers and their mentors are told what was taken back."""
    _tell_of_hours(session, event, kind=NoticeKind.HOURS_REVERSED, now=now)


def _tell_of_hours(
    session: Session, event: HoursAccrued | HoursReversed, *, kind: NoticeKind, now: datetime
) -> None:
    commands.tell_of_hours(
        session,
        kind=kind,
        activity=commands.Activity(
            id=event.activity_id, form=event.form, held_on=event.held_on, category=event.category
        ),
        entries=[
            commands.Entry(one.entry_id, one.teacher_id, one.round_no, one.hours_hundredths)
            for one in event.entries
        ],
        now=now,
    )


def note_person(session: Session, event: TeacherJoined, *, now: datetime) -> None:
    """Notices name people."""
    del now
    commands.note_person(session, person_id=event.teacher_id, name=event.name)


def learn_of_person(session: Session, event: TeacherChanged, *, now: datetime) -> None:
    """Notices name people as they are called now."""
    del now
    commands.learn_of_person(session, person_id=event.teacher_id, version=event.version, name=event.name)


def start_pairing(session: Session, event: PairingStarted, *, now: datetime) -> None:
    """From its first day on, the mentor is told of the apprentice's hours; also of those heard of before."""
    commands.start_pairing(
        session,
        pairing_id=event.pairing_id,
        mentor_id=event.mentor_id,
        apprentice_id=event.apprentice_id,
        started_on=event.started_on,
        now=now,
    )


def end_pairing(session: Session, event: PairingEnded, *, now: datetime) -> None:
    """From that day on, the mentor is told no more."""
    del now
    commands.end_pairing(session, pairing_id=event.pairing_id, ended_on=event.ended_on)


HANDLERS: Handlers = {
    HoursAccrued: tell_of_accrued_hours,
    HoursReversed: tell_of_reversed_hours,
    TeacherJoined: note_person,
    TeacherChanged: learn_of_person,
    PersonErased: personal.note_erasure,
    PairingStarted: start_pairing,
    PairingEnded: end_pairing,
    AccessRevoked: auth.note_revocation,
}
