"""What plans does about what others say."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.plans import commands
from services.plans.commands import Mention
from services.plans.domain import SessionFact
from shared import auth, personal
from shared.events.activities import AttendanceConfirmed, SessionAnnounced, SessionCancelled
from shared.events.directory import AccessRevoked, PersonErased
from shared.service import Handlers


def note_announcement(session: Session, event: SessionAnnounced, *, now: datetime) -> None:
    """An item has a session."""
    del now
    if mention := _mention_in(event):
        commands.note_session(session, mention=mention, fact=SessionFact.ANNOUNCED)


def note_cancellation(session: Session, event: SessionCancelled, *, now: datetime) -> None:
    """An item's session is off."""
    del now
    if mention := _mention_in(event):
        commands.note_session(session, mention=mention, fact=SessionFact.CANCELLED)


def fulfil_item(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
    """An item was carried out."""
    if mention := _mention_in(event):
        commands.fulfil_item(session, mention=mention, now=now)


def _mention_in(event: SessionAnnounced | SessionCancelled | AttendanceConfirmed) -> Mention | None:
    """Which item the event names; a session outside every plan names none."""
    if event.plan_item_id is None:
        return None
    return Mention(item_id=event.plan_item_id, activity_id=event.activity_id, school_id=event.school_id)


HANDLERS: Handlers = {
    AccessRevoked: auth.note_revocation,
    PersonErased: personal.note_erasure,
    SessionAnnounced: note_announcement,
    SessionCancelled: note_cancellation,
    AttendanceConfirmed: fulfil_item,
}
