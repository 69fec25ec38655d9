"""Whom the staff numbers of a file mean, with all that is recorded of them; set-wise, for long files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact, joined, value_on
from services.directory.models import Absence, Liaison, Person, SchoolRecord
from services.directory.queries.pages import known
from services.directory.queries.people import merged_away
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX, Registered, facts_of, registered
from shared.auth import Actor
from shared.values import Refused, in_chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """Somebody by her staff number, with everything that stands of her."""

    person_id: UUID
    staff_no: str
    held: Registered

    def record_on(self, day: date) -> Mapping[str, Any]:
        """Who she is on a day; where nothing is known of it, who she was first or last."""
        records = self.held.records
        nearest = [fact.value for fact in records if fact.period.starts_on <= day] or [
            fact.value for fact in records[:1]
        ]
        return value_on(records, day) or (nearest[-1] if nearest else {"name": self.staff_no})

    def name_on(self, day: date) -> str:
        """What she is called."""
        return str(self.record_on(day)["name"])

    def home_on(self, day: date) -> UUID | None:
        """At which school she is at home on a day."""
        home = value_on(self.held.homes, day)
        return home["school_id"] if home is not None else None

    def last_home(self, day: date) -> UUID | None:
        """At which school she is at home on a day, or was last before it."""
        begun = [fact for fact in self.held.homes if fact.period.starts_on <= day]
        return begun[-1].value["school_id"] if begun else None

    def belongs_to(self, schools: Collection[UUID]) -> list[Period]:
        """When she belongs to one of these schools, in whichever way; neighbours as one."""
        every = (*self.held.homes, *self.held.others)
        found = joined((fact.period, None) for fact in every if fact.value["school_id"] in schools)
        return [period for period, _ in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStaff:
    """Everybody a file names by staff number."""

    by_number: Mapping[str, KnownPerson]

    def called(self, staff_no: str) -> KnownPerson:
        """Whoever has this number; Refused when nobody has."""
        found = self.by_number.get(staff_no)
        if found is None:
            raise unknown_staff_no(staff_no)
        return found

    @property
    def ids(self) -> list[UUID]:
        """All of them, in order."""
        return sorted(one.person_id for one in self.by_number.values())


def unknown_staff_no(staff_no: str) -> Refused:
    """Also said of somebody at another school: of its people nobody is told anything."""
    return Refused("person_unknown", "名册中没有工号为{staff_no}的教师，请核对工号", staff_no=staff_no)


def known_staff(session: Session, staff_nos: Collection[str]) -> KnownStaff:
    """Whoever has one of these numbers; entries that are another's now are nobody's."""
    ids: dict[str, UUID] = {}
    for numbers in in_chunks(sorted(staff_nos), of=IDS_PER_STATEMENT_MAX):
        asked = select(Person.staff_no, Person.id).where(
            Person.staff_no.in_(numbers), ~merged_away(Person.id)
        )
        ids |= {str(number): person_id for number, person_id in session.execute(asked)}
    held = registered(session, list(ids.values()))
    return KnownStaff(
        by_number={
            number: KnownPerson(person_id=person_id, staff_no=number, held=held[person_id])
            for number, person_id in ids.items()
        }
    )


def within_reach_of(actor: Actor, school_id: UUID | None) -> bool:
    """Whether somebody of that school is the actor's to keep."""
    return actor.is_county or (school_id is not None and school_id == actor.school_id)


Facts = Mapping[UUID, Sequence[Fact[Mapping[str, Any]]]]


def absences_by_person(session: Session, people: Sequence[UUID]) -> Facts:
    """Every absence of these people that stands, in order."""
    return facts_of(session, Absence, people, of="person_id")


def liaisons_by_person(session: Session, people: Sequence[UUID]) -> Facts:
    """Every liaison of these people that stands, in order."""
    return facts_of(session, Liaison, people, of="person_id")


def everybodys_liaisons(session: Session) -> Facts:
    """The liaisons of the whole county."""
    people = session.scalars(select(Liaison.person_id).where(known(Liaison)).distinct()).all()
    return liaisons_by_person(session, people)


def open_periods(session: Session) -> dict[UUID, list[Period]]:
    """When each school is open; neighbours as one."""
    found: dict[UUID, list[tuple[Period, None]]] = {}
    asked = select(SchoolRecord.school_id, SchoolRecord.starts_on, SchoolRecord.ends_on)
    for school_id, starts_on, ends_on in session.execute(asked.where(known(SchoolRecord))):
        found.setdefault(school_id, []).append((Period(starts_on=starts_on, ends_on=ends_on), None))
    return {school_id: [period for period, _ in joined(parts)] for school_id, parts in found.items()}


def numbers_of(session: Session, people: Collection[UUID]) -> dict[UUID, str]:
    """The staff numbers of these people, of those who have one."""
    found: dict[UUID, str] = {}
    for ids in in_chunks(sorted(people), of=IDS_PER_STATEMENT_MAX):
        asked = select(Person.id, Person.staff_no).where(Person.id.in_(ids), Person.staff_no.is_not(None))
        found |= {person_id: str(number) for person_id, number in session.execute(asked)}
    return found
