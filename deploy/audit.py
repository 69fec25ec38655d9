"""Recomputes what services keep from where it came from, by arithmetic of its own, and names what differs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Engine, Executable, Row, func, select

from deploy.services import follows
from services.activities import models as activities
from services.credits import models as credits
from services.directory import models as directory
from services.notify import models as notify
from services.plans import models as plans
from shared.kernel_tables import outbox, received_events, revoked_access, stream, waiting_events
from shared.vocabulary import EntryKind, NoticeKind, PlanState

SHOWN_MAX = 20
"""Of one kind of difference, so many are named and the rest counted."""
SEPTEMBER = 9

Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as promised: the invariant it breaks, and where."""

    invariant: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One look at every database. Unless all is `settled`, what is still on its way is no finding."""

    engines: Mapping[str, Engine]
    settled: bool
    expected_parked: Collection[UUID]

    def rows(self, service: str, asked: Executable) -> Sequence[Line]:
        """The answer of one service's database."""
        with self.engines[service].execution_options(read_only=True).connect() as connection:
            return connection.execute(asked).all()

    def compared(
        self, invariant: str, what: str, *, due: Mapping[Any, Any], found: Mapping[Any, Any]
    ) -> Iterator[Finding]:
        """What should be there against what is there."""
        yield from _named(invariant, f"{what}: nothing accounts for", found.keys() - due.keys())
        if self.settled:
            yield from _named(invariant, f"{what}: missing", due.keys() - found.keys())
        differing = [
            f"{_text(key)}: is {_text(found[key])}, should be {_text(due[key])}"
            for key in due.keys() & found.keys()
            if due[key] != found[key]
        ]
        yield from _named(invariant, f"{what}: differs", differing)


def run(
    engines: Mapping[str, Engine], *, settled: bool = True, expected_parked: Collection[UUID] = frozenset()
) -> list[Finding]:
    """Every invariant over every service; nothing found means that all of them hold.

    Those who are told are read before those who tell: so, on a platform at work, nothing comes from nowhere.
    """
    audit = Audit(engines=engines, settled=settled, expected_parked=expected_parked)
    return [finding for check in CHECKS for finding in check(audit)]


def _named(invariant: str, what: str, items: Collection[object]) -> Iterator[Finding]:
    texts = sorted(_text(item) for item in items)
    for text in islice(texts, SHOWN_MAX):
        yield Finding(invariant, f"{what} {text}")
    if len(texts) > SHOWN_MAX:
        yield Finding(invariant, f"{what} {len(texts) - SHOWN_MAX} more")


def _text(item: object) -> str:
    return " ".join(_text(part) for part in item) if isinstance(item, tuple) else str(item)


def _keyed(rows: Sequence[Line], *, width: int) -> dict[Hashable, Any]:
    """Rows as key -> rest, the key being the first `width` columns."""
    return {tuple(row[:width]): tuple(row[width:]) for row in rows}


# --- INV1, INV2: the ledger ---------------------------------------------------------------------------------


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


def entries_are_what_attendance_is_worth(audit: Audit) -> Iterator[Finding]:
    """INV1: entry by entry, and as the sum of each teacher."""
    ledger = audit.rows("credits", select(credits.LedgerEntry.__table__))
    due, unruled = _entries_due(audit)
    found: dict[Hashable, Any] = {
        Key(row.teacher_id, row.activity_id, row.round_no, row.kind): Due(
            row.hours_hundredths, row.category.value, row.school_year, row.rule_pack_id
        )
        for row in ledger
    }
    yield from audit.compared("INV1", "ledger entry", due=due, found=found)
    if audit.settled:
        yield from _named("INV1", "attendance: no rules in force for", unruled)
        sums: defaultdict[Hashable, int] = defaultdict(int)
        for key, one in due.items():
            sums[key.teacher_id] += one.hours_hundredths
        entry = credits.LedgerEntry
        asked = select(entry.teacher_id, func.sum(entry.hours_hundredths)).group_by(entry.teacher_id)
        summed = {teacher_id: int(hours) for teacher_id, hours in audit.rows("credits", asked)}
        yield from audit.compared("INV1", "sum of the ledger", due=sums, found=summed)


def _entries_due(audit: Audit) -> tuple[dict[Key, Due], list[Key]]:
    """The entries that attendance and revocations call for under the rules, and what no rules cover."""
    session, attendance = activities.ActivitySession, activities.Attendance
    revoked = audit.rows("activities", select(*_round_of(activities.AttendanceRevocation)))
    taken_back = {tuple(row) for row in revoked}
    said = (*_round_of(attendance), attendance.minutes, attendance.role, session.form, session.held_on)
    confirmed = audit.rows(
        "activities", select(*said).join(session, session.activity_id == attendance.activity_id)
    )
    packs = audit.rows("credits", select(credits.RulePack.__table__).order_by(credits.RulePack.valid_from))
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
    named = pack.forms.get(row.form)
    category = named["category"] if named else pack.default_category.value
    began_last_year = row.held_on.month < SEPTEMBER
    return Due(hours, category, row.held_on.year - began_last_year, pack.id)


def entries_are_unique_and_summed_up(audit: Audit) -> Iterator[Finding]:
    """INV2: one entry a fact, and balances that are their sums."""
    entry, balance = credits.LedgerEntry, credits.Balance
    key = (entry.teacher_id, entry.activity_id, entry.round_no, entry.kind)
    twice = audit.rows("credits", select(*key).group_by(*key).having(func.count() > 1))
    yield from _named("INV2", "paid more than once:", [tuple(row) for row in twice])
    year = (entry.teacher_id, entry.school_year, entry.category)
    kept = audit.rows(
        "credits",
        select(balance.teacher_id, balance.school_year, balance.category, balance.earned_hundredths),
    )
    summed = audit.rows("credits", select(*year, func.sum(entry.hours_hundredths)).group_by(*year))
    yield from audit.compared("INV2", "balance", due=_keyed(summed, width=3), found=_keyed(kept, width=3))


# --- INV3: notices ------------------------------------------------------------------------------------------

TOLD = {
    EntryKind.ACCRUAL: (NoticeKind.HOURS_ACCRUED, NoticeKind.APPRENTICE_ACCRUED),
    EntryKind.REVERSAL: (NoticeKind.HOURS_REVERSED, NoticeKind.APPRENTICE_REVERSED),
}
"""What the teacher is told of an entry, and what her mentors are."""


def notices_are_those_the_ledger_calls_for(audit: Audit) -> Iterator[Finding]:
    """INV3: one for the teacher, one for each mentor whose pairing covers the day, and no other."""
    notice, entry, pairing = notify.Notice, credits.LedgerEntry, directory.Pairing
    key = (notice.recipient_id, notice.about_id, notice.activity_id, notice.round_no, notice.kind)
    notices = audit.rows("notify", select(*key, notice.entry_id, notice.hours_hundredths))
    entries = audit.rows(
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
    for row in audit.rows(
        "directory", select(pairing.apprentice_id, pairing.mentor_id, pairing.starts_on, pairing.ends_on)
    ):
        paired[row.apprentice_id].append(row)
    due: dict[Hashable, Any] = {}
    for row in entries:
        own, of_apprentice = TOLD[row.kind]
        said = (row.id, abs(row.hours_hundredths))
        due[row.teacher_id, row.teacher_id, row.activity_id, row.round_no, own] = said
        for mentor_id in _mentors(paired[row.teacher_id], row.held_on):
            due[mentor_id, row.teacher_id, row.activity_id, row.round_no, of_apprentice] = said
    times = Counter(tuple(row[:5]) for row in notices)
    yield from _named("INV3", "told more than once:", [key for key, often in times.items() if often > 1])
    yield from audit.compared("INV3", "notice", due=due, found=_keyed(notices, width=5))


def _mentors(pairings: Sequence[Line], day: date) -> set[UUID]:
    begun = [row for row in pairings if row.starts_on <= day]
    return {row.mentor_id for row in begun if row.ends_on is None or day < row.ends_on}


# --- INV4, INV5, INV6: events -------------------------------------------------------------------------------


def events_have_left(audit: Audit) -> Iterator[Finding]:
    """INV4: nothing waits in an outbox."""
    if not audit.settled:
        return
    asked = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    for service in audit.engines:
        ((unsent,),) = audit.rows(service, asked)
        if unsent:
            yield Finding("INV4", f"{service}: {unsent} events have not left")


def events_have_arrived(audit: Audit) -> Iterator[Finding]:
    """INV5: the numbers of a stream are 1..head, and every follower recorded exactly these events."""
    received = {follower: _received(audit, follower) for follower in audit.engines}
    for producer in audit.engines:
        own = audit.rows(producer, select(stream.c.incarnation, stream.c.head))
        if not own:
            continue
        ((incarnation, head),) = own
        said = audit.rows(producer, select(outbox.c.seq, outbox.c.event_id).where(outbox.c.seq.is_not(None)))
        numbers = {row.seq for row in said}
        wrong = numbers.symmetric_difference(range(1, head + 1))
        yield from _named("INV5", f"{producer}: numbered 1..{head}, out of line", wrong)
        for follower, heard in received.items():
            if producer in follows()[follower]:
                what = f"{follower} has of {producer}"
                due = {(row.seq, row.event_id): True for row in said}
                found = dict.fromkeys(heard[producer, incarnation], True)
                yield from audit.compared("INV5", what, due=due, found=found)


def _received(audit: Audit, follower: str) -> Mapping[tuple[str, UUID], list[tuple[int, UUID]]]:
    mine = received_events.c
    heard: defaultdict[tuple[str, UUID], list[tuple[int, UUID]]] = defaultdict(list)
    for row in audit.rows(follower, select(mine.producer, mine.incarnation, mine.seq, mine.event_id)):
        heard[row.producer, row.incarnation].append((row.seq, row.event_id))
    return heard


def nothing_is_parked(audit: Audit) -> Iterator[Finding]:
    """INV6: parked is what was expected to be, and nothing waits for another attempt."""
    for service in audit.engines:
        for row in audit.rows(service, select(waiting_events)):
            if row.parked_at is None and audit.settled:
                yield Finding("INV6", f"{service}: {row.event_id} waits for another attempt: {row.reason}")
            if row.parked_at is not None and row.event_id not in audit.expected_parked:
                yield Finding("INV6", f"{service}: {row.event_id} is parked: {row.reason}")


# --- INV10: schools -----------------------------------------------------------------------------------------


def schools_agree(audit: Audit) -> Iterator[Finding]:
    """INV10: whatever belongs to something belongs to its school."""
    entry, session, member = credits.LedgerEntry, activities.ActivitySession, directory.Membership
    entries = audit.rows("credits", select(entry.activity_id, entry.teacher_id, entry.school_id).distinct())
    present = audit.rows(
        "activities",
        select(activities.Attendance.teacher_id, session.school_id)
        .join(session, session.activity_id == activities.Attendance.activity_id)
        .distinct(),
    )
    schools: dict[UUID, UUID] = dict(audit.rows("activities", select(session.activity_id, session.school_id)))
    members = {tuple(row) for row in audit.rows("directory", select(member.person_id, member.school_id))}
    strayed = [tuple(row) for row in entries if schools.get(row.activity_id) != row.school_id]
    yield from _named("INV10", "entry of another school than its activity:", strayed)
    strangers = [tuple(row) for row in present if tuple(row) not in members]
    yield from _named("INV10", "attendance of somebody of another school:", strangers)
    yield from _named("INV10", "session against an item of another school:", _foreign_items(audit, schools))


def _foreign_items(audit: Audit, schools: Mapping[UUID, UUID]) -> list[tuple[UUID, UUID]]:
    session = activities.ActivitySession
    planned = session.plan_item_id.is_not(None)
    against = audit.rows("activities", select(session.activity_id, session.plan_item_id).where(planned))
    items = audit.rows(
        "plans",
        select(plans.PlanItem.item_id, plans.Plan.school_id).join(
            plans.Plan, plans.Plan.plan_id == plans.PlanItem.plan_id
        ),
    )
    owner: dict[UUID, UUID] = dict(items)
    return [
        (activity_id, item_id)
        for activity_id, item_id in against
        if owner.get(item_id) != schools[activity_id]
    ]


# --- INV12: copies ------------------------------------------------------------------------------------------


class Copy(NamedTuple):
    """A table that could be rebuilt from others: where it is, and where it comes from, column by column."""

    what: str
    service: str
    kept: Executable
    owner: str
    source: Executable


def _approved_items() -> Executable:
    approved = (plans.Plan.plan_id == plans.PlanItem.plan_id) & (
        plans.Plan.revision_no == plans.PlanItem.revision_no
    )
    return (
        select(plans.PlanItem.item_id, plans.Plan.school_id)
        .join(plans.Plan, approved)
        .where(plans.Plan.state == PlanState.APPROVED)
    )


def _carried_out() -> Executable:
    session = activities.ActivitySession
    return (
        select(session.plan_item_id, session.activity_id)
        .join(activities.Attendance, activities.Attendance.activity_id == session.activity_id)
        .where(session.plan_item_id.is_not(None))
        .distinct()
    )


def _teachers(*columns: Any) -> Executable:
    joined = directory.Membership.person_id == directory.Person.id
    return select(*columns).join(directory.Membership, joined).distinct()


def _copies() -> Sequence[Copy]:
    school, pairing = directory.School, directory.Pairing
    person, member = directory.Person, directory.Membership
    known, own = activities.KnownTeacher, credits.KnownTeacher
    fulfilled, item = plans.ItemFulfilment, activities.KnownPlanItem
    revoked, taken_back = credits.KnownRevocation, activities.AttendanceRevocation
    begun, ended = notify.KnownPairing, notify.KnownPairingEnd
    return (
        Copy(
            "fulfilled items",
            "plans",
            select(fulfilled.item_id, fulfilled.activity_id),
            "activities",
            _carried_out(),
        ),
        Copy("known items", "activities", select(item.item_id, item.school_id), "plans", _approved_items()),
        Copy(
            "known revocations",
            "credits",
            select(revoked.activity_id, revoked.teacher_id, revoked.round_no),
            "activities",
            select(taken_back.activity_id, taken_back.teacher_id, taken_back.round_no),
        ),
        Copy(
            "known schools",
            "activities",
            select(activities.KnownSchool.school_id, activities.KnownSchool.name),
            "directory",
            select(school.id, school.name),
        ),
        Copy(
            "known schools",
            "credits",
            select(credits.KnownSchool.id, credits.KnownSchool.name, credits.KnownSchool.township),
            "directory",
            select(school.id, school.name, school.township),
        ),
        Copy(
            "known teachers",
            "activities",
            select(known.school_id, known.teacher_id, known.name),
            "directory",
            _teachers(member.school_id, person.id, person.name),
        ),
        Copy(
            "known teachers",
            "credits",
            select(own.school_id, own.id, own.name),
            "directory",
            _teachers(member.school_id, person.id, person.name),
        ),
        Copy(
            "known people",
            "notify",
            select(notify.KnownPerson.id, notify.KnownPerson.name),
            "directory",
            _teachers(person.id, person.name),
        ),
        Copy(
            "known pairings",
            "notify",
            select(begun.id, begun.mentor_id, begun.apprentice_id, begun.started_on),
            "directory",
            select(pairing.id, pairing.mentor_id, pairing.apprentice_id, pairing.starts_on),
        ),
        Copy(
            "known ends of pairings",
            "notify",
            select(ended.pairing_id, ended.ended_on),
            "directory",
            select(pairing.id, pairing.ends_on).where(pairing.ends_on.is_not(None)),
        ),
        *(
            Copy("deny list", follower, select(revoked_access), "directory", select(revoked_access))
            for follower, producers in follows().items()
            if "directory" in producers
        ),
    )


def copies_are_what_they_copy(audit: Audit) -> Iterator[Finding]:
    """INV12: what a service keeps of others is what it would be if it were built anew."""
    for copy in _copies():
        found = {tuple(row): True for row in audit.rows(copy.service, copy.kept)}
        due = {tuple(row): True for row in audit.rows(copy.owner, copy.source)}
        yield from audit.compared("INV12", f"{copy.service}, {copy.what}", due=due, found=found)


CHECKS: Sequence[Callable[[Audit], Iterator[Finding]]] = (
    notices_are_those_the_ledger_calls_for,
    entries_are_what_attendance_is_worth,
    entries_are_unique_and_summed_up,
    events_have_arrived,
    events_have_left,
    nothing_is_parked,
    schools_agree,
    copies_are_what_they_copy,
)
