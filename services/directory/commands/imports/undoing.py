"""The undoing of an import: every fact, every pairing and transfer as it was, and everybody told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.accounts import end_access, open_account_again
from services.directory.commands.imports import pairings_writing as pairings
from services.directory.commands.pairings import answer_questions
from services.directory.commands.people import say_teachers
from services.directory.commands.schools import say_schools
from services.directory.domain.absences import FOR_GOOD
from services.directory.domain.imports import KEPT_BY
from services.directory.domain.periods import Period
from services.directory.models import (
    Absence,
    Dated,
    GroupMembership,
    GroupRecord,
    ImportBatch,
    ImportMark,
    Liaison,
    Membership,
    Person,
    PersonRecord,
    Post,
    SchoolRecord,
    Transfer,
    value_columns,
)
from shared import tenancy
from shared.auth import Actor
from shared.values import Refused, county_day, new_id
from shared.vocabulary import ImportState, PairingConcern, TransferState

DATED: Sequence[type[Dated]] = (
    SchoolRecord,
    PersonRecord,
    Membership,
    Post,
    GroupRecord,
    GroupMembership,
    Absence,
    Liaison,
)
OF_PEOPLE = (PersonRecord, Membership)
"""What the other services are told of."""

Values = dict[str, Any]


def undo_import(session: Session, *, actor: Actor, batch_id: UUID, now: datetime) -> ImportBatch:
    """Let the register be what it was before the file; Refused when something else has built on it since."""
    batch = queries.import_for_update(session, actor=actor, batch_id=batch_id)
    actor.require(*KEPT_BY[batch.kind])
    if batch.state is not ImportState.APPLIED:
        raise Refused("import_not_applied", "这个文件没有导入，或已经撤销，无须再撤销")
    with tenancy.whole_county(session):  # what came with it is taken back whole
        mark = _undo(session, batch, actor=actor, now=now)
    batch.state, batch.undone_by, batch.undone_at = ImportState.UNDONE, actor.person_id, now
    batch.undone_in = mark
    return batch


def _undo(session: Session, batch: ImportBatch, *, actor: Actor, now: datetime) -> UUID:
    paired = pairings.pairings_of(session, batch.id)
    _check_untouched(session, batch, paired)
    undoing = _Undoing(batch=batch, mark=new_id(now), now=now)
    for table in DATED:
        undoing.take_back(session, table)
    pairings.take_back(session, paired, actor=actor, now=now)
    _take_back_transfers(session, batch, actor=actor, now=now)
    numbered = update(Person).where(Person.numbered_in == batch.id)
    session.execute(numbered.values(staff_no=None, numbered_in=None))
    for why in (PairingConcern.ABSENT, PairingConcern.LEFT):
        answer_questions(session, undoing.away, why=why, now=now)
    undoing.tell(session)
    return undoing.mark


def _check_untouched(session: Session, batch: ImportBatch, paired: Sequence[Any]) -> None:
    later = sum(queries.changed_since(session, table, batch_id=batch.id) for table in DATED)
    later += sum(pairings.changed_by_hand(pairing, batch) for pairing in paired)
    if later:
        raise Refused(
            "changed_since_import",
            "导入之后又有{later}处改动，不能整批撤销；请先撤销后来的导入，或逐项更正",
            later=later,
        )


def _take_back_transfers(session: Session, batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """What they did to the register is taken back as facts; here it is noted on the transfers."""
    mine = select(ImportMark.id).where(ImportMark.batch_id == batch.id)
    undone = update(Transfer).where(Transfer.id.in_(mine), Transfer.state == TransferState.AGREED)
    stamp = {"state": TransferState.UNDONE, "reason": pairings.UNDONE}
    stamped = undone.values(**stamp, undone_by=actor.person_id, undone_at=now)
    moved = session.scalars(stamped.returning(Transfer.person_id)).all()
    answer_questions(session, set(moved), why=PairingConcern.TRANSFERRED, now=now)


@dataclass(slots=True, kw_only=True)
class _Undoing:
    """Gathers whom the undoing touches, so that they are told of once."""

    batch: ImportBatch
    mark: UUID
    """Marks the facts which the undoing records and withdraws."""
    now: datetime
    people: set[UUID] = field(default_factory=set)
    schools: set[UUID] = field(default_factory=set)
    posted: defaultdict[UUID | None, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """Whose posts are others than before, by school."""
    back: set[UUID] = field(default_factory=set)
    """Who had left for good."""
    away: set[UUID] = field(default_factory=set)
    """Who was not at work, for good or for a time."""

    def take_back(self, session: Session, table: type[Dated]) -> None:
        """Withdraw what came with the batch, record again what it withdrew, and note whom that touches."""
        came, went = self._took_back(session, table)
        if table in OF_PEOPLE:
            self.people |= {row["person_id"] for row in (*came, *went)}
        if table is SchoolRecord:
            self.schools |= {row["school_id"] for row in (*came, *went)}
        if table is Post:
            for row in (*came, *went):
                self.posted[row["school_id"]].add(row["person_id"])
        if table is Absence:
            self.back |= {row["person_id"] for row in came if row["kind"] in FOR_GOOD}
            self.away |= {row["person_id"] for row in came}

    def _took_back(self, session: Session, table: type[Dated]) -> tuple[list[Values], list[Values]]:
        """The facts of both.

        What is recorded again still counts as come with the batch it came with first, so that a file can be
        undone after a later one was.
        """
        columns = value_columns(table)
        attributes = [getattr(table, name) for name in columns]
        asked = select(table.starts_on, table.ends_on, table.recorded_in, *attributes)
        mine = queries.came_with(table.recorded_in, self.batch.id)
        came = session.execute(asked.where(mine, table.withdrawn_at.is_(None))).all()
        went = session.execute(asked.where(queries.came_with(table.withdrawn_in, self.batch.id))).all()
        stamp = {"withdrawn_at": self.now, "withdrawn_in": self.mark}
        standing = update(table).where(mine, table.withdrawn_at.is_(None))
        session.execute(standing.values(stamp).execution_options(synchronize_session=False))
        again: defaultdict[UUID | None, list[tuple[Period, Values]]] = defaultdict(list)
        for row in went:
            period = Period(starts_on=row.starts_on, ends_on=row.ends_on)
            again[row.recorded_in].append((period, {name: row._mapping[name] for name in columns}))
        for first_batch, held in again.items():
            facts.add(session, table, held, now=self.now, batch=first_batch)
        values = [[{name: row._mapping[name] for name in columns} for row in rows] for rows in (came, went)]
        return values[0], values[1]

    def tell(self, session: Session) -> None:
        """The other services, and whoever is signed in with what is not hers any more."""
        say_schools(session, sorted(self.schools), now=self.now)
        say_teachers(session, sorted(self.people), now=self.now)
        for person_id in sorted(self.back):
            if self.batch.applied_at is not None:
                open_account_again(session, person_id, since=self.batch.applied_at)
        for school_id, people in self.posted.items():
            end_access(session, people, school_id=school_id, on=county_day(self.now), now=self.now)
