"""Groups as a file speaks of them: by whose they are and what they are called, with all that stands."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.directory.domain.names import name_key
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact, joined, value_on
from services.directory.models import Group, GroupMembership, GroupRecord, Post, SchoolRecord
from services.directory.queries.pages import known
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX, facts_of
from shared.values import in_chunks
from shared.vocabulary import GroupKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A group with everything that stands of it."""

    id: UUID
    kind: GroupKind
    home: UUID
    """Its school; of a joint group, its district."""
    records: Sequence[Fact[Mapping[str, Any]]]
    members: Sequence[Fact[Mapping[str, Any]]]
    leaders: Sequence[Fact[Mapping[str, Any]]]

    @property
    def meets(self) -> list[Period]:
        """When it meets; neighbours as one."""
        return [period for period, _ in joined((fact.period, None) for fact in self.records)]

    def called_on(self, day: date) -> Mapping[str, Any] | None:
        """What it is called on a day; None when it does not meet."""
        return value_on(self.records, day)

    def led_on(self, day: date) -> list[UUID]:
        """Who leads it on a day."""
        return [fact.value["person_id"] for fact in self.leaders if fact.period.covers(day)]

    def duties_on(self, day: date) -> dict[UUID, str | None]:
        """Who is in it on a day, with the duty where there is one."""
        return {
            fact.value["person_id"]: fact.value["duty"] for fact in self.members if fact.period.covers(day)
        }


def circles(session: Session, *, homes: Collection[UUID]) -> list[Circle]:
    """Every group of these schools and districts."""
    found: list[Group] = []
    for ids in in_chunks(sorted(homes), of=IDS_PER_STATEMENT_MAX):
        asked = select(Group).where(or_(Group.school_id.in_(ids), Group.district_id.in_(ids)))
        found += session.scalars(asked.order_by(Group.id)).all()
    keys = [group.id for group in found]
    records = facts_of(session, GroupRecord, keys, of="group_id")
    members = facts_of(session, GroupMembership, keys, of="group_id")
    posts = facts_of(session, Post, keys, of="group_id")
    return [
        Circle(
            id=group.id,
            kind=group.kind,
            home=group.school_id or group.district_id or group.id,  # one of the two, as the database sees to
            records=records[group.id],
            members=members[group.id],
            leaders=[fact for fact in posts[group.id] if fact.value["role"] is Role.GROUP_LEADER],
        )
        for group in found
        if records[group.id]
    ]


def by_name(found: Collection[Circle], *, on: date) -> dict[tuple[UUID, str], Circle]:
    """Those that meet on a day, by whose they are and their name."""
    called = ((one, one.called_on(on)) for one in found)
    return {(one.home, name_key(value["name"])): one for one, value in called if value is not None}


def names_taken(found: Collection[Circle], *, since: date) -> dict[UUID, set[str]]:
    """Which names the groups of each home have on some day from that one on."""
    taken: defaultdict[UUID, set[str]] = defaultdict(set)
    for one in found:
        for fact in one.records:
            if fact.period.ends_on is None or fact.period.ends_on > since:
                taken[one.home].add(fact.value["name"])
    return taken


def homes_of_groups(session: Session, people: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """The school of each group in which one of these people is; None is a district's."""
    found: dict[UUID, UUID | None] = {}
    for ids in in_chunks(people, of=IDS_PER_STATEMENT_MAX):
        theirs = select(GroupMembership.group_id).where(
            GroupMembership.person_id.in_(ids), known(GroupMembership)
        )
        found |= dict(session.execute(select(Group.id, Group.school_id).where(Group.id.in_(theirs))).all())
    return found


def people_in(found: Collection[Circle], *, on: date) -> set[UUID]:
    """Everybody who leads or is in one of these groups on a day."""
    return {person_id for one in found for person_id in (*one.led_on(on), *one.duties_on(on))}


def schools_by_district(session: Session) -> dict[UUID, set[UUID]]:
    """Which schools lie, or lay, in each district."""
    asked = select(SchoolRecord.district_id, SchoolRecord.school_id).where(known(SchoolRecord)).distinct()
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for district_id, school_id in session.execute(asked):
        found[district_id].add(school_id)
    return found
