"""What people do in a run: real commands, sensible or not, noted in the journal once acknowledged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.activities import commands as activities
from services.activities import models as activity_tables
from services.activities.domain import Presence
from services.credits import commands as credits
from services.directory import commands as directory
from services.plans import commands as plans
from shared import db
from shared.auth import Actor, NotSignedIn
from shared.service import Running
from shared.values import Refused, county_day
from shared.vocabulary import HourCategory, PlanState, Role, SchoolStage, SessionRole, SessionState
from tests.simulation.chance import Clock
from tests.simulation.journal import Journal, Meeting, Pairing, Plan, School
from tests.simulation.processes import Say, SimulatedCrash

Choice = TypeVar("Choice")

FORMS = ("same_topic_different_designs", "topic_lecture", "county_forum", "reading_project")
LENGTHS_MINUTES = (30, 45, 90, 120, 400)
DAYS_MAX = 10
"""How far before today sessions are entered and pairings begin."""

FIRST_DAY = date(2026, 9, 1)
"""Schools open and people join; the first rules begin."""

OFFICER = Actor(
    person_id=UUID(int=0xC9), name="钱科长", school_id=None, roles=frozenset({Role.COUNTY_OFFICER})
)

RULES: Mapping[str, Any] = {
    "name": "教师培训学时管理办法",
    "source": "县教（2026）12号",
    "required_hours_hundredths": 7200,
    "required_school_based_hours_hundredths": 2400,
    "minutes_per_hour": 45,
    "session_hundredths_max": 800,
    "default_category": HourCategory.SCHOOL_BASED,
    "role_weights": {"participant": 100, "speaker": 200, "host": 150},
    "forms": {
        "same_topic_different_designs": {"category": "school_based", "label": "同课异构"},
        "county_forum": {"category": "cross_school", "label": "教学论坛"},
    },
    "year_caps": {"cross_school": 600},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One request: what it asks of which service, and what the journal says once it was acknowledged."""

    service: str
    text: str
    do: Callable[[Session], Any]
    note: Callable[[Any], None]


class People:
    """Draws deeds and carries them out."""

    def __init__(
        self, *, running: Mapping[str, Running], journal: Journal, random: Random, clock: Clock, say: Say
    ) -> None:
        self._running, self._journal = running, journal
        self._random, self._clock, self._say = random, clock, say
        self._deeds: Mapping[Callable[[], Deed | None], int] = {
            self.open_school: 1,
            self.add_teachers: 1,
            self.start_pairing: 3,
            self.end_pairing: 2,
            self.sign_out: 1,
            self.announce: 6,
            self.hold: 6,
            self.file_record: 6,
            self.confirm: 10,
            self.revoke: 5,
            self.cancel: 1,
            self.check_in: 3,
            self.draft_plan: 1,
            self.submit_plan: 2,
            self.approve_plan: 2,
            self.publish_rules: 1,
        }

    def act(self, *, dies: bool) -> None:
        """Somebody does something, if anything; with `dies`, the service dies before the commit."""
        (draw,) = self._random.choices(list(self._deeds), weights=list(self._deeds.values()))
        deed = draw()
        if deed is None:
            self._say("nothing to do")
        else:
            self.carry_out(deed, dies=dies)

    def carry_out(self, deed: Deed, *, dies: bool = False) -> None:
        """One request; only what committed is noted."""
        running = self._running[deed.service]
        try:
            with db.transaction(running.engine, **running.info()) as session:
                result = deed.do(session)
                _die_if(dies)
        except (Refused, NotSignedIn) as refused:
            self._say(f"person: {deed.text}: refused, {refused.code}")
        except SQLAlchemyError as error:
            self._say(f"person: {deed.text}: {type(error).__name__}")
        except SimulatedCrash:
            self._say(f"person: {deed.text}: {deed.service} dies before the commit")
        else:
            self._say(f"person: {deed.text}")
            deed.note(result)

    # --- choices

    def _one(self, among: Sequence[Choice]) -> Choice | None:
        return self._random.choice(among) if among else None

    def _some_school(self) -> School:
        """One with people enough for a pairing."""
        return self._random.choice(
            [school for school in self._journal.schools.values() if len(school.people) > 1]
        )

    def _some_meeting(self, *likely: SessionState) -> Meeting | None:
        """Mostly one in a fitting state."""
        meetings = list(self._journal.meetings.values())
        fitting = [meeting for meeting in meetings if meeting.state in likely]
        return self._one(meetings if self._random.random() < 0.1 else fitting)

    def _leader(self, school_id: UUID) -> Actor:
        """The principal of the school; now and then somebody of another, who must not get through."""
        if self._random.random() < 0.05:
            school_id = self._some_school().school_id
        principal = self._journal.schools[school_id].people[0]
        return Actor(person_id=principal, name="校长", school_id=school_id, roles=frozenset({Role.PRINCIPAL}))

    def _day(self) -> date:
        return county_day(self._clock.now()) - timedelta(days=self._random.randint(0, DAYS_MAX))

    # --- the directory

    def open_school(self) -> Deed:
        """The county office opens a school; nobody is in it yet."""
        name, now = f"第{len(self._journal.schools) + 1}小学", self._clock.now()

        def note(school: Any) -> None:
            self._journal.schools[school.id] = School(school_id=school.id)

        return Deed(
            service="directory",
            text=f"open {name}",
            do=lambda session: directory.open_school(
                session,
                actor=OFFICER,
                name=name,
                stage=SchoolStage.PRIMARY,
                township="城关镇",
                opened_on=FIRST_DAY,
                now=now,
            ),
            note=note,
        )

    def add_teachers(self) -> Deed:
        """The county office enters some people in a school's register."""
        school, now = self._random.choice(list(self._journal.schools.values())), self._clock.now()
        return self.enter(school, count=self._random.randint(1, 2), with_accounts=False, now=now)

    def enter(self, school: School, *, count: int, with_accounts: bool, now: datetime) -> Deed:
        """So many newcomers; with accounts when somebody must be able to sign out."""
        seats = range(len(school.people), len(school.people) + count)
        newcomers = [
            directory.Newcomer(
                name=f"教师{seat}",
                subject="数学",
                roles=frozenset({Role.TEACHER}),
                joined_on=FIRST_DAY,
                login=_login(school, seat) if with_accounts else None,
            )
            for seat in seats
        ]
        return Deed(
            service="directory",
            text=f"add {count} teachers to {_short(school.school_id)}",
            do=lambda session: directory.add_teachers(
                session, actor=OFFICER, school_id=school.school_id, newcomers=newcomers, now=now
            ),
            note=lambda added: school.people.extend(one.person_id for one in added),
        )

    def start_pairing(self) -> Deed:
        """A mentor takes an apprentice, from some day of the last ones on."""
        school = self._some_school()
        mentor, apprentice = self._random.sample(school.people, 2)
        actor, now, day = self._leader(school.school_id), self._clock.now(), self._day()

        def note(pairing_id: UUID) -> None:
            assert actor.school_id is not None
            self._journal.pairings[pairing_id] = Pairing(pairing_id=pairing_id, school_id=actor.school_id)

        return Deed(
            service="directory",
            text=f"pair {_short(mentor)} with {_short(apprentice)} from {day}",
            do=lambda session: directory.start_pairing(
                session, actor=actor, mentor_id=mentor, apprentice_id=apprentice, started_on=day, now=now
            ),
            note=note,
        )

    def end_pairing(self) -> Deed | None:
        """A pairing ends, on some day of the last ones."""
        pairing = self._one([one for one in self._journal.pairings.values() if one.ended_on is None])
        if pairing is None:
            return None
        actor, now, day = self._leader(pairing.school_id), self._clock.now(), self._day()

        def note(_: object) -> None:
            pairing.ended_on = day

        return Deed(
            service="directory",
            text=f"end pairing {_short(pairing.pairing_id)} on {day}",
            do=lambda session: directory.end_pairing(
                session, actor=actor, pairing_id=pairing.pairing_id, ended_on=day, now=now
            ),
            note=note,
        )

    def sign_out(self) -> Deed:
        """A principal ends all her sign-ins."""
        actor, now = self._leader(self._some_school().school_id), self._clock.now()
        return Deed(
            service="directory",
            text=f"sign out {_short(actor.person_id)} everywhere",
            do=lambda session: directory.sign_out_everywhere(session, actor=actor, now=now),
            note=lambda _: None,
        )

    # --- plans

    def draft_plan(self) -> Deed:
        """A plan of two items."""
        school = self._some_school()
        actor, now = self._leader(school.school_id), self._clock.now()
        items = [plans.DraftItem(form=form, topic="课堂提问", due_on=self._day()) for form in FORMS[:2]]
        draft = plans.Draft(school_year=2026, title="校本研修计划", items=items)

        def note(plan_id: UUID) -> None:
            assert actor.school_id is not None
            self._journal.plans[plan_id] = Plan(plan_id=plan_id, school_id=actor.school_id)

        return Deed(
            service="plans",
            text="draft a plan",
            do=lambda session: plans.draft_plan(session, actor=actor, draft=draft, now=now),
            note=note,
        )

    def submit_plan(self) -> Deed | None:
        """A draft goes to review."""
        return self._move_plan(plans.submit_plan, PlanState.DRAFT, PlanState.SUBMITTED)

    def approve_plan(self) -> Deed | None:
        """A reviewed plan stands."""
        return self._move_plan(plans.approve_plan, PlanState.SUBMITTED, PlanState.APPROVED)

    def _move_plan(self, command: Callable[..., None], before: PlanState, after: PlanState) -> Deed | None:
        plan = self._one([plan for plan in self._journal.plans.values() if plan.state is before])
        if plan is None:
            return None
        actor, now, plan_id = self._leader(plan.school_id), self._clock.now(), plan.plan_id

        def note(_: object) -> None:
            self._journal.plans[plan_id].state = after

        return Deed(
            service="plans",
            text=f"{command.__name__} {_short(plan_id)}",
            do=lambda session: command(session, actor=actor, plan_id=plan_id, now=now),
            note=note,
        )

    # --- sessions

    def announce(self) -> Deed:
        """A session of the last days, or of the next hour."""
        school = self._some_school()
        actor, now = self._leader(school.school_id), self._clock.now()
        assert actor.school_id is not None
        days, minutes = self._random.randint(0, DAYS_MAX), self._random.randint(-60, 600)
        starts_at = now - timedelta(days=days, minutes=minutes)
        length = self._random.choice(LENGTHS_MINUTES)
        speaker = self._one([None, *school.people])
        announcement = activities.Announcement(
            form=self._random.choice(FORMS),
            topic="同课异构：圆的面积",
            starts_at=starts_at,
            length_minutes=length,
            place="录播教室",
            speaker_id=speaker,
            host_id=None,
            plan_item_id=self._known_item(actor.school_id),
        )

        def note(activity_id: UUID) -> None:
            assert actor.school_id is not None
            self._journal.meetings[activity_id] = Meeting(
                activity_id=activity_id,
                school_id=actor.school_id,
                starts_at=starts_at,
                length_minutes=length,
                speaker_id=speaker,
            )

        return Deed(
            service="activities",
            text=f"announce a session of {length} minutes",
            do=lambda session: activities.announce_session(
                session, actor=actor, announcement=announcement, now=now
            ),
            note=note,
        )

    def _known_item(self, school_id: UUID) -> UUID | None:
        """An item that activities has heard of, half of the time."""
        if self._random.random() < 0.5:
            return None
        table = activity_tables.KnownPlanItem
        with db.transaction(self._running["activities"].engine, write=False) as session:
            known = session.query(table.item_id).filter(table.school_id == school_id).order_by(table.item_id)
            return self._one([row.item_id for row in known])

    def hold(self) -> Deed | None:
        """A session took place."""
        return self._on_meeting(activities.hold_session, _held, SessionState.ANNOUNCED)

    def cancel(self) -> Deed | None:
        """A session is called off."""
        return self._on_meeting(activities.cancel_session, _cancelled, SessionState.ANNOUNCED)

    def file_record(self) -> Deed | None:
        """A record is filed."""
        report = activities.Report(content="围绕圆的面积展开研讨，形成两份教学设计。", result=None)
        return self._on_meeting(activities.file_record, _recorded, SessionState.HELD, report=report)

    def check_in(self) -> Deed | None:
        """The principal checks somebody in."""
        meeting = self._some_meeting(SessionState.ANNOUNCED, SessionState.HELD)
        if meeting is None:
            return None
        teacher = self._random.choice(self._journal.schools[meeting.school_id].people)
        return self._about(
            meeting,
            activities.check_in,
            note=lambda _: meeting.checked_in.add(teacher),
            teacher_id=teacher,
        )

    def confirm(self) -> Deed | None:
        """Some of the school were there."""
        meeting = self._some_meeting(SessionState.HELD)
        if meeting is None:
            return None
        people = self._journal.schools[meeting.school_id].people
        there = self._random.sample(people, self._random.randint(1, len(people)))
        minutes = self._random.randint(1, meeting.length_minutes)
        presences = [
            Presence(teacher_id=person, minutes=minutes, role=_role_of(person, meeting)) for person in there
        ]

        def note(_: object) -> None:
            standing = meeting.standing()
            for person in there:
                if person not in standing:
                    meeting.rounds[person] = meeting.rounds.get(person, 0) + 1

        return self._about(meeting, activities.confirm_attendance, note=note, presences=presences)

    def revoke(self) -> Deed | None:
        """Confirmed attendance is taken back."""
        meeting = self._one([one for one in self._journal.meetings.values() if one.standing()])
        if meeting is None:
            return None
        standing = meeting.standing()
        wrong = self._random.sample(standing, self._random.randint(1, len(standing)))

        def note(_: object) -> None:
            meeting.revoked |= {(person, meeting.rounds[person]) for person in wrong}

        return self._about(
            meeting, activities.revoke_attendance, note=note, teacher_ids=wrong, reason="登记有误"
        )

    def _on_meeting(
        self,
        command: Callable[..., None],
        note: Callable[[Meeting], None],
        likely: SessionState,
        **facts: object,
    ) -> Deed | None:
        meeting = self._some_meeting(likely)
        if meeting is None:
            return None
        return self._about(meeting, command, note=lambda _: note(meeting), **facts)

    def _about(
        self, meeting: Meeting, command: Callable[..., Any], *, note: Callable[[Any], None], **facts: object
    ) -> Deed:
        actor, now = self._leader(meeting.school_id), self._clock.now()
        return Deed(
            service="activities",
            text=f"{command.__name__} {_short(meeting.activity_id)}",
            do=lambda session: command(
                session, actor=actor, activity_id=meeting.activity_id, now=now, **facts
            ),
            note=note,
        )

    # --- rules

    def publish_rules(self) -> Deed:
        """Other rules from some near day on."""
        now = self._clock.now()
        day = (
            county_day(now) + timedelta(days=self._random.randint(-3, 3))
            if self._journal.packs
            else FIRST_DAY
        )
        rules = {**RULES, "valid_from": day, "minutes_per_hour": self._random.choice((40, 45))}
        return Deed(
            service="credits",
            text=f"publish rules from {day}",
            do=lambda session: credits.publish_rule_pack(session, actor=OFFICER, pack=rules, now=now),
            note=lambda _: self._journal.packs.add(day),
        )


def _die_if(dies: bool) -> None:  # noqa: FBT001  it is the whole question
    if dies:
        raise SimulatedCrash


def _login(school: School, seat: int) -> directory.Login:
    return directory.Login(username=f"{_short(school.school_id)}-{seat}", password="Lin-yin-lu-2026")


def _short(item: UUID) -> str:
    return item.hex[-6:]


def _role_of(person: UUID, meeting: Meeting) -> SessionRole:
    return SessionRole.SPEAKER if person == meeting.speaker_id else SessionRole.PARTICIPANT


def _held(meeting: Meeting) -> None:
    meeting.state = SessionState.HELD


def _cancelled(meeting: Meeting) -> None:
    meeting.state = SessionState.CANCELLED


def _recorded(meeting: Meeting) -> None:
    meeting.recorded = True
