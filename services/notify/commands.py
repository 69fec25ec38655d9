"""What notify does: tell people of hours, keep up with pairings, mark notices read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services.notify import domain, queries
from services.notify.models import KnownPairing, KnownPairingEnd, KnownPerson, Notice
from shared.auth import Actor
from shared.inserts import insert_unread
from shared.vocabulary import HourCategory, NoticeKind

PAIRINGS_LOCK = 0x70616972
"""\"pair\" in ASCII: held shared by whoever tells of hours, alone by whoever changes pairings."""


class Entry(NamedTuple):
    """One teacher's hours of an activity."""

    entry_id: UUID
    teacher_id: UUID
    round_no: int
    hours_hundredths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Hours of one activity, which some are to be told of."""

    activity_id: UUID
    form: str
    held_on: date
    category: HourCategory
    entries: Sequence[Entry]


# --- telling ----------------------------------------------------------------------------------------------


def tell_of_hours(session: Session, *, kind: NoticeKind, news: Sequence[News], now: datetime) -> None:
    """One notice for each teacher and for each mentor whose pairing covers the day; said twice, told once."""
    _let_pairings_stand(session)
    teacher_ids = sorted({entry.teacher_id for one in news for entry in one.entries})
    periods = defaultdict(list)
    for period in queries.periods_of_apprentices(session, teacher_ids):
        periods[period.apprentice_id].append(period)
    rows = [row for one in news for row in _notices_of(one, kind=kind, periods=periods, now=now)]
    insert_unread(session, Notice, rows)


def _notices_of(
    news: News, *, kind: NoticeKind, periods: Mapping[UUID, Sequence[domain.Period]], now: datetime
) -> Iterator[dict[str, Any]]:
    teacher_ids = list(dict.fromkeys(entry.teacher_id for entry in news.entries))
    told = domain.told_of_hours(
        teacher_ids,
        kind=kind,
        held_on=news.held_on,
        periods=[period for teacher_id in teacher_ids for period in periods.get(teacher_id, ())],
    )
    shared = {
        "activity_id": news.activity_id,
        "category": news.category,
        "form": news.form,
        "held_on": news.held_on,
        "told_at": now,
        "read_at": None,
    }
    for entry in news.entries:
        for one in told[entry.teacher_id]:
            yield {
                **shared,
                "recipient_id": one.recipient_id,
                "entry_id": entry.entry_id,
                "about_id": one.about_id,
                "kind": one.kind,
                "round_no": entry.round_no,
                "hours_hundredths": entry.hours_hundredths,
            }


# --- pairings ---------------------------------------------------------------------------------------------


def start_pairing(
    session: Session,
    *,
    pairing_id: UUID,
    mentor_id: UUID,
    apprentice_id: UUID,
    started_on: date,
    now: datetime,
) -> None:
    """Know the pairing and tell the mentor what of its days was told before it was heard of."""
    _let_nobody_be_told(session)
    pairing = {
        "id": pairing_id,
        "mentor_id": mentor_id,
        "apprentice_id": apprentice_id,
        "started_on": started_on,
    }
    if not insert_unread(session, KnownPairing, [pairing]):
        return
    period = domain.Period(
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
        ended_on=queries.end_of(session, pairing_id=pairing_id),
    )
    own = queries.own_notices(session, teacher_id=apprentice_id, since=started_on)
    insert_unread(
        session, Notice, [_for_mentor(row, period, now=now) for row in own if period.covers(row["held_on"])]
    )


def end_pairing(session: Session, *, pairing_id: UUID, ended_on: date) -> None:
    """Know the end; what a mentor was told of days after it, because the end came late, is withdrawn.

    So the inbox is the same in whatever order pairings and hours arrive. Nothing of the pairing's own days
    goes. Of two ends the earlier holds, whichever was heard first: a pairing whose entry was undone held on
    no day.
    """
    _let_nobody_be_told(session)
    if not insert_unread(session, KnownPairingEnd, [{"pairing_id": pairing_id, "ended_on": ended_on}]):
        later = update(KnownPairingEnd).where(
            KnownPairingEnd.pairing_id == pairing_id, KnownPairingEnd.ended_on > ended_on
        )
        moved = later.values(ended_on=ended_on).returning(KnownPairingEnd.pairing_id)
        if session.execute(moved).first() is None:
            return
    ended = queries.period_of(session, pairing_id=pairing_id)
    if ended is None:
        return
    others = [
        period
        for period in queries.periods_of_apprentices(session, [ended.apprentice_id])
        if period.mentor_id == ended.mentor_id
    ]
    too_late = [
        row["entry_id"]
        for row in queries.mentor_notices(session, period=ended, since=ended_on)
        if not any(period.covers(row["held_on"]) for period in others)
    ]
    if too_late:
        of_mentor = delete(Notice).where(Notice.recipient_id == ended.mentor_id)
        session.execute(of_mentor.where(Notice.entry_id.in_(too_late)))


def _let_nobody_be_told(session: Session) -> None:
    """Until the commit: hours and a pairing handled side by side could otherwise each miss the other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(PAIRINGS_LOCK)))


def _let_pairings_stand(session: Session) -> None:
    """Until the commit: the other side of `_let_nobody_be_told`. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(PAIRINGS_LOCK)))


def _for_mentor(own: dict[str, Any], period: domain.Period, *, now: datetime) -> dict[str, Any]:
    return {
        **own,
        "recipient_id": period.mentor_id,
        "kind": domain.OF_APPRENTICE[own["kind"]],
        "told_at": now,
        "read_at": None,
    }


def note_person(session: Session, *, person_id: UUID, name: str) -> None:
    """Know a person by name; notices are put into words when they are read, so a late name is in time."""
    insert_unread(session, KnownPerson, [{"id": person_id, "name": name, "version": 0}])


def learn_of_person(session: Session, *, person_id: UUID, version: int, name: str) -> None:
    """Know somebody by another name, unless something later was heard before."""
    note_person(session, person_id=person_id, name=name)
    session.execute(
        update(KnownPerson)
        .where(KnownPerson.id == person_id, KnownPerson.version < version)
        .values(name=name, version=version)
    )


# --- reading ----------------------------------------------------------------------------------------------


def read_notice(session: Session, *, actor: Actor, notice_id: UUID, now: datetime) -> queries.Message:
    """Mark one of one's own as read; the first reading is the one that counts."""
    message = queries.message(session, actor=actor, notice_id=notice_id)
    message.notice.read_at = message.notice.read_at or now
    return message


def read_all(session: Session, *, actor: Actor, now: datetime) -> int:
    """Mark all of one's own as read; how many were not."""
    unread = update(Notice).where(Notice.recipient_id == actor.person_id, Notice.read_at.is_(None))
    return len(session.scalars(unread.values(read_at=now).returning(Notice.entry_id)).all())
