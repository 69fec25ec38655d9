"""A roster of teachers on its way into the register: every timeline of everybody it changes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import end_access
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.roster import GROUPS, PLACE, RECORD, Roster, Standing, Wanted
from services.directory.commands.imports.work import Tell
from services.directory.commands.people import say_teachers
from services.directory.domain.imports import group_kind_of
from services.directory.domain.names import name_key
from services.directory.domain.people import SCHOOL_ROLES
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact
from services.directory.models import (
    Group,
    GroupMembership,
    GroupRecord,
    Membership,
    Person,
    PersonRecord,
    Post,
)
from services.directory.queries.registers import IDS_PER_STATEMENT_MAX, Registered
from shared.values import in_chunks, new_id
from shared.vocabulary import GroupKind, MembershipKind, Role

TOLD_EVERY = 500
"""Rows after which is told how far it has come."""
NOTHING = Registered(records=(), homes=(), others=(), posts=(), groups=())
"""What is recorded of somebody who was not there before."""


@dataclass(slots=True, kw_only=True)
class Writing:
    """The timelines of everybody the file changes, before they are written."""

    roster: Roster
    batch: UUID
    groups: dict[tuple[UUID, str], UUID]
    planning_groups: set[UUID]
    """Those of the groups that plan lessons (备课组)."""
    people: list[dict[str, Any]] = field(default_factory=list)
    numbered: list[dict[str, Any]] = field(default_factory=list)
    new_groups: list[dict[str, Any]] = field(default_factory=list)
    ended: list["Turn"] = field(default_factory=list)
    """Whose posts end with the file."""
    records: Draft = field(default_factory=lambda: Draft(PersonRecord))
    homes: Draft = field(default_factory=lambda: Draft(Membership))
    posts: Draft = field(default_factory=lambda: Draft(Post))
    group_records: Draft = field(default_factory=lambda: Draft(GroupRecord))
    memberships: Draft = field(default_factory=lambda: Draft(GroupMembership))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One person's turn: what the row wants, what stands, and from which day on the row holds for her."""

    person_id: UUID
    wanted: Wanted
    says: Mapping[str, Any]
    """What the row speaks of."""
    held: Registered
    """What is recorded of her and stands."""
    since: date
    moves: bool
    """Whether she comes to this school with this row."""

    @property
    def lasting(self) -> Period:
        """From the day on."""
        return Period(starts_on=self.since, ends_on=None)


def write_roster(session: Session, roster: Roster, *, batch: UUID, tell: Tell) -> None:
    """Everything the plan came to, in a few statements, and said to the other services."""
    now = roster.terms.now
    writing = Writing(
        roster=roster,
        batch=batch,
        groups={key: group.id for key, group in roster.groups.items()},
        planning_groups={group.id for group in roster.groups.values() if group.kind is GroupKind.LPG},
    )
    known = [standing.person_id for _, standing in roster.to_do if standing]
    for ids in in_chunks(known, of=IDS_PER_STATEMENT_MAX):
        queries.people_for_update(session, ids)
    held = queries.registered(session, known)
    turns = [_turn(writing, wanted, standing, held=held) for wanted, standing in roster.to_do]
    whole = 3 * len(turns)  # drawn, written, said
    for at, turn in enumerate(turns):
        if at % TOLD_EVERY == 0:
            tell(at, whole)
        _draw_record(writing, turn)
        _draw_home(writing, turn)
        _draw_posts(writing, turn)
        _draw_groups(writing, turn)
    _write_entries(session, writing)
    drafts = (writing.records, writing.homes, writing.group_records, writing.posts, writing.memberships)
    for at, draft in enumerate(drafts, start=1):
        draft.write(session, now=now, batch=batch)
        tell(len(turns) + len(turns) * at // len(drafts), whole)
    _end_access(session, writing)
    said = 2 * len(turns)
    for some in in_chunks(turns, of=TOLD_EVERY):
        say_teachers(session, [turn.person_id for turn in some], now=now)
        said += len(some)
        tell(said, whole)


def _write_entries(session: Session, writing: Writing) -> None:
    """Whose facts are about to be written must be there."""
    if writing.people:
        session.execute(insert(Person), writing.people)
    if writing.numbered:
        session.execute(update(Person), writing.numbered)
    if writing.new_groups:
        session.execute(insert(Group), writing.new_groups)


def _end_access(session: Session, writing: Writing) -> None:
    """Whose post ends is signed out, as when it is ended by hand."""
    by_day: defaultdict[tuple[UUID, date], set[UUID]] = defaultdict(set)
    for turn in writing.ended:
        by_day[turn.wanted.school_id, turn.since].add(turn.person_id)
    for (school_id, since), people in by_day.items():
        end_access(session, people, school_id=school_id, on=since, now=writing.roster.terms.now)


def _turn(
    writing: Writing, wanted: Wanted, standing: Standing | None, *, held: Mapping[UUID, Registered]
) -> Turn:
    terms = writing.roster.terms
    moves = standing is None or standing.school_id != wanted.school_id
    says = wanted.says
    came_on: date | None = says.get("joined_on")
    if standing is None:
        person_id = new_id(terms.now)
        row = {"id": person_id, "staff_no": wanted.staff_no, "version": 0, "entered_at": terms.now}
        writing.people.append(row)
    else:
        person_id = standing.person_id
        if standing.numbers:
            row = {"id": person_id, "staff_no": wanted.staff_no, "numbered_in": writing.batch}
            writing.numbered.append(row)
    return Turn(
        person_id=person_id,
        wanted=wanted,
        says=says,
        held=held.get(person_id, NOTHING),
        since=(came_on or terms.effective_on) if moves else terms.effective_on,
        moves=moves,
    )


def _draw_record(writing: Writing, turn: Turn) -> None:
    new = {name: turn.says[name] for name in RECORD if name in turn.says}
    if "name" in new:
        new["name_key"] = name_key(new["name"])
    empty = {**dict.fromkeys(RECORD), "name_key": None}
    held = turn.held.records
    # Who she is changes on the day the file holds from, also when she came to the school on another.
    since = writing.roster.terms.effective_on if held else turn.since
    writing.records.overlay(
        held,
        of={"person_id": turn.person_id},
        period=Period(starts_on=since, ends_on=None),
        become=lambda before: {**empty, **(before or {}), **new},
    )


def _draw_home(writing: Writing, turn: Turn) -> None:
    new = {name: turn.says[name] for name in PLACE if name in turn.says}
    new["school_id"] = turn.wanted.school_id
    empty = dict.fromkeys(PLACE)
    writing.homes.overlay(
        turn.held.homes,
        of={"person_id": turn.person_id, "kind": MembershipKind.HOME},
        period=turn.lasting,
        become=lambda before: {**empty, **(before or {}), **new},
    )


def _draw_posts(writing: Writing, turn: Turn) -> None:
    """The roles the row names are hers in that school; where it names none, what she held there stays."""
    roles = turn.says.get("roles")
    if roles is None and not turn.moves:
        return
    held: defaultdict[tuple[Role, UUID | None, UUID | None], list[Fact[Values]]] = defaultdict(list)
    wanted = roles or (Role.TEACHER,)
    for fact in turn.held.posts:
        value = fact.value
        here = value["school_id"] == turn.wanted.school_id
        if here and value["role"] in writing.roster.terms.unspoken_roles:
            continue
        if value["role"] in {*SCHOOL_ROLES, *wanted} and value["district_id"] is None:
            key = (value["role"], value["school_id"], value["group_id"])
            held[key].append(Fact(id=fact.id, period=fact.period, value={}))
    leads = _group_of(writing, turn, "group")
    due = {_place_of(role, turn.wanted.school_id, leads=leads) for role in wanted}
    for key in sorted(held.keys() | due, key=repr):
        role, school_id, group_id = key
        changes = writing.posts.overlay(
            held.get(key, ()),
            of={
                "person_id": turn.person_id,
                "role": role,
                "school_id": school_id,
                "district_id": None,
                "group_id": group_id,
            },
            period=turn.lasting,
            become=_stays if key in due else _ends,
        )
        if changes and key not in due:
            writing.ended.append(turn)


def _place_of(role: Role, school_id: UUID, *, leads: UUID | None) -> tuple[Role, UUID | None, UUID | None]:
    """Where a post is held: role, school, group. A trainer's is the whole county."""
    return (role, school_id if role in SCHOOL_ROLES else None, leads if role is Role.GROUP_LEADER else None)


def _stays(_: Values | None) -> Values | None:
    return {}


def _is_in(before: Values | None) -> Values | None:
    return before or {"duty": None}


def _ends(_: Values | None) -> Values | None:
    return None


def _group_of(writing: Writing, turn: Turn, column: str) -> UUID | None:
    """The group a row names; opened with this import when nobody has named it before."""
    name = turn.says.get(column)
    if name is None:
        return None
    roster, school_id = writing.roster, turn.wanted.school_id
    kind = group_kind_of(name)
    district_id = roster.schools.districts[school_id]
    is_joint = kind is GroupKind.JOINT
    key = (district_id if is_joint else school_id, name_key(name))
    if key not in writing.groups:
        writing.groups[key] = new_id(roster.terms.now)
        writing.new_groups.append(
            {
                "id": writing.groups[key],
                "school_id": None if is_joint else school_id,
                "district_id": district_id if is_joint else None,
                "kind": kind,
                "version": 0,
                "entered_at": roster.terms.now,
            }
        )
        called = {"name": name, "subject": None, "within_id": None}
        writing.group_records.overlay(
            (),
            of={"group_id": writing.groups[key]},
            period=turn.lasting,
            become=lambda _: called,
        )
    return writing.groups[key]


def _draw_groups(writing: Writing, turn: Turn) -> None:
    """Of each kind of group the row names, she is in that one and in no other from the day on."""
    due = {column: _group_of(writing, turn, column) for column in GROUPS}
    wanted = {group_id for group_id in due.values() if group_id is not None}
    held: defaultdict[UUID, list[Fact[Values]]] = defaultdict(list)
    for fact in turn.held.groups:
        duty = {"duty": fact.value["duty"]}
        held[fact.value["group_id"]].append(Fact(id=fact.id, period=fact.period, value=duty))
    for group_id in sorted(held.keys() | wanted):
        column = "planning_group" if group_id in writing.planning_groups else "group"
        if group_id not in wanted and due[column] is None and not turn.moves:
            continue  # the row does not speak of this kind of group
        writing.memberships.overlay(
            held.get(group_id, ()),
            of={"group_id": group_id, "person_id": turn.person_id},
            period=turn.lasting,
            become=_is_in if group_id in wanted else _ends,
        )
