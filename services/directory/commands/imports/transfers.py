"""Transfers (调动) as the county orders them: agreed to by both schools, and in effect from their day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import moves
from services.directory.commands.accounts import end_access
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.marks import mark_all
from services.directory.commands.imports.work import (
    Finding,
    Planned,
    Terms,
    about,
    judged,
    school_called,
)
from services.directory.commands.pairings import question_pairings
from services.directory.commands.people import say_teachers
from services.directory.domain.layouts import TRANSFERS
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact, value_on
from services.directory.domain.transfers import check_proposal
from services.directory.models import Dated, GroupMembership, Membership, Post, Transfer
from services.directory.queries.staff import KnownPerson
from shared.sheets import Row, Sheet
from shared.values import Missing, Refused, new_id
from shared.vocabulary import MembershipKind, PairingConcern, TransferState

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody's way from one school to another."""

    person: KnownPerson
    from_school_id: UUID
    to_school_id: UUID
    subject: str
    effective_on: date


def plan_transfers(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change; each row says itself from which day on."""
    staff = queries.known_staff(session, {row["staff_number"] for row in sheet.rows})
    judge = _Judge(
        terms=terms,
        staff=staff,
        schools=queries.known_schools(session, actor=terms.actor, on=None),
        open=queries.open_periods(session),
        undecided=queries.with_open_transfer(session, staff.ids),
        moving=set(),
    )
    lines, to_do = judged(sheet, TRANSFERS, key="staff_number", judge=judge)
    return Planned(
        lines=lines, carry_out=lambda at, batch, _: _carry_out(at, to_do, terms=terms, batch=batch)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    terms: Terms
    staff: queries.KnownStaff
    schools: queries.KnownSchools
    open: Mapping[UUID, Sequence[Period]]
    undecided: frozenset[UUID]
    """Whoever has a transfer that waits for a school to agree."""
    moving: set[UUID]
    """Whom a row before this one moves."""

    def __call__(self, row: Row) -> Finding[Move]:
        person = self.staff.called(row["staff_number"])
        day = row["effective_on"]
        here = school_called(row["from_school"], self.schools, column="调出学校")
        there = school_called(row["to_school"], self.schools, column="调入学校")
        is_done = here != there and person.home_on(day) == there and person.home_on(day - ONE_DAY) == here
        if not is_done:
            self._check(person, day, here=here, there=there)
            self.moving.add(person.person_id)
        home = value_on(person.held.homes, day) or {"subject": ""}
        return Finding(
            name=person.name_on(day),
            place=self.schools.names[there],
            before={} if is_done else None,
            after={},
            act=Move(
                person=person,
                from_school_id=here,
                to_school_id=there,
                subject=home["subject"],
                effective_on=day,
            ),
        )

    def _check(self, person: KnownPerson, day: date, *, here: UUID, there: UUID) -> None:
        name = person.name_on(day)
        with about("生效日期"):
            check_proposal(
                kind=MembershipKind.HOME,
                effective_on=day,
                ends_on=None,
                because=because(self.terms),
                today=self.terms.today,
                is_county=self.terms.actor.is_county,
            )
        with about("调出学校"):
            if person.home_on(day) != here:
                raise Refused(
                    "not_at_home", "{name}在{day}不是{school}的教师，请核对", name=name, day=day,
                    school=self.schools.names[here],
                )  # fmt: skip
        with about("调入学校"):
            if here == there:
                raise Refused("transfer_same_school", "{name}已经在这所学校，无须调动", name=name)
            if not any(period.covers(day) for period in self.open.get(there, ())):
                raise Missing("没有找到调入学校，请核对名称和日期")
        if person.person_id in self.undecided:
            raise Refused("transfer_open", "这位教师已有一件待确认的调动，请先确认或撤回")
        if person.person_id in self.moving:
            raise Refused("transfer_twice", "同一人的几次调动请分成几个文件，先导入早的")


def because(terms: Terms) -> str:
    """Why it is entered, perhaps for a day that has passed."""
    return f"导入文件：{terms.file_name}"[:200]


def _carry_out(session: Session, to_do: Sequence[Move], *, terms: Terms, batch: UUID) -> None:
    ids = [move.person.person_id for move in to_do]
    queries.people_for_update(session, ids)
    rows = [_row(move, terms) for move in to_do]
    if rows:
        session.execute(insert(Transfer), rows)
    mark_all(session, [row["id"] for row in rows], batch=batch)
    schools_of = queries.homes_of_groups(session, ids)
    drafts: dict[type[Dated], Draft] = {table: Draft(table) for table in moves.REWRITTEN}
    for move, row in zip(to_do, rows, strict=True):
        bound = _bound(move, schools_of)
        for step in moves.steps_from(Transfer(**row), bound):
            facts = _timeline(move.person, step.table, step.of)
            drafts[step.table].overlay(
                facts, of=step.of, period=step.period, become=step.become, mark=row["id"]
            )
    for draft in drafts.values():
        draft.write(session, now=terms.now, batch=batch)
    question_pairings(session, set(ids), why=PairingConcern.TRANSFERRED, now=terms.now)
    for move in to_do:
        end_access(
            session,
            [move.person.person_id],
            school_id=move.to_school_id,
            on=move.effective_on,
            now=terms.now,
        )
    say_teachers(session, ids, now=terms.now)


def _row(move: Move, terms: Terms) -> dict[str, Any]:
    """Ordered by the county, it is agreed to for both schools."""
    by = terms.actor.person_id
    return {
        "id": new_id(terms.now),
        "person_id": move.person.person_id,
        "from_school_id": move.from_school_id,
        "to_school_id": move.to_school_id,
        "kind": MembershipKind.HOME,
        "subject": move.subject,
        "effective_on": move.effective_on,
        "ends_on": None,
        "because": because(terms),
        "state": TransferState.AGREED,
        "proposed_by": by,
        "proposed_at": terms.now,
        "let_go_by": by,
        "taken_by": by,
        "settled_by": by,
        "settled_at": terms.now,
    }


def _bound(move: Move, schools_of: Mapping[UUID, UUID | None]) -> moves.Bound:
    held, on = move.person.held, move.effective_on
    columns = ("role", "school_id", "district_id", "group_id")
    posts = {
        tuple(fact.value[name] for name in columns)
        for fact in held.posts
        if fact.value["school_id"] == move.from_school_id and _lasts(fact, on)
    }
    groups = {
        fact.value["group_id"]
        for fact in held.groups
        if schools_of.get(fact.value["group_id"]) == move.from_school_id and _lasts(fact, on)
    }
    return moves.Bound(
        posts=[dict(zip(columns, post, strict=True)) for post in sorted(posts, key=repr)],
        groups=sorted(groups),
    )


def _lasts(fact: Fact[Values], day: date) -> bool:
    return fact.period.ends_on is None or fact.period.ends_on > day


def _timeline(person: KnownPerson, table: type[Dated], of: Values) -> list[Fact[Values]]:
    """The facts of one timeline of hers, without the columns that tell it from others."""
    held = person.held
    homes = [_with_kind(fact) for fact in held.homes]
    held_in: Mapping[type[Dated], Sequence[Fact[Values]]] = {
        Membership: [*homes, *held.others],
        Post: held.posts,
        GroupMembership: held.groups,
    }
    own = {name: value for name, value in of.items() if name != "person_id"}
    return [
        Fact(
            id=fact.id,
            period=fact.period,
            value={name: value for name, value in fact.value.items() if name not in own},
        )
        for fact in held_in[table]
        if all(fact.value[name] == value for name, value in own.items())
    ]


def _with_kind(fact: Fact[Values]) -> Fact[Values]:
    return Fact(id=fact.id, period=fact.period, value={**fact.value, "kind": MembershipKind.HOME})
