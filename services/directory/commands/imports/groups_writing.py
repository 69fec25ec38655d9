"""Groups of a file on their way into the register: records, leaders' posts, members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import end_access
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.work import Terms
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact
from services.directory.models import Group, GroupMembership, GroupRecord, Post
from services.directory.queries.circles import Circle
from services.directory.queries.staff import KnownPerson
from shared.values import in_chunks
from shared.vocabulary import GroupKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A group as a row wants it; None and nobody is what the row does not speak of."""

    group_id: UUID
    kind: GroupKind
    home: UUID
    name: str
    subject: str | None
    within: Circle | None
    leader: KnownPerson | None
    members: Sequence[tuple[KnownPerson, str | None]]
    known: Circle | None

    def within_name(self, day: date) -> str | None:
        """What the larger group is called."""
        called = self.within.called_on(day) if self.within else None
        return called["name"] if called else None

    def members_on(self, day: date) -> list[tuple[KnownPerson, str | None]]:
        """Those whom the row names; one it names without a duty keeps hers."""
        there = self.known.duties_on(day) if self.known else {}
        return [(person, duty or there.get(person.person_id)) for person, duty in self.members]

    def newcomers(self, day: date) -> list[tuple[KnownPerson, str | None]]:
        """Whom the row lets in, or gives another duty."""
        there = self.known.duties_on(day) if self.known else {}
        return [
            (person, duty)
            for person, duty in self.members_on(day)
            if person.person_id not in there or there[person.person_id] != duty
        ]

    def as_circle(self, period: Period) -> Circle:
        """As it will be once the file is carried out."""
        called: Fact[Values] = Fact(id=self.group_id, period=period, value=self.called())
        return Circle(
            id=self.group_id, kind=self.kind, home=self.home, records=[called], members=(), leaders=()
        )

    def called(self, before: Values | None = None) -> dict[str, Any]:
        """Its record, after the one that stood."""
        said = {"subject": self.subject, "within_id": self.within.id if self.within else None}
        new = {name: value for name, value in said.items() if value is not None}
        return {"name": self.name, "subject": None, "within_id": None, **(before or {}), **new}


def write_groups(session: Session, to_do: Sequence[Shape], *, terms: Terms, batch: UUID) -> None:
    """Everything the rows came to, in a few statements."""
    _lock(session, to_do)
    _open_new(session, to_do, terms=terms)
    records, posts, members = Draft(GroupRecord), Draft(Post), Draft(GroupMembership)
    ended: list[tuple[UUID, UUID | None]] = []
    for shape in to_do:
        known = shape.known
        records.overlay(
            known.records if known else (),
            of={"group_id": shape.group_id},
            period=terms.lasting,
            become=shape.called,
        )
        _draw_members(members, shape, terms)
        ended += _draw_leader(posts, shape, terms)
    for draft in (records, posts, members):
        draft.write(session, now=terms.now, batch=batch)
    for person_id, school_id in ended:
        end_access(session, [person_id], school_id=school_id, on=terms.effective_on, now=terms.now)


def _lock(session: Session, to_do: Sequence[Shape]) -> None:
    """People before groups, as when a leader is appointed by hand."""
    people = {one.person_id for shape in to_do for one, _ in shape.members}
    people |= {shape.leader.person_id for shape in to_do if shape.leader}
    queries.people_for_update(session, people)


def _open_new(session: Session, to_do: Sequence[Shape], *, terms: Terms) -> None:
    new = [
        {
            "id": shape.group_id,
            "school_id": None if shape.kind is GroupKind.JOINT else shape.home,
            "district_id": shape.home if shape.kind is GroupKind.JOINT else None,
            "kind": shape.kind,
            "version": 0,
            "entered_at": terms.now,
        }
        for shape in to_do
        if shape.known is None
    ]
    if new:
        session.execute(insert(Group), new)
    changed = [shape.group_id for shape in to_do if shape.known]
    for ids in in_chunks(changed, of=queries.IDS_PER_STATEMENT_MAX):
        session.execute(update(Group).where(Group.id.in_(ids)).values(version=Group.version + 1))


def _draw_members(draft: Draft, shape: Shape, terms: Terms) -> None:
    """Those whom the row names, and its leader, are in the group from the day on; nobody is put out."""
    there = shape.known.duties_on(terms.effective_on) if shape.known else {}
    wanted = {person.person_id: duty for person, duty in shape.newcomers(terms.effective_on)}
    if shape.leader and shape.leader.person_id not in there:
        wanted.setdefault(shape.leader.person_id, None)
    for person_id, duty in wanted.items():
        facts: list[Fact[Values]] = [
            Fact(id=fact.id, period=fact.period, value={"duty": fact.value["duty"]})
            for fact in (shape.known.members if shape.known else ())
            if fact.value["person_id"] == person_id
        ]
        draft.overlay(
            facts,
            of={"group_id": shape.group_id, "person_id": person_id},
            period=terms.lasting,
            become=lambda _, said=duty: {"duty": said},  # type: ignore[misc]  # bound now, for this person
        )


def _draw_leader(draft: Draft, shape: Shape, terms: Terms) -> list[tuple[UUID, UUID | None]]:
    """The one whom the row names leads alone from the day on; whose lead ends with that, and where."""
    if shape.leader is None:
        return []
    leader = shape.leader.person_id
    at = shape.home if shape.kind is not GroupKind.JOINT else shape.leader.home_on(terms.effective_on)
    timelines: dict[tuple[UUID, UUID | None], list[Fact[Values]]] = {(leader, at): []}
    for fact in shape.known.leaders if shape.known else ():
        key = (fact.value["person_id"], fact.value["school_id"])
        timelines.setdefault(key, []).append(Fact(id=fact.id, period=fact.period, value={}))
    ended = []
    for (person_id, school_id), facts in timelines.items():
        post = {
            "person_id": person_id,
            "role": Role.GROUP_LEADER,
            "school_id": school_id,
            "district_id": None,
            "group_id": shape.group_id,
        }
        leads = person_id == leader
        changes = draft.overlay(facts, of=post, period=terms.lasting, become=_stays if leads else _ends)
        if changes and not leads:
            ended.append((person_id, school_id))
    return ended


def _stays(_: Values | None) -> Values | None:
    return {}


def _ends(_: Values | None) -> Values | None:
    return None
