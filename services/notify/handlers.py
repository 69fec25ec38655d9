"""What notify hears: hours accrued and reversed, teachers, pairings, access."""

from collections.abc import Sequence
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
from shared.service import Arrival, Handlers, SetWise
from shared.vocabulary import NoticeKind


def tell_of_accrued_hours(
    session: Session, arrivals: Sequence[Arrival[HoursAccrued]], *, now: datetime
) -> None:
    """The teachers and their mentors are told what was earned."""
    news = [_news_in(one.event) for one in arrivals]
    commands.tell_of_hours(session, kind=NoticeKind.HOURS_ACCRUED, news=news, now=now)


def tell_of_reversed_hours(
    session: Session, arrivals: Sequence[Arrival[HoursReversed]], *, now: datetime
) -> None:
    """The teachers and their mentors are told what was taken back."""
    news = [_news_in(one.event) for one in arrivals]
    commands.tell_of_hours(session, kind=NoticeKind.HOURS_REVERSED, news=news, now=now)


def _news_in(event: HoursAccrued | HoursReversed) -> commands.News:
    return commands.News(
        activity_id=event.activity_id,
        form=event.form,
        held_on=event.held_on,
        category=event.category,
        entries=[
            commands.Entry(one.entry_id, one.teacher_id, one.round_no, one.hours_hundredths)
            for one in event.entries
        ],
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
    HoursAccrued: SetWise(tell_of_accrued_hours),
    HoursReversed: SetWise(tell_of_reversed_hours),
    TeacherJoined: note_person,
    TeacherChanged: learn_of_person,
    PersonErased: personal.note_erasure,
    PairingStarted: start_pairing,
    PairingEnded: end_pairing,
    AccessRevoked: auth.note_revocation,
}
