"""What activities does about what others say: it keeps its own small copies."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.activities import commands
from services.activities.domain import Belonging
from shared import auth, personal
from shared.events.directory import (
    AccessRevoked,
    PersonErased,
    SchoolChanged,
    SchoolOpened,
    TeacherChanged,
    TeacherJoined,
)
from shared.events.plans import PlanApproved
from shared.service import Handlers
from shared.vocabulary import MembershipKind


def know_school(session: Session, event: SchoolOpened, *, now: datetime) -> None:
    """A school's name can be shown from now on."""
    del now
    commands.know_school(session, school_id=event.school_id, name=event.name)


def know_teacher(session: Session, event: TeacherJoined, *, now: datetime) -> None:
    """A teacher may speak at and attend her school's sessions from the day she joined."""
    del now
    joined = Belonging(
        school_id=event.school_id, kind=MembershipKind.HOME, starts_on=event.joined_on, ends_on=None
    )
    commands.know_teacher(session, teacher_id=event.teacher_id, name=event.name, joined=joined)


def learn_of_school(session: Session, event: SchoolChanged, *, now: datetime) -> None:
    """A school has another name, or is closed."""
    del now
    commands.learn_of_school(
        session,
        school_id=event.school_id,
        version=event.version,
        name=event.name,
        closed_on=event.closed_on,
    )


def learn_of_teacher(session: Session, event: TeacherChanged, *, now: datetime) -> None:
    """A teacher has another name, or belongs elsewhere on some days."""
    del now
    belongs = [
        Belonging(school_id=one.school_id, kind=one.kind, starts_on=one.starts_on, ends_on=one.ends_on)
        for one in event.belongs
    ]
    commands.learn_of_teacher(
        session, teacher_id=event.teacher_id, version=event.version, name=event.name, belongs=belongs
    )


def know_plan_items(session: Session, event: PlanApproved, *, now: datetime) -> None:
    """Sessions may be announced against these items from now on."""
    del now
    item_ids = [item.item_id for item in event.items]
    commands.know_plan_items(session, school_id=event.school_id, item_ids=item_ids)


HANDLERS: Handlers = {
    AccessRevoked: auth.note_revocation,
    SchoolOpened: know_school,
    SchoolChanged: learn_of_school,
    TeacherJoined: know_teacher,
    TeacherChanged: learn_of_teacher,
    PersonErased: personal.note_erasure,
    PlanApproved: know_plan_items,
}
