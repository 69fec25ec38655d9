"""What credits does: publish rules, append to the ledger, reverse, and note what the directory said."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Executable, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from services.credits import domain, queries
from services.credits.models import (
    Balance,
    KnownAlias,
    KnownBelonging,
    KnownRevocation,
    KnownSchool,
    KnownTeacher,
    KnownUnmerge,
    LedgerEntry,
    RulePack,
)
from shared import log, outbox
from shared.arrays import Array
from shared.auth import Actor
from shared.events.credits import ENTRIES_PER_EVENT_MAX, AccruedEntry, HoursAccrued, HoursReversed
from shared.inserts import Given, insert_many, insert_own, insert_unread, write
from shared.values import Refused, county_day, in_chunks, new_id, new_ids, school_year_of
from shared.vocabulary import EntryKind

RULES_LOCK = 0x72756C6573
"""\"rules\" in ASCII: held shared by whoever appends, alone by whoever publishes rules."""

BALANCES = Balance.metadata.tables[Balance.__tablename__]
TURNS = select(
    func.pg_advisory_xact_lock_shared(RULES_LOCK),
    func.pg_advisory_xact_lock(
        func.unnest(bindparam("activities", type_=Array(BigInteger()))).column_valued("activity")
    ),
)

LedgerRow = Mapping[str, Any]
"""A row of the ledger by column: no object is made for each of ten thousand attendees."""

EVENT_OF: Mapping[EntryKind, type[HoursAccrued] | type[HoursReversed]] = {
    EntryKind.ACCRUAL: HoursAccrued,
    EntryKind.REVERSAL: HoursReversed,
}


# --- rules ------------------------------------------------------------------------------------------------


def publish_rule_pack(
    session: Session, *, actor: Actor, pack: Mapping[str, Any], now: datetime
) -> domain.RulePack:
    """Let a pack begin on its day; what the ledger already paid for stays as it is."""
    actor.require(*domain.MAY[domain.Act.PUBLISH_RULES])
    _let_no_entry_be_written(session)
    valid_from = pack["valid_from"]
    next_from = queries.next_valid_from(session, after=valid_from)
    domain.check_publishable(
        valid_from=valid_from,
        begins_already=queries.begins_on(session, valid_from),
        last_held_on=queries.last_held_on(session, since=valid_from, before=next_from),
        today=county_day(now),
    )
    row = RulePack(id=new_id(now), published_by=actor.person_id, published_at=now, **pack)
    session.add(row)
    session.flush()
    return queries.pack_of(row)


def _let_no_entry_be_written(session: Session) -> None:
    """Until the commit: an entry worked out by the old rules could otherwise slip in behind the check.

    Whoever appends holds the same lock, shared. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(RULES_LOCK)))


# --- the ledger -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who attended an activity, and the trace of the request that said so."""

    activity: domain.AttendedActivity
    attended: Sequence[domain.Attended]
    trace: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Whose confirmations of an activity were taken back, as (teacher, round), and the request's trace."""

    activity_id: UUID
    rounds: Sequence[tuple[UUID, int]]
    trace: str | None


def accrue_for_attendance(session: Session, *, confirmations: Sequence[Confirmation], now: datetime) -> None:
    """Append what each attendance is worth; one that was taken back before it came is reversed at once."""
    activity_ids = {one.activity.id for one in confirmations}
    _take_turns(session, activity_ids=activity_ids)
    packs = _packs_of_days(session, {one.activity.held_on for one in confirmations})
    revoked = queries.revoked_rounds(session, activity_ids=activity_ids)
    rows: list[LedgerRow] = []
    traces: dict[UUID, str | None] = {}
    for one in confirmations:
        earned = _accruals(one, pack=packs[one.activity.held_on], now=now)
        taken_back = [_reversal(row, now=now) for row in earned if _round(row) in revoked] if revoked else []
        rows += earned + taken_back
        traces |= {row["id"]: one.trace for row in earned + taken_back}
    _append(session, rows, traces=traces, now=now)


def _packs_of_days(session: Session, days: Collection[date]) -> Mapping[date, domain.RulePack]:
    """The rules in force on each of these days."""
    packs = {}
    for day in sorted(days):
        pack = queries.pack_in_force(session, on=day)
        if pack is None:
            raise Refused(
                "no_rule_in_force",
                "{held_on}没有生效的学时规则，请县级管理员先发布那一天起施行的规则",
                held_on=day,
            )
        packs[day] = pack
    return packs


def reverse_for_revocation(session: Session, *, revocations: Sequence[Revocation], now: datetime) -> None:
    """Keep what was taken back and reverse what of it was earned; the rest is reversed when it comes."""
    activity_ids = {one.activity_id for one in revocations}
    _take_turns(session, activity_ids=activity_ids)
    traces_of = {
        (one.activity_id, teacher_id, round_no): one.trace
        for one in revocations
        for teacher_id, round_no in one.rounds
    }
    revoked = [
        {"activity_id": activity_id, "teacher_id": teacher_id, "round_no": round_no}
        for activity_id, teacher_id, round_no in sorted(traces_of)
    ]
    insert_unread(session, KnownRevocation, revoked)
    teacher_ids = {teacher_id for _, teacher_id, _ in traces_of}
    earned = queries.accruals(session, activity_ids=activity_ids, teacher_ids=teacher_ids)
    reversals = [(_reversal(row, now=now), _round(row)) for row in earned if _round(row) in traces_of]
    _append(
        session,
        [row for row, _ in reversals],
        traces={row["id"]: traces_of[round_] for row, round_ in reversals},
        now=now,
    )


def _round(row: LedgerRow) -> tuple[UUID, UUID, int]:
    return row["activity_id"], row["teacher_id"], row["round_no"]


def _take_turns(session: Session, *, activity_ids: Collection[UUID]) -> None:
    """One event of an activity at a time: else a confirmation and its revocation could each miss the other.

    And none while rules are published. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        numbers = sorted(int.from_bytes(one.bytes[8:], "big", signed=True) for one in activity_ids)
        session.execute(TURNS, {"activities": numbers}).all()


def _accruals(confirmation: Confirmation, *, pack: domain.RulePack, now: datetime) -> list[LedgerRow]:
    """What each of them earned; what is the same for all is worked out once."""
    activity = confirmation.activity
    attended = sorted(
        confirmation.attended, key=lambda one: one.teacher_id.int
    )  # as the ledger's key has them
    shared = {
        "activity_id": activity.id,
        "kind": EntryKind.ACCRUAL,
        "school_id": activity.school_id,
        "held_on": activity.held_on,
        "school_year": school_year_of(activity.held_on),
        "form": activity.form,
        "category": pack.category_of(activity.form),
        "rule_pack_id": pack.id,
        "minutes_per_hour": pack.minutes_per_hour,
        "reverses_id": None,
        "appended_at": now,
    }
    ids = new_ids(now, len(attended))
    return [{**shared, "id": id_, **_worth(one, pack)} for id_, one in zip(ids, attended, strict=True)]


def _worth(attended: domain.Attended, pack: domain.RulePack) -> LedgerRow:
    weight = domain.weight_for(pack, role=attended.role)
    worth = domain.worth_of(
        minutes=attended.minutes,
        weight=weight,
        minutes_per_hour=pack.minutes_per_hour,
        session_hundredths_max=pack.session_hundredths_max,
    )
    return {
        "teacher_id": attended.teacher_id,
        "round_no": attended.round_no,
        "role": attended.role,
        "minutes": attended.minutes,
        "weight_hundredths": weight,
        "cut_hundredths": worth.cut_hundredths,
        "hours_hundredths": worth.hours_hundredths,
    }


def _reversal(accrual: LedgerRow, *, now: datetime) -> LedgerRow:
    return {
        **accrual,
        "id": new_id(now),
        "kind": EntryKind.REVERSAL,
        "hours_hundredths": -accrual["hours_hundredths"],
        "reverses_id": accrual["id"],
        "appended_at": now,
    }


def _append(
    session: Session, rows: Sequence[LedgerRow], *, traces: Mapping[UUID, str | None], now: datetime
) -> None:
    """Only what is new in the ledger moves a balance and is said; what was there before does neither."""
    appended = insert_own(session, LedgerEntry, rows)
    _move_balances(session, appended)
    for kind in EntryKind:
        _say(session, kind, [row for row in appended if row["kind"] is kind], traces=traces, now=now)


def _move_balances(session: Session, appended: Sequence[LedgerRow]) -> None:
    moved: defaultdict[tuple[UUID, int, str], int] = defaultdict(int)
    for row in appended:
        moved[row["teacher_id"], row["school_year"], row["category"]] += row["hours_hundredths"]
    if not moved:
        return
    rows = [
        {"teacher_id": teacher, "school_year": year, "category": category, "earned_hundredths": hours}
        for (teacher, year, category), hours in sorted(moved.items(), key=_in_key_order)
    ]
    write(session, BALANCES, rows, by=_insert_or_add)


def _in_key_order(moved: tuple[tuple[UUID, int, str], int]) -> tuple[int, int, str]:
    """Two workers may share these rows."""
    (teacher_id, school_year, category), _ = moved
    return teacher_id.int, school_year, category


@cache
def _insert_or_add(table: Table, dialect_name: str, given: Given) -> Executable:
    """Made once: making a statement costs more than running it for one row."""
    columns = table.columns
    upsert = insert_many(table, dialect_name, given)
    made: Executable = upsert.on_conflict_do_update(
        index_elements=[columns.teacher_id, columns.school_year, columns.category],
        set_={"earned_hundredths": columns.earned_hundredths + upsert.excluded.earned_hundredths},
    )
    return made


def _say(
    session: Session,
    kind: EntryKind,
    appended: Sequence[LedgerRow],
    *,
    traces: Mapping[UUID, str | None],
    now: datetime,
) -> None:
    """One event for the entries that share their activity's facts and request, at most so many in each."""
    groups: defaultdict[tuple[str | None, tuple[Any, ...]], list[LedgerRow]] = defaultdict(list)
    for row in appended:
        groups[traces[row["id"]], _facts(row)].append(row)
    for (trace, facts), group in groups.items():
        for rows in in_chunks(group, of=ENTRIES_PER_EVENT_MAX):
            with log.bound_trace(trace):
                outbox.add(session, _said(EVENT_OF[kind], facts, rows), now=now)


def _said(
    cls: type[HoursAccrued] | type[HoursReversed], facts: tuple[Any, ...], rows: Sequence[LedgerRow]
) -> HoursAccrued | HoursReversed:
    activity_id, school_id, form, held_on, category = facts
    return cls(
        activity_id=activity_id,
        school_id=school_id,
        form=form,
        held_on=held_on,
        category=category,
        entries=tuple(
            AccruedEntry(
                entry_id=row["id"],
                teacher_id=row["teacher_id"],
                round_no=row["round_no"],
                hours_hundredths=abs(row["hours_hundredths"]),
            )
            for row in rows
        ),
    )


def _facts(row: LedgerRow) -> tuple[Any, ...]:
    return row["activity_id"], row["school_id"], row["form"], row["held_on"], row["category"]


# --- copies of the directory's ----------------------------------------------------------------------------


def note_school(session: Session, *, school_id: UUID, name: str, township: str) -> None:
    """Know a school by name."""
    row = {"id": school_id, "name": name, "township": township, "version": 0}
    insert_unread(session, KnownSchool, [row])


def learn_of_school(
    session: Session, *, school_id: UUID, version: int, name: str, township: str, closed_on: date | None
) -> None:
    """Know what a school is now, unless something later was heard before."""
    note_school(session, school_id=school_id, name=name, township=township)
    session.execute(
        update(KnownSchool)
        .where(KnownSchool.id == school_id, KnownSchool.version < version)
        .values(name=name, township=township, version=version, closed_on=closed_on)
    )


def note_teacher(session: Session, *, teacher_id: UUID, name: str, joined: domain.Belonging) -> None:
    """Know a teacher and the school she joined, unless something later was heard before."""
    if _known_version(session, teacher_id=teacher_id, school_id=joined.school_id, name=name) == 0:
        _keep_belongings(session, teacher_id, [joined])


def learn_of_teacher(
    session: Session,
    *,
    teacher_id: UUID,
    school_id: UUID | None,
    version: int,
    name: str,
    belongs: Sequence[domain.Belonging],
) -> None:
    """Know who a teacher is and where she belongs, the whole of it; of several the highest version."""
    if _known_version(session, teacher_id=teacher_id, school_id=school_id, name=name) >= version:
        return
    known = update(KnownTeacher).where(KnownTeacher.id == teacher_id)
    session.execute(known.values(name=name, school_id=school_id, version=version))
    session.execute(delete(KnownBelonging).where(KnownBelonging.teacher_id == teacher_id))
    _keep_belongings(session, teacher_id, belongs)


def _known_version(session: Session, *, teacher_id: UUID, school_id: UUID | None, name: str) -> int:
    """Of what is known of a teacher; her row is there from now on and locked: two events take turns."""
    row = {"id": teacher_id, "school_id": school_id, "name": name, "version": 0}
    insert_unread(session, KnownTeacher, [row])
    asked = select(KnownTeacher.version).where(KnownTeacher.id == teacher_id)
    return session.scalars(asked.with_for_update()).one()


def _keep_belongings(session: Session, teacher_id: UUID, belongs: Sequence[domain.Belonging]) -> None:
    insert_unread(session, KnownBelonging, [{"teacher_id": teacher_id, **asdict(one)} for one in belongs])


def note_merge(session: Session, *, merge_id: UUID, alias_id: UUID, teacher_id: UUID) -> None:
    """Hours under the alias are the other's from now on; the ledger keeps them where they are."""
    row = {"merge_id": merge_id, "alias_id": alias_id, "teacher_id": teacher_id}
    insert_unread(session, KnownAlias, [row])


def note_unmerge(session: Session, *, merge_id: UUID) -> None:
    """Both stand by themselves again, also when the merge is heard of later."""
    insert_unread(session, KnownUnmerge, [{"merge_id": merge_id}])
