"""The oracle: what people were told had been done. All of it must be there in the end, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Executable, select

from services.activities import models as activities
from services.credits import models as credits
from services.directory import models as directory
from services.plans import models as plans
from shared.vocabulary import PlanState, SessionState

Book = tuple[str, Executable, set[tuple[Any, ...]]]
"""A service, what it has, and what it should have."""


@dataclass(slots=True, kw_only=True)
class School:
    """A school and those who were added to it; the first is its principal."""

    school_id: UUID
    people: list[UUID] = field(default_factory=list)
    """Who is there now."""
    former: list[UUID] = field(default_factory=list)
    """Who moved on to another school."""


@dataclass(slots=True, kw_only=True)
class Pairing:
    """A pairing and the first day without it."""

    pairing_id: UUID
    school_id: UUID
    ended_on: date | None = None


@dataclass(slots=True, kw_only=True)
class Plan:
    """A plan and how far it came."""

    plan_id: UUID
    school_id: UUID
    state: PlanState = PlanState.DRAFT


@dataclass(slots=True, kw_only=True)
class Meeting:
    """An activity session and all that happened to it."""

    activity_id: UUID
    school_id: UUID
    starts_at: datetime
    length_minutes: int
    speaker_id: UUID | None
    state: SessionState = SessionState.ANNOUNCED
    recorded: bool = False
    checked_in: set[UUID] = field(default_factory=set)
    rounds: dict[UUID, int] = field(default_factory=dict)
    """Of everybody who was ever confirmed: which time it was the last."""
    revoked: set[tuple[UUID, int]] = field(default_factory=set)

    def confirmed(self) -> list[tuple[UUID, int]]:
        """Every confirmation there ever was."""
        return [(person, round_no) for person, last in self.rounds.items() for round_no in range(1, last + 1)]

    def standing(self) -> list[UUID]:
        """Whose attendance is confirmed and was not taken back."""
        return [person for person, round_no in self.rounds.items() if (person, round_no) not in self.revoked]


@dataclass(slots=True, kw_only=True)
class Journal:
    """Every acknowledged write of a run."""

    schools: dict[UUID, School] = field(default_factory=dict)
    pairings: dict[UUID, Pairing] = field(default_factory=dict)
    plans: dict[UUID, Plan] = field(default_factory=dict)
    meetings: dict[UUID, Meeting] = field(default_factory=dict)
    packs: set[date] = field(default_factory=set)
    merges: dict[UUID, bool] = field(default_factory=dict)
    """Each merge of two people, and whether it was undone."""

    def differences(self, engines: Mapping[str, Engine]) -> Iterator[str]:
        """What was acknowledged and is not there, or is there and was not acknowledged."""
        for name, (service, asked, said) in self._books().items():
            with engines[service].connect() as connection:
                found = {tuple(row) for row in connection.execute(asked)}
            yield from (
                f"{name}: acknowledged and lost {_text(row)}" for row in sorted(said - found, key=_text)
            )
            yield from (f"{name}: never acknowledged {_text(row)}" for row in sorted(found - said, key=_text))

    def _books(self) -> Mapping[str, Book]:
        return self._books_of_offices() | self._books_of_activities()

    def _books_of_offices(self) -> dict[str, Book]:
        member, pairing, plan = directory.Membership, directory.Pairing, plans.Plan
        return {
            "schools": ("directory", select(directory.School.id), {(school,) for school in self.schools}),
            "memberships": (
                "directory",
                select(member.school_id, member.person_id),
                {
                    (school.school_id, person)
                    for school in self.schools.values()
                    for person in (*school.people, *school.former)
                },
            ),
            "merges": (
                "directory",
                select(directory.PersonAlias.id, directory.PersonAlias.undone_at.is_not(None)),
                set(self.merges.items()),
            ),
            "pairings": (
                "directory",
                select(pairing.id, pairing.ends_on),
                {(one.pairing_id, one.ended_on) for one in self.pairings.values()},
            ),
            "plans": (
                "plans",
                select(plan.plan_id, plan.state),
                {(one.plan_id, one.state) for one in self.plans.values()},
            ),
            "rule packs": ("credits", select(credits.RulePack.valid_from), {(day,) for day in self.packs}),
        }

    def _books_of_activities(self) -> dict[str, Book]:
        meetings = self.meetings.values()
        session, attendance = activities.ActivitySession, activities.Attendance
        came, revocation = activities.CheckIn, activities.AttendanceRevocation
        return {
            "sessions": (
                "activities",
                select(session.activity_id, session.state),
                {(meeting.activity_id, meeting.state) for meeting in meetings},
            ),
            "records": (
                "activities",
                select(activities.SessionRecord.activity_id),
                {(meeting.activity_id,) for meeting in meetings if meeting.recorded},
            ),
            "check-ins": (
                "activities",
                select(came.activity_id, came.teacher_id),
                {(meeting.activity_id, person) for meeting in meetings for person in meeting.checked_in},
            ),
            "attendance": (
                "activities",
                select(attendance.activity_id, attendance.teacher_id, attendance.round_no),
                {(meeting.activity_id, *one) for meeting in meetings for one in meeting.confirmed()},
            ),
            "revocations": (
                "activities",
                select(revocation.activity_id, revocation.teacher_id, revocation.round_no),
                {(meeting.activity_id, *one) for meeting in meetings for one in meeting.revoked},
            ),
        }


def _text(row: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in row)
