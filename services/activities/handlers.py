"""What activities does about what others say: it keeps its own small copies."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.activities import commands
from shared import auth
from shared.events.directory import AccessRevoked, SchoolOpened, TeacherJoined
from shared.events.plans import PlanApproved
from shared.service import Handlers


def know_school(session: Session, event: SchoolOpened, *, now: datetime) -> None:
    """A school's name can be shown from now on."""
    del now
    commands.know_school(session, school_id=event.school_id, name=event.name)


def know_teacher(session: Session, event: TeacherJoined, *, now: datetime) -> None:
    """A teacher may speak at and attend her school's sessions from now on."""
    del now
    commands.know_teacher(session, school_id=event.school_id, teacher_id=event.teacher_id, name=event.name)


def know_plan_items(session: Session, event: PlanApproved, *, now: datetime) -> None:
    """Sessions may be announced against these items from now on."""
    del now
    item_ids = [item.item_id for item in event.items]
    commands.know_plan_items(session, school_id=event.school_id, item_ids=item_ids)


HANDLERS: Handlers = {
    AccessRevoked: auth.note_revocation,
    SchoolOpened: know_school,
    TeacherJoined: know_teacher,
    PlanApproved: know_plan_items,
}
