"""What decisions about sessions are made over: who belongs where, what was confirmed, what was planned."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import Session

from services.activities.domain import AROUND, Belonging, Belongings, Round, Stay
from services.activities.models import (
    ActivitySession,
    Attendance,
    AttendanceRevocation,
    KnownBelonging,
    KnownPlanItem,
    KnownSchool,
    SessionRecord,
)
from shared.arrays import Array
from shared.db import among, dialect_of, one_of

# What every confirmation and every check-in asks is made once: making a statement costs more than running it.
HAS_RECORD = select(exists().where(SessionRecord.activity_id == bindparam("activity_id")))


def has_record(session: Session, *, activity_id: UUID) -> bool:
    """Whether a session's record was filed."""
    return bool(session.scalar(HAS_RECORD, {"activity_id": activity_id}))


def schools_among(session: Session, school_ids: Collection[UUID]) -> Collection[UUID]:
    """Which of these the directory told of."""
    asked = select(KnownSchool.school_id).where(among(session, KnownSchool.school_id, school_ids))
    return set(session.scalars(asked))


def here(session: Session, teacher_ids: Collection[UUID], *, school_id: UUID, on: date) -> Collection[UUID]:
    """Which of these belong to a school on a day, in whichever way: the first counts, the last does not."""
    asked = _here(dialect_of(session))
    return set(session.scalars(asked, {"teacher_ids": list(teacher_ids), "school_id": school_id, "day": on}))


@cache
def _here(dialect_name: str) -> Select[UUID]:
    return select(KnownBelonging.teacher_id).where(
        KnownBelonging.school_id == bindparam("school_id"),
        one_of(KnownBelonging.teacher_id, "teacher_ids", dialect_name=dialect_name),
        KnownBelonging.starts_on <= bindparam("day"),
        or_(KnownBelonging.ends_on.is_(None), KnownBelonging.ends_on > bindparam("day")),
    )


def belongings(
    session: Session, *, school_ids: Collection[UUID], teacher_ids: Collection[UUID]
) -> Belongings:
    """When each of these teachers belongs to each of these schools."""
    asked = _belongings(dialect_of(session))
    these = {"school_ids": list(school_ids), "teacher_ids": list(teacher_ids)}
    found: dict[UUID, list[Belonging]] = defaultdict(list)
    for teacher_id, school_id, kind, starts_on, ends_on in session.execute(asked, these):
        one = Belonging(school_id=school_id, kind=kind, starts_on=starts_on, ends_on=ends_on)
        found[teacher_id].append(one)
    return found


@cache
def _belongings(dialect_name: str) -> Select[*tuple[Any, ...]]:
    return select(
        KnownBelonging.teacher_id,
        KnownBelonging.school_id,
        KnownBelonging.kind,
        KnownBelonging.starts_on,
        KnownBelonging.ends_on,
    ).where(
        one_of(KnownBelonging.school_id, "school_ids", dialect_name=dialect_name),
        one_of(KnownBelonging.teacher_id, "teacher_ids", dialect_name=dialect_name),
    )


TURNS = 256
"""Teachers take turns in so many groups: locking each one's row took longer than confirming her."""
TURNS_LOCK = 0x61747464
"""\"attd\" in ASCII."""
TAKE_TURNS = select(
    func.pg_advisory_xact_lock(
        TURNS_LOCK, func.unnest(bindparam("groups", type_=Array(Integer()))).column_valued("turn")
    )
)


def lock_teachers(session: Session, teacher_ids: Collection[UUID]) -> None:
    """Nobody is confirmed in two sessions at once without the second seeing the first.

    In one order, so that two wait for each other instead of both failing. SQLite has one writer anyway.
    """
    if dialect_of(session) == "postgresql":
        groups = sorted({teacher_id.int % TURNS for teacher_id in teacher_ids})
        session.execute(TAKE_TURNS, {"groups": groups}).all()


def plan_items_among(session: Session, item_ids: Collection[UUID]) -> Collection[tuple[UUID, UUID]]:
    """Which of these are of approved plans, each with its school."""
    asked = select(KnownPlanItem.item_id, KnownPlanItem.school_id).where(
        among(session, KnownPlanItem.item_id, item_ids)
    )
    return {(item_id, school_id) for item_id, school_id in session.execute(asked)}


def latest_rounds(
    session: Session, *, activity_id: UUID, teacher_ids: Collection[UUID]
) -> Mapping[UUID, Round]:
    """The latest confirmation of each of these who was ever confirmed in a session."""
    asked = _latest_rounds(dialect_of(session))
    these = {"activity_id": activity_id, "teacher_ids": list(teacher_ids)}
    return {
        teacher_id: Round(round_no=round_no, minutes=minutes, role=role, revoked=revoked)
        for teacher_id, round_no, minutes, role, revoked in session.execute(asked, these)
    }


@cache
def _latest_rounds(dialect_name: str) -> Select[*tuple[Any, ...]]:
    activity_id = bindparam("activity_id", type_=Attendance.activity_id.type)
    latest = (
        select(Attendance.teacher_id, func.max(Attendance.round_no).label("round_no"))
        .where(
            Attendance.activity_id == activity_id,
            one_of(Attendance.teacher_id, "teacher_ids", dialect_name=dialect_name),
        )
        .group_by(Attendance.teacher_id)
        .subquery()
    )
    taken_back = and_(
        AttendanceRevocation.activity_id == activity_id,
        AttendanceRevocation.teacher_id == latest.c.teacher_id,
        AttendanceRevocation.round_no == latest.c.round_no,
    )
    itself = and_(
        Attendance.activity_id == activity_id,
        Attendance.teacher_id == latest.c.teacher_id,
        Attendance.round_no == latest.c.round_no,
    )
    return select(
        latest.c.teacher_id,
        latest.c.round_no,
        Attendance.minutes,
        Attendance.role,
        exists().where(taken_back).label("revoked"),
    ).join(Attendance, itself)


Beginnings = Collection[tuple[UUID, datetime]]
"""Of sessions, by school."""


def stays_around(
    session: Session, *, beginnings: Beginnings, teacher_ids: Collection[UUID], but: UUID | None = None
) -> Mapping[UUID, Mapping[UUID, Sequence[Stay]]]:
    """By school and teacher, of which sessions near in time to these they are confirmed as of now.

    `but` is a session at hand, which is not among them.
    """
    asked = (
        select(
            ActivitySession.school_id,
            Attendance.teacher_id,
            Attendance.minutes,
            ActivitySession.topic,
            ActivitySession.starts_at,
            ActivitySession.length_minutes,
        )
        .join(ActivitySession, ActivitySession.activity_id == Attendance.activity_id)
        .outerjoin(AttendanceRevocation, taken_back())
        .where(
            or_(false(), *_near(beginnings)),
            ActivitySession.activity_id != but,
            among(session, Attendance.teacher_id, teacher_ids),
            AttendanceRevocation.round_no.is_(None),
        )
    )
    stays: dict[UUID, dict[UUID, list[Stay]]] = defaultdict(lambda: defaultdict(list))
    for school_id, teacher_id, minutes, topic, starts_at, length_minutes in session.execute(asked):
        stay = Stay(topic=topic, starts_at=starts_at, length_minutes=length_minutes, minutes=minutes)
        stays[school_id][teacher_id].append(stay)
    return stays


def _near(beginnings: Beginnings) -> Iterator[ColumnElement[bool]]:
    """Sessions of the same school that begin around one of these; spans that touch are asked for as one."""
    by_school: dict[UUID, list[datetime]] = defaultdict(list)
    for school_id, starts_at in sorted(beginnings):
        by_school[school_id].append(starts_at)
    for school_id, starts in by_school.items():
        spans: list[list[datetime]] = []
        for starts_at in starts:
            first, last = starts_at - AROUND, starts_at + AROUND
            if spans and first <= spans[-1][1]:
                spans[-1][1] = last
            else:
                spans.append([first, last])
        for first, last in spans:
            yield and_(ActivitySession.school_id == school_id, ActivitySession.starts_at.between(first, last))


def taken_back() -> ColumnElement[bool]:
    """The revocation of a confirmation."""
    return and_(
        AttendanceRevocation.activity_id == Attendance.activity_id,
        AttendanceRevocation.teacher_id == Attendance.teacher_id,
        AttendanceRevocation.round_no == Attendance.round_no,
    )
