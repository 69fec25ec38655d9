"""Which trainers look after which schools (教育联点): begun from a file; whom it leaves out, goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.work import (
    Finding,
    Planned,
    Tell,
    Terms,
    about,
    judged,
    school_called,
)
from services.directory.domain.imports import Line
from services.directory.domain.layouts import LIAISONS
from services.directory.domain.posts import check_is_trainer
from services.directory.domain.timelines import Fact
from services.directory.models import Liaison
from shared.sheets import Row, Sheet
from shared.vocabulary import ImportExtent, ImportVerdict, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A trainer and a school, with when she has looked after it so far."""

    person_id: UUID
    school_id: UUID
    facts: Sequence[Fact[Values]]


def plan_liaisons(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change."""
    schools = queries.known_schools(session, actor=terms.actor, on=terms.effective_on)
    staff = queries.known_staff(session, {row["staff_number"] for row in sheet.rows})
    known = queries.everybodys_liaisons(session)
    named: set[tuple[UUID, UUID]] = set()

    def judge(row: Row) -> Finding[Link]:
        person = staff.called(row["staff_number"])
        school_id = school_called(row["school"], schools)
        named.add((person.person_id, school_id))
        nothing: Values = {}
        facts = [
            Fact(id=fact.id, period=fact.period, value=nothing)
            for fact in known.get(person.person_id, ())
            if fact.value["school_id"] == school_id
        ]
        stands = any(fact.period.within(terms.lasting) == terms.lasting for fact in facts)
        if not stands:
            terms.check_day(terms.effective_on)
            with about("工号"):
                posts = [fact.period for fact in person.held.posts if fact.value["role"] is ROLE]
                check_is_trainer(posts, period=terms.lasting)
        return Finding(
            name=person.name_on(terms.effective_on),
            place=schools.names[school_id],
            before={} if stands else None,
            after={},
            act=Link(person_id=person.person_id, school_id=school_id, facts=facts),
        )

    lines, to_do = judged(sheet, LIAISONS, key="staff_number", judge=judge)
    if terms.extent is ImportExtent.WHOLE:
        lines += _missing(session, terms, known=known, named=named)

    def carry_out(at: Session, batch: UUID, tell: Tell) -> None:
        del tell  # a few hundred at most
        queries.people_for_update(at, {link.person_id for link in to_do})
        draft = Draft(Liaison)
        for link in to_do:
            own = {"person_id": link.person_id, "school_id": link.school_id}
            draft.overlay(link.facts, of=own, period=terms.lasting, become=lambda _: {})
        draft.write(at, now=terms.now, batch=batch)

    return Planned(lines=lines, carry_out=carry_out)


ROLE = Role.COUNTY_TRAINER


def _missing(
    session: Session, terms: Terms, *, known: queries.Facts, named: set[tuple[UUID, UUID]]
) -> list[Line]:
    left_out = [
        (person_id, fact.value["school_id"])
        for person_id, facts in known.items()
        for fact in facts
        if fact.period.covers(terms.effective_on) and (person_id, fact.value["school_id"]) not in named
    ]
    names = queries.latest_names(session, [person_id for person_id, _ in left_out])
    numbers = queries.numbers_of(session, {person_id for person_id, _ in left_out})
    schools = queries.known_schools(session, actor=terms.actor, on=None).names
    return [
        Line(
            verdict=ImportVerdict.MISSING,
            key=numbers.get(person_id, ""),
            name=names[person_id],
            place=schools[school_id],
        )
        for person_id, school_id in left_out
    ]
