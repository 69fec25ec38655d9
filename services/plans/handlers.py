"""What plans does about what others say."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.plans import commands
from services.plans.commands import Mention
from services.plans.domain import SessionFact
from shared import auth, personal
from shared.events.activities import AttendanceConfirmed, SessionAnnounced, SessionCancelled
from shared.events.directory import AccessRevoked, PersonErased
from shared.service import Arrival, Handlers, SetWise


def note_announcements(
    session: Session, arrivals: Sequence[Arrival[SessionAnnounced]], *, now: datetime
) -> None:
    """Items have sessions."""
    del now
    commands.note_sessions(session, mentions=_mentions_in(arrivals), fact=SessionFact.ANNOUNCED)


def note_cancellations(
    session: Session, arrivals: Sequence[Arrival[SessionCancelled]], *, now: datetime
) -> None:
    """Items' sessions are off."""
    del now
    commands.note_sessions(session, mentions=_mentions_in(arrivals), fact=SessionFact.CANCELLED)


def fulfil_items(
    session: Session, arrivals: Sequence[Arrival[AttendanceConfirmed]], *, now: datetime
) -> None:
    """Items were carried out."""
    commands.fulfil_items(session, mentions=_mentions_in(arrivals), now=now)


def _mentions_in(
    arrivals: Sequence[Arrival[SessionAnnounced] | Arrival[SessionCancelled] | Arrival[AttendanceConfirmed]],
) -> list[Mention]:
    """Which items the events name; a session outside every plan names none."""
    return [
        Mention(
            item_id=one.event.plan_item_id,
            activity_id=one.event.activity_id,
            school_id=one.event.school_id,
            trace=one.trace,
        )
        for one in arrivals
        if one.event.plan_item_id is not None
    ]


HANDLERS: Handlers = {
    AccessRevoked: auth.note_revocation,
    PersonErased: personal.note_erasure,
    SessionAnnounced: SetWise(note_announcements),
    SessionCancelled: SetWise(note_cancellations),
    AttendanceConfirmed: SetWise(fulfil_items),
}
