"""Thousands of events in little time: what requests would call, for many sessions in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from deploy import cast
from deploy.loops import utc_now
from services.activities import commands
from services.activities.commands import attendance
from services.activities.domain import Presence
from shared import db
from shared.auth import Actor
from shared.values import county_day, school_year_of
from shared.vocabulary import SessionRole
from tests.faults.county import SESSION_MINUTES, FaultCounty
from tests.person import SCHOOL_BASED_FORM

SESSIONS_AT_ONCE = 10
REVOKED_ONE_OF = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who meets, and the item of their plan that they meet for."""

    leader: Actor
    teachers: list[UUID]
    item_id: UUID
    next_start: Callable[[], datetime]
    apart: bool = True
    """Whether each confirmation and each revocation is an event of its own, or a session has one of each."""

    @property
    def events_a_session(self) -> int:
        """Announced and held, announced and called off, and what its attendance makes."""
        return 4 + (len(self.teachers) + len(self.teachers[::REVOKED_ONE_OF]) if self.apart else 2)

    def meet(self, session: Session) -> UUID:
        """One session from its announcement to a revoked attendance, and one that is called off; its id."""
        now, leader, starts_at = utc_now(), self.leader, self.next_start()
        held, called_off = (
            commands.announce_session(session, actor=leader, announcement=self._announced(starts_at), now=now)
            for _ in range(2)
        )
        commands.cancel_session(session, actor=leader, activity_id=called_off, now=now)
        commands.hold_session(session, actor=leader, activity_id=held, now=now)
        report = commands.Report(content="两位老师各上一节，课后集体评议。", result=None)
        commands.file_record(session, actor=leader, activity_id=held, report=report, now=now)
        presences = [
            Presence(teacher_id=teacher, minutes=SESSION_MINUTES, role=SessionRole.PARTICIPANT)
            for teacher in self.teachers
        ]
        commands.confirm_attendance(session, actor=leader, activity_id=held, presences=presences, now=now)
        commands.revoke_attendance(
            session,
            actor=leader,
            activity_id=held,
            teacher_ids=self.teachers[::REVOKED_ONE_OF],
            reason="签到有误",
            now=now,
        )
        return held

    def _announced(self, starts_at: datetime) -> commands.Announcement:
        return commands.Announcement(
            form=SCHOOL_BASED_FORM,
            topic="《草船借箭》同课异构",
            starts_at=starts_at,
            length_minutes=SESSION_MINUTES,
            place="二楼会议室",
            speaker_id=None,
            host_id=None,
            plan_item_id=self.item_id,
        )


def crowd(county: FaultCounty) -> Crowd:
    """The teachers of the county's journal; returns when activities knows the item of their plan."""
    today = county_day(utc_now())
    draft = {
        "school_year": school_year_of(today),
        "title": "数学组学期研训计划",
        "items": [{"form": SCHOOL_BASED_FORM, "topic": "同课异构", "due_on": today.isoformat()}],
    }
    plan = county.as_person(cast.ZHAO).approve_plan(draft)
    county.settle()
    leader = Actor(
        person_id=UUID(county.county.ids[cast.WU.username]),
        name=cast.WU.name,
        school_id=UUID(county.county.school_ids[cast.QINGSHI.name]),
        roles=frozenset(cast.WU.roles),
    )
    return Crowd(
        leader=leader,
        teachers=[UUID(teacher) for teacher in county.teachers],
        item_id=UUID(plan["items"][0]["item_id"]),
        next_start=county.next_start,
    )


def meet_often(county: FaultCounty, *crowds: Crowd, events: int) -> int:
    """Let them meet in turn until activities has said at least so many events; how many."""
    running, said, turns = county.running["activities"], 0, cycle(crowds)
    events_a_session = max(people.events_a_session for people in crowds)
    with pytest.MonkeyPatch.context() as patch:
        if any(people.apart for people in crowds):
            patch.setattr(attendance, "ATTENDEES_PER_EVENT_MAX", 1)
        while said < events:
            meetings = min(SESSIONS_AT_ONCE, -(-(events - said) // events_a_session))
            meeting = list(islice(turns, meetings))
            with db.transaction(running.engine, **running.info()) as session:
                held = [(people.meet(session), people) for people in meeting]
            county.acknowledged |= {
                (str(one), str(teacher)) for one, people in held for teacher in people.teachers
            }
            said += sum(people.events_a_session for people in meeting)
    return said
