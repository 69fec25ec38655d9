"""Who attends: a school as large as a county, made known to every service by the directory's own events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from deploy.demo_county import LENGTH_MINUTES, RULE_PACK
from deploy.loops import utc_now
from services.activities import commands as activities
from services.activities.commands import Announcement, Report
from services.activities.domain import Presence
from services.credits import commands as credits
from shared import db, log, outbox
from shared.auth import Actor
from shared.events.codec import Event
from shared.events.directory import PairingStarted, SchoolOpened, TeacherJoined
from shared.service import Running
from shared.trail import Deed
from shared.values import in_chunks, new_id, school_year_of
from shared.vocabulary import Role, SchoolStage, SessionRole

APPRENTICES_A_MENTOR = 10
EVENTS_AT_ONCE = 1_000
HOURS_HUNDREDTHS = 200
"""What LENGTH_MINUTES earn a participant under the demonstration's rules."""
APART = timedelta(days=3)
"""Further than the command looks for sessions that may overlap."""
SESSIONS_BACK_MAX = 120
"""So many sessions, each APART from the next, lie within the year in which one may still be announced."""


@dataclass(slots=True, kw_only=True)
class People:
    """A school, who leads its sessions, and who attends them; every attendee has one mentor."""

    school_id: UUID
    leader: Actor
    teachers: Sequence[UUID]
    rule_pack_id: UUID
    _opened_at: datetime = field(default_factory=utc_now)
    """Counted from here, sessions keep their distance however long the bench takes."""
    _sessions: int = 0

    def announce(self, running: Running, *, form: str, starts_at: datetime | None = None) -> UUID:
        """A session of the school, announced only; without a moment it lies behind all others so far."""
        now = utc_now()
        said = Announcement(
            form=form,
            topic="全县集中研训",
            starts_at=starts_at or self._next_start(),
            length_minutes=LENGTH_MINUTES,
            place="县体育馆",
            speaker_id=None,
            host_id=None,
            plan_item_id=None,
        )
        with db.transaction(running.engine, **running.info()) as session:
            return activities.announce_session(session, actor=self.leader, announcement=said, now=now)

    def hold(self, running: Running, *, form: str) -> UUID:
        """A session that took place and has its record: its attendance may be confirmed."""
        activity_id, now = self.announce(running, form=form), utc_now()
        report = Report(content="两位老师各上一节，课后集体评议。", result=None)
        with db.transaction(running.engine, **running.info()) as session:
            activities.hold_session(session, actor=self.leader, activity_id=activity_id, now=now)
            activities.file_record(
                session, actor=self.leader, activity_id=activity_id, report=report, now=now
            )
        return activity_id

    def confirm(self, running: Running, activity_id: UUID, teachers: Sequence[UUID]) -> UUID:
        """Confirm who was there, in the transaction a request would have; the id of the last event said.

        Between the request and this lie the token, the schema and the key of the submission (see G6).
        """
        now = utc_now()
        presences = [
            Presence(teacher_id=teacher, minutes=LENGTH_MINUTES, role=SessionRole.PARTICIPANT)
            for teacher in teachers
        ]
        with (
            log.bound_trace(None),
            db.transaction(
                running.engine,
                scope=self.leader.scope(writes=True),
                **running.info(_deed(self.leader, activity_id, now=now)),
            ) as session,
        ):
            activities.confirm_attendance(
                session, actor=self.leader, activity_id=activity_id, presences=presences, now=now
            )
            last: UUID = session.info["outbox"][-1]["event_id"]
        return last

    def _next_start(self) -> datetime:
        turn, days = divmod(self._sessions, SESSIONS_BACK_MAX)
        self._sessions += 1
        return self._opened_at - (days + 1) * APART - turn * timedelta(minutes=LENGTH_MINUTES)


def _deed(leader: Actor, activity_id: UUID, *, now: datetime) -> Deed:
    """The request as the audit log would tell of it."""
    return Deed(
        at=now,
        actor=leader,
        verb="confirm_attendance",
        method="POST",
        route="/api/activities/v1/sessions/<uuid:activity_id>/attendance",
        path=f"/api/activities/v1/sessions/{activity_id}/attendance",
        address="127.0.0.1",
        trace=None,
        objects=(activity_id,),
    )


def provide(running: Mapping[str, Running], *, count: int) -> People:
    """Open the school, enter its people, pair each with a mentor, publish rules; what follows is on its way.

    The directory says what it would say of an import; its register stays empty, which nobody asks.
    """
    now = utc_now()
    began = date(school_year_of(now.date()) - 1, 9, 1)
    school_id = new_id(now)
    teachers = [new_id(now) for _ in range(count)]
    mentors = [new_id(now) for _ in range(-(-count // APPRENTICES_A_MENTOR))]
    leader = Actor(
        person_id=new_id(now),
        name="吴老师",
        school_id=school_id,
        roles=frozenset({Role.TEACHER, Role.GROUP_LEADER}),
    )
    said: list[Event] = [
        SchoolOpened(
            school_id=school_id,
            name="全县",
            stage=SchoolStage.OFFICE,
            township="文昌街道",
            opened_on=began,
        )
    ]
    said += [_joined(one, school_id, number, began) for number, one in enumerate([*teachers, *mentors])]
    said += [
        PairingStarted(
            pairing_id=new_id(now),
            school_id=school_id,
            mentor_id=mentors[number // APPRENTICES_A_MENTOR],
            apprentice_id=teacher,
            started_on=began,
        )
        for number, teacher in enumerate(teachers)
    ]
    for part in in_chunks(said, of=EVENTS_AT_ONCE):
        say(running["directory"], part)
    rule_pack_id = _publish_rules(running["credits"], valid_from=began)
    return People(school_id=school_id, leader=leader, teachers=teachers, rule_pack_id=rule_pack_id)


def say(running: Running, events: Sequence[Event]) -> None:
    """Say these in one transaction."""
    now = utc_now()
    with db.transaction(running.engine, **running.info()) as session:
        for event in events:
            outbox.add(session, event, now=now)


def _joined(teacher_id: UUID, school_id: UUID, number: int, began: date) -> TeacherJoined:
    return TeacherJoined(
        teacher_id=teacher_id,
        school_id=school_id,
        name=f"教师{number:05}",
        subject="语文",
        joined_on=began,
    )


def _publish_rules(running: Running, *, valid_from: date) -> UUID:
    now = utc_now()
    officer = Actor(
        person_id=new_id(now), name="钱老师", school_id=None, roles=frozenset({Role.COUNTY_OFFICER})
    )
    pack = {**RULE_PACK, "valid_from": valid_from}
    with db.transaction(running.engine, **running.info()) as session:
        return credits.publish_rule_pack(session, actor=officer, pack=pack, now=now).id
