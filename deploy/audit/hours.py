"""INV1 to INV3: hours, balances and notices, worked out anew from attendance, rules and pairings."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from deploy.audit.look import UNSAID, Finding, Line, Look, keyed, named
from services.activities import models as activities
from services.credits import models as credits
from services.directory import models as directory
from services.notify import models as notify
from shared.vocabulary import EntryKind, NoticeKind

SEPTEMBER = 9


class Key(NamedTuple):
    """What an entry is about: the fact itself."""

    teacher_id: UUID
    activity_id: UUID
    round_no: int
    kind: EntryKind


class Due(NamedTuple):
    """What an entry must say."""

    hours_hundredths: int
    category: str
    school_year: int
    rule_pack_id: UUID


def entries_are_what_attendance_is_worth(look: Look) -> Iterator[Finding]:
    """INV1: entry by entry, and as the sum of each teacher."""
    ledger = look.rows("credits", select(credits.LedgerEntry.__table__))
    due, unruled = _entries_due(look)
    found: dict[Hashable, Any] = {
        Key(row.teacher_id, row.activity_id, row.round_no, row.kind): Due(
            row.hours_hundredths, row.category.value, row.school_year, row.rule_pack_id
        )
        for row in ledger
    }
    yield from look.compared("INV1", "ledger entry", due=due, found=found)
    if look.settled:
        yield from named("INV1", "attendance: no rules in force for", unruled)
        sums: defaultdict[Hashable, int] = defaultdict(int)
        for key, one in due.items():
            sums[key.teacher_id] += one.hours_hundredths
        entry = credits.LedgerEntry
        asked = select(entry.teacher_id, func.sum(entry.hours_hundredths)).group_by(entry.teacher_id)
        summed = {teacher_id: int(hours) for teacher_id, hours in look.rows("credits", asked)}
        yield from look.compared("INV1", "sum of the ledger", due=sums, found=summed)


def _entries_due(look: Look) -> tuple[dict[Key, Due], list[Key]]:
    """The entries that attendance and revocations call for under the rules, and what no rules cover."""
    session, attendance = activities.ActivitySession, activities.Attendance
    revoked = look.rows("activities", select(*_round_of(activities.AttendanceRevocation)))
    taken_back = {tuple(row) for row in revoked}
    said = (*_round_of(attendance), attendance.minutes, attendance.role, session.form, session.held_on)
    confirmed = look.rows(
        "activities", select(*said).join(session, session.activity_id == attendance.activity_id)
    )
    packs = look.rows("credits", select(credits.RulePack.__table__).order_by(credits.RulePack.valid_from))
    due: dict[Key, Due] = {}
    unruled = []
    for row in confirmed:
        key = Key(row.teacher_id, row.activity_id, row.round_no, EntryKind.ACCRUAL)
        pack = _in_force(packs, row.held_on)
        if pack is None:
            unruled.append(key)
            continue
        due[key] = worth = _worth(row, pack)
        if (row.activity_id, row.teacher_id, row.round_no) in taken_back:
            back = worth._replace(hours_hundredths=-worth.hours_hundredths)
            due[key._replace(kind=EntryKind.REVERSAL)] = back
    return due, unruled


def _round_of(table: type[activities.Attendance] | type[activities.AttendanceRevocation]) -> tuple[Any, ...]:
    return table.activity_id, table.teacher_id, table.round_no


def _in_force(packs: Sequence[Line], day: date) -> Line | None:
    begun = [pack for pack in packs if pack.valid_from <= day]
    return begun[-1] if begun else None


def _worth(row: Line, pack: Line) -> Due:
    hours = row.minutes * pack.role_weights[row.role.value] // pack.minutes_per_hour
    if pack.session_hundredths_max is not None and hours > pack.session_hundredths_max:
        hours = pack.session_hundredths_max
    rule = pack.forms.get(row.form)
    category = rule["category"] if rule else pack.default_category.value
    began_last_year = row.held_on.month < SEPTEMBER
    return Due(hours, category, row.held_on.year - began_last_year, pack.id)


def entries_are_unique_and_summed_up(look: Look) -> Iterator[Finding]:
    """INV2: one entry a fact, and balances that are their sums."""
    entry, balance = credits.LedgerEntry, credits.Balance
    key = (entry.teacher_id, entry.activity_id, entry.round_no, entry.kind)
    twice = look.rows("credits", select(*key).group_by(*key).having(func.count() > 1))
    yield from named("INV2", "paid more than once:", [tuple(row) for row in twice])
    if not look.settled:
        return
    year = (entry.teacher_id, entry.school_year, entry.category)
    kept = look.rows(
        "credits",
        select(balance.teacher_id, balance.school_year, balance.category, balance.earned_hundredths),
    )
    summed = look.rows("credits", select(*year, func.sum(entry.hours_hundredths)).group_by(*year))
    yield from look.compared("INV2", "balance", due=keyed(summed, width=3), found=keyed(kept, width=3))


# --- notices ------------------------------------------------------------------------------------------------

TOLD = {
    EntryKind.ACCRUAL: (NoticeKind.HOURS_ACCRUED, NoticeKind.APPRENTICE_ACCRUED),
    EntryKind.REVERSAL: (NoticeKind.HOURS_REVERSED, NoticeKind.APPRENTICE_REVERSED),
}
"""What the teacher is told of an entry, and what her mentors are."""


def notices_are_those_the_ledger_calls_for(look: Look) -> Iterator[Finding]:
    """INV3: one for the teacher, one for each mentor whose pairing covers the day, and no other."""
    notice, entry, pairing = notify.Notice, credits.LedgerEntry, directory.Pairing
    key = (notice.recipient_id, notice.about_id, notice.activity_id, notice.round_no, notice.kind)
    notices = look.rows("notify", select(*key, notice.entry_id, notice.hours_hundredths))
    entries = look.rows(
        "credits",
        select(
            entry.teacher_id,
            entry.activity_id,
            entry.round_no,
            entry.kind,
            entry.held_on,
            entry.id,
            entry.hours_hundredths,
        ),
    )
    paired: defaultdict[UUID, list[Line]] = defaultdict(list)
    asked = select(pairing.apprentice_id, pairing.mentor_id, pairing.starts_on, pairing.ends_on)
    for row in look.rows("directory", asked.where(pairing.state.not_in(UNSAID))):
        paired[row.apprentice_id].append(row)
    due: dict[Hashable, Any] = {}
    for row in entries:
        own, of_apprentice = TOLD[row.kind]
        said = (row.id, abs(row.hours_hundredths))
        due[row.teacher_id, row.teacher_id, row.activity_id, row.round_no, own] = said
        for mentor_id in _mentors(paired[row.teacher_id], row.held_on):
            due[mentor_id, row.teacher_id, row.activity_id, row.round_no, of_apprentice] = said
    times = Counter(tuple(row[:5]) for row in notices)
    yield from named("INV3", "told more than once:", [key for key, often in times.items() if often > 1])
    yield from look.compared("INV3", "notice", due=due, found=keyed(notices, width=5))


def _mentors(pairings: Sequence[Line], day: date) -> set[UUID]:
    begun = [row for row in pairings if row.starts_on <= day]
    return {row.mentor_id for row in begun if row.ends_on is None or day < row.ends_on}
