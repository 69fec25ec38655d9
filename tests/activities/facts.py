"""Facts the tests of activities tell: who is known here, and a session as far as it has come."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import event

from services.activities.handlers import know_teacher
from shared import db
from shared.events.directory import SchoolOpened, TeacherJoined
from shared.events.plans import PlanApproved, PlannedItem
from shared.values import new_id
from shared.vocabulary import SchoolStage
from tests.signed_in import CHEN, HU, LIN, OTHER_SCHOOL, SCHOOL, WU, Door, said_in

ITEM = UUID(int=0x11)
OTHER_ITEM = UUID(int=0x12)
"""An item of another school's plan."""
NOBODY = UUID(int=0xFF)

OPENED = SchoolOpened(
    school_id=SCHOOL,
    name="青山镇中心小学",
    stage=SchoolStage.PRIMARY,
    township="青山镇",
    opened_on=date(2020, 9, 1),
)


def joined(teacher_id: UUID, *, name: str, school_id: UUID = SCHOOL) -> TeacherJoined:
    """A teacher joined a school."""
    return TeacherJoined(
        teacher_id=teacher_id, school_id=school_id, name=name, subject="语文", joined_on=date(2020, 9, 1)
    )


def crowd(door: Door, count: int, *, school_id: UUID = SCHOOL) -> list[UUID]:
    """So many more teachers of a school."""
    everybody = [new_id(door.now) for _ in range(count)]
    with db.transaction(door.engine) as session:
        for teacher_id in everybody:
            know_teacher(session, joined(teacher_id, name="某老师", school_id=school_id), now=door.now)
    return everybody


def approved(*item_ids: UUID, school_id: UUID = SCHOOL) -> PlanApproved:
    """A plan with these items was approved."""
    items = [
        PlannedItem(item_id=item_id, form="topic_lecture", due_on=date(2026, 10, 31)) for item_id in item_ids
    ]
    return PlanApproved(plan_id=UUID(int=0x10), school_id=school_id, school_year=2026, items=tuple(items))


def everybody_is_known(door: Door) -> None:
    """What activities has heard of before a test begins."""
    door.hear(OPENED)
    for person in (LIN, CHEN, WU):
        door.hear(joined(person.person_id, name=person.name))
    door.hear(joined(HU.person_id, name=HU.name, school_id=OTHER_SCHOOL))
    door.hear(approved(ITEM))
    door.hear(approved(OTHER_ITEM, school_id=OTHER_SCHOOL))


def announcement(**changed: object) -> dict[str, object]:
    """A session of ninety minutes that begins in an hour, as Wu announces it."""
    return {
        "form": "topic_lecture",
        "topic": "如何观察一节课",
        "starts_at": "2026-10-14T15:00:00+08:00",
        "length_minutes": 90,
        "place": "录播教室",
        "speaker_id": str(LIN.person_id),
        "plan_item_id": str(ITEM),
        **changed,
    }


def announced(door: Door, **changed: object) -> str:
    """The path of a session that was announced."""
    shown = said_in(door.as_(WU).post("/sessions", announcement(**changed)))
    return f"/sessions/{shown['activity_id']}"


def held(door: Door, **changed: object) -> str:
    """The path of a session that took place."""
    path = announced(door, **changed)
    door.later(hours=3)
    said_in(door.as_(WU).post(f"{path}/hold"))
    return path


RECORD = {"content": "林老师讲解了课堂观察的三个角度，各组试用了观察表。", "result": "形成观察表一份"}


def recorded(door: Door, **changed: object) -> str:
    """The path of a session that took place and has its record."""
    path = held(door, **changed)
    said_in(door.as_(WU).post(f"{path}/record", RECORD))
    return path


def row(teacher_id: UUID, *, minutes: int = 90, role: str = "participant") -> dict[str, object]:
    """One attendee of a request."""
    return {"teacher_id": str(teacher_id), "minutes": minutes, "role": role}


def attendees(*rows: Mapping[str, object]) -> dict[str, Sequence[Any]]:
    """The body of a confirmation; Lin and Chen unless said otherwise."""
    usual = [row(LIN.person_id, role="speaker"), row(CHEN.person_id)]
    return {"attendees": list(rows) or usual}


def confirmed(door: Door, **changed: object) -> str:
    """The path of a session whose attendance is confirmed: Lin's and Chen's."""
    path = recorded(door, **changed)
    assert said_in(door.as_(WU).post(f"{path}/attendance", attendees())) == {"confirmed": 2}
    return path


def checks(*pairs: tuple[str, UUID | None]) -> dict[str, Sequence[Any]]:
    """The body of a bulk check-in: paths of sessions, and who came to each."""
    rows = [{"activity_id": path.removeprefix("/sessions/"), "teacher_id": who} for path, who in pairs]
    return {
        "check_ins": [{**one, "teacher_id": one["teacher_id"] and str(one["teacher_id"])} for one in rows]
    }


def past(**changed: object) -> dict[str, object]:
    """A session of the week before, as it is entered afterwards: Lin's lecture, Chen was there."""
    return {
        **announcement(starts_at="2026-10-09T15:00:00+08:00"),
        "record": RECORD,
        **attendees(),
        **changed,
    }


@contextmanager
def counted(door: Door) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    found: list[str] = []

    def note(*args: Any) -> None:
        found.append(args[2])

    event.listen(door.engine, "before_cursor_execute", note)
    yield found
    event.remove(door.engine, "before_cursor_execute", note)
