"""The register as a whole, set-wise, for files of ten thousand rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from services.directory.domain.names import name_key
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact, value_on
from services.directory.models import (
    Dated,
    District,
    Group,
    GroupMembership,
    GroupRecord,
    Membership,
    Person,
    PersonRecord,
    Post,
    School,
    SchoolAlias,
    SchoolRecord,
    value_columns,
)
from services.directory.queries.pages import holds, known, lasting
from shared.auth import Actor
from shared.values import in_chunks
from shared.vocabulary import GroupKind, MembershipKind, Role

IDS_PER_STATEMENT_MAX = 5_000

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody as the register has them on a day."""

    person_id: UUID
    staff_no: str | None
    school_id: UUID | None
    """The home school."""
    says: Mapping[str, Any]
    """By the columns of the tables; roles beside that of a teacher, and names of groups."""


def register_on(
    session: Session, *, staff_nos: Collection[str], school_ids: Collection[UUID], on: date
) -> list[Entry]:
    """Whoever has one of these numbers, or is at home in one of these schools on a day."""
    asked = _entries(on)
    found: dict[UUID, Any] = {}
    for numbers in in_chunks(sorted(staff_nos), of=IDS_PER_STATEMENT_MAX):
        found |= {row.id: row for row in session.execute(asked.where(Person.staff_no.in_(numbers)))}
    for ids in in_chunks(sorted(school_ids), of=IDS_PER_STATEMENT_MAX):
        found |= {row.id: row for row in session.execute(asked.where(Membership.school_id.in_(ids)))}
    roles = _roles_on(session, list(found), on=on)
    groups = _groups_on(session, list(found), on=on)
    return [
        Entry(
            person_id=person_id,
            staff_no=row.staff_no,
            school_id=row.school_id,
            says={**row._mapping, "roles": roles[person_id], "groups": groups[person_id]},
        )
        for person_id, row in found.items()
    ]


def _entries(on: date) -> Any:
    record, home = PersonRecord, Membership
    return (
        select(
            Person.id,
            Person.staff_no,
            record.name,
            record.sex,
            record.born_in,
            record.serves_since,
            record.title,
            record.phone,
            home.school_id,
            home.subject,
            home.second_subjects,
            home.starts_on.label("joined_on"),
        )
        .outerjoin(record, and_(record.person_id == Person.id, known(record), holds(record, on)))
        .outerjoin(
            home,
            and_(home.person_id == Person.id, home.kind == MembershipKind.HOME, known(home), holds(home, on)),
        )
    )


def _roles_on(session: Session, people: Sequence[UUID], *, on: date) -> dict[UUID, set[Role]]:
    """Roles in schools but that of a teacher, which whoever is at home in a school has; and trainers'."""
    found: defaultdict[UUID, set[Role]] = defaultdict(set)
    for ids in in_chunks(people, of=IDS_PER_STATEMENT_MAX):
        asked = select(Post.person_id, Post.role).where(
            Post.person_id.in_(ids),
            Post.role != Role.TEACHER,
            or_(Post.school_id.is_not(None), Post.role == Role.COUNTY_TRAINER),
            known(Post),
            holds(Post, on),
        )
        for person_id, role in session.execute(asked):
            found[person_id].add(role)
    return found


def _groups_on(session: Session, people: Sequence[UUID], *, on: date) -> dict[UUID, list[tuple[Any, str]]]:
    """The kind and name of each group."""
    member = GroupMembership
    found: defaultdict[UUID, list[tuple[Any, str]]] = defaultdict(list)
    for ids in in_chunks(people, of=IDS_PER_STATEMENT_MAX):
        asked = (
            select(member.person_id, Group.kind, GroupRecord.name)
            .join(Group, Group.id == member.group_id)
            .join(GroupRecord, GroupRecord.group_id == Group.id)
            .where(
                member.person_id.in_(ids),
                known(member),
                holds(member, on),
                known(GroupRecord),
                holds(GroupRecord, on),
            )
        )
        for person_id, kind, name in session.execute(asked):
            found[person_id].append((kind, name))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Every standing fact of somebody."""

    records: Sequence[Fact[Values]]
    homes: Sequence[Fact[Values]]
    others: Sequence[Fact[Values]]
    """Second places (借调交流、支教、走教), each with its kind."""
    posts: Sequence[Fact[Values]]
    groups: Sequence[Fact[Values]]


def registered(session: Session, people: Sequence[UUID]) -> dict[UUID, Registered]:
    """All that is recorded of these people and stands."""
    records = facts_of(session, PersonRecord, people, of="person_id")
    members = facts_of(session, Membership, people, of="person_id")
    posts = facts_of(session, Post, people, of="person_id")
    groups = facts_of(session, GroupMembership, people, of="person_id")
    return {
        person_id: Registered(
            records=records[person_id],
            homes=[_home(fact) for fact in members[person_id] if fact.value["kind"] is MembershipKind.HOME],
            others=[fact for fact in members[person_id] if fact.value["kind"] is not MembershipKind.HOME],
            posts=posts[person_id],
            groups=groups[person_id],
        )
        for person_id in people
    }


def _home(fact: Fact[Values]) -> Fact[Values]:
    value = {name: value for name, value in fact.value.items() if name != "kind"}
    return Fact(id=fact.id, period=fact.period, value=value)


def facts_of(
    session: Session, table: type[Dated], owners: Sequence[UUID], *, of: str
) -> dict[UUID, list[Fact[Values]]]:
    """The standing facts of each owner, in order; `of` is the column that names the owner."""
    columns = [name for name in value_columns(table) if name != of]
    owner = getattr(table, of)
    attributes = [getattr(table, name) for name in columns]
    found: defaultdict[UUID, list[Fact[Values]]] = defaultdict(list)
    for ids in in_chunks(owners, of=IDS_PER_STATEMENT_MAX):
        asked = select(owner, table.id, table.starts_on, table.ends_on, *attributes)
        asked = asked.where(owner.in_(ids), table.withdrawn_at.is_(None)).order_by(table.starts_on)
        for owner_id, fact_id, starts_on, ends_on, *values in session.execute(asked):
            period = Period(starts_on=starts_on, ends_on=ends_on)
            value = dict(zip(columns, values, strict=True))
            found[owner_id].append(Fact(id=fact_id, period=period, value=value))
    return found


# --- what schools are called ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSchools:
    """Schools within reach by whatever they are called, and their names and districts."""

    by_text: Mapping[str, frozenset[UUID]]
    names: Mapping[UUID, str]
    districts: Mapping[UUID, UUID]

    def called(self, text: str) -> frozenset[UUID]:
        """Every school that goes by this text: its code or name, else a short name or an alias."""
        return self.by_text.get(name_key(text), frozenset())

    def with_new(self, codes: Mapping[str, str]) -> "KnownSchools":
        """With schools of these codes and names beside them, under ids that are none yet."""
        ids = {code: UUID(int=place) for place, code in enumerate(codes, start=1)}
        new = _gathered((text, ids[code]) for code, name in codes.items() for text in (code, name))
        return KnownSchools(
            by_text={**self.by_text, **new},
            names={**self.names, **{ids[code]: name for code, name in codes.items()}},
            districts={**self.districts, **{own: own for own in ids.values()}},
        )


def known_schools(session: Session, *, actor: Actor, on: date | None) -> KnownSchools:
    """Every school in the actor's charge that is open on a day, by whatever it is called; None is any day."""
    rows = session.execute(
        select(School.id, School.code, SchoolRecord.name, SchoolRecord.short_name, SchoolRecord.district_id)
        .join(SchoolRecord, and_(SchoolRecord.school_id == School.id, known(SchoolRecord)))
        .where(holds(SchoolRecord, on) if on is not None else true(), actor.charge(School.id))
        .order_by(SchoolRecord.starts_on)
    ).all()
    formal = _gathered((text, row.id) for row in rows for text in (row.code, row.name) if text)
    aliases = session.execute(select(SchoolAlias.alias, SchoolAlias.school_id))
    here = {row.id for row in rows}
    informal = _gathered(
        [(row.short_name, row.id) for row in rows if row.short_name]
        + [(alias, school_id) for alias, school_id in aliases if school_id in here]
    )
    return KnownSchools(
        by_text=informal | formal,
        names={row.id: row.name for row in rows},
        districts={row.id: row.district_id for row in rows},
    )


def _gathered(pairs: Iterable[tuple[str, UUID]]) -> dict[str, frozenset[UUID]]:
    found: defaultdict[str, set[UUID]] = defaultdict(set)
    for text, school_id in pairs:
        found[name_key(text)].add(school_id)
    return {key: frozenset(ids) for key, ids in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredSchool:
    """A school as the register knows it: every standing fact."""

    school_id: UUID
    facts: Sequence[Fact[Values]]
    township: str
    central_school: str | None
    aliases: tuple[str, ...]

    def is_in(self, day: date) -> dict[str, Any]:
        """What it is on a day, or was at last, by the columns of a list of schools."""
        held = value_on(self.facts, day) or self.facts[-1].value
        return {
            **{name: held[name] for name in ("name", "short_name", "stage", "category")},
            "township": self.township,
            "central_school": self.central_school,
            "closed_on": self.facts[-1].period.ends_on,
            "aliases": self.aliases,
        }


def school_register(session: Session, *, codes: Collection[str] | None) -> dict[str, RegisteredSchool]:
    """The schools with these codes; None asks for all that have one."""
    asked = select(School.code, School.id)
    wanted = School.code.is_not(None) if codes is None else School.code.in_(codes)
    ids = dict(session.execute(asked.where(wanted)).all())
    found = _school_facts(session, list(ids.values()))
    districts = dict(session.execute(select(District.id, District.name)).all())
    all_codes = dict(session.execute(select(School.id, School.code)).all())
    aliases = _aliases(session, list(ids.values()))
    return {
        code: RegisteredSchool(
            school_id=school_id,
            facts=found[school_id],
            township=districts[found[school_id][-1].value["district_id"]],
            central_school=all_codes.get(found[school_id][-1].value["central_school_id"]),
            aliases=aliases.get(school_id, ()),
        )
        for code, school_id in ids.items()
        if code is not None and found[school_id]
    }


def _school_facts(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Fact[Values]]]:
    return facts_of(session, SchoolRecord, ids, of="school_id")


def _aliases(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    asked = select(SchoolAlias.school_id, SchoolAlias.alias).where(SchoolAlias.school_id.in_(ids))
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for school_id, alias in session.execute(asked):
        found[school_id].append(alias)
    return {school_id: tuple(sorted(names)) for school_id, names in found.items()}


def lasting_names(session: Session) -> dict[str, UUID]:
    """Every school without an end by what makes its name unlike the others'."""
    record = SchoolRecord
    asked = select(record.name_key, record.school_id).where(known(record), record.ends_on.is_(None))
    return dict(session.execute(asked).all())


# --- groups ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """A group that stands."""

    id: UUID
    kind: GroupKind


def groups_by_name(
    session: Session, *, school_ids: Collection[UUID], district_ids: Collection[UUID]
) -> dict[tuple[UUID, str], KnownGroup]:
    """The standing groups of these schools and districts, by whose they are and their name."""
    homes = or_(Group.school_id.in_(school_ids), Group.district_id.in_(district_ids))
    asked = (
        select(Group, GroupRecord.name)
        .join(GroupRecord, lasting(GroupRecord, GroupRecord.group_id, of=Group.id))
        .where(homes, Group.kind != GroupKind.LEADING)
    )
    found: dict[tuple[UUID, str], KnownGroup] = {}
    for group, name in session.execute(asked):
        home = group.school_id or group.district_id
        if home is not None:  # as the database sees to
            found[home, name_key(name)] = KnownGroup(id=group.id, kind=group.kind)
    return found
