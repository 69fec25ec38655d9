"""What people do with activity sessions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.activities import commands as activities
from services.activities import models as activity_tables
from services.activities.domain import Presence
from shared import db
from shared.vocabulary import SessionRole, SessionState
from tests.simulation.deeds import DAYS_MAX, Chooser, Deed, short
from tests.simulation.journal import Meeting

FORMS = ("same_topic_different_designs", "topic_lecture", "county_forum", "reading_project")
LENGTHS_MINUTES = (30, 45, 90, 120, 400)


class Meetings(Chooser):
    """Requests to activities."""

    def _some_meeting(self, *likely: SessionState) -> Meeting | None:
        """Mostly one in a fitting state."""
        meetings = list(self.journal.meetings.values())
        fitting = [meeting for meeting in meetings if meeting.state in likely]
        return self.one(meetings if self.random.random() < 0.1 else fitting)

    def announce(self) -> Deed:
        """A session of the last days, or of the next hour."""
        school = self.some_school()
        actor, now = self.leader(school.school_id), self.clock.now()
        assert actor.school_id is not None
        days, minutes = self.random.randint(0, DAYS_MAX), self.random.randint(-60, 600)
        starts_at = now - timedelta(days=days, minutes=minutes)
        length = self.random.choice(LENGTHS_MINUTES)
        speaker = self.one([None, *school.people])
        announcement = activities.Announcement(
            form=self.random.choice(FORMS),
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
            self.journal.meetings[activity_id] = Meeting(
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
        if self.random.random() < 0.5:
            return None
        table = activity_tables.KnownPlanItem
        with db.transaction(self.running["activities"].engine, write=False) as session:
            known = session.query(table.item_id).filter(table.school_id == school_id).order_by(table.item_id)
            return self.one([row.item_id for row in known])

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
        teacher = self.random.choice(self.journal.schools[meeting.school_id].people)
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
        people = self.journal.schools[meeting.school_id].people
        there = self.random.sample(people, self.random.randint(1, len(people)))
        minutes = self.random.randint(1, meeting.length_minutes)
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
        meeting = self.one([one for one in self.journal.meetings.values() if one.standing()])
        if meeting is None:
            return None
        standing = meeting.standing()
        wrong = self.random.sample(standing, self.random.randint(1, len(standing)))

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
        actor, now = self.leader(meeting.school_id), self.clock.now()
        return Deed(
            service="activities",
            text=f"{command.__name__} {short(meeting.activity_id)}",
            do=lambda session: command(
                session, actor=actor, activity_id=meeting.activity_id, now=now, **facts
            ),
            note=note,
        )


def _role_of(person: UUID, meeting: Meeting) -> SessionRole:
    return SessionRole.SPEAKER if person == meeting.speaker_id else SessionRole.PARTICIPANT


def _held(meeting: Meeting) -> None:
    meeting.state = SessionState.HELD


def _cancelled(meeting: Meeting) -> None:
    meeting.state = SessionState.CANCELLED


def _recorded(meeting: Meeting) -> None:
    meeting.recorded = True
