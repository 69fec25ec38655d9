"""Who must be told of hours, and in what words: pure decisions over plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from shared.values import hours_text
from shared.vocabulary import HourCategory, NoticeKind

OF_APPRENTICE = {
    NoticeKind.HOURS_ACCRUED: NoticeKind.APPRENTICE_ACCRUED,
    NoticeKind.HOURS_REVERSED: NoticeKind.APPRENTICE_REVERSED,
}
"""What a teacher is told of her own hours -> what her mentors are told of them."""

UNNAMED = "（姓名待同步）"
"""Until the directory has said the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days on which a pairing (师徒结对) holds; `ended_on` is the first on which it no longer does."""

    mentor_id: UUID
    apprentice_id: UUID
    started_on: date
    ended_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the mentor is told of what the apprentice did on that day."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)


class Told(NamedTuple):
    """Who is told about whom, and why."""

    recipient_id: UUID
    about_id: UUID
    kind: NoticeKind


def told_of_hours(
    teacher_ids: Sequence[UUID], *, kind: NoticeKind, held_on: date, periods: Iterable[Period]
) -> dict[UUID, list[Told]]:
    """For each teacher herself and every mentor whose pairing covers the day: one notice each."""
    told = {teacher_id: [Told(teacher_id, teacher_id, kind)] for teacher_id in teacher_ids}
    for period in periods:
        if period.apprentice_id in told and period.covers(held_on):
            told[period.apprentice_id].append(
                Told(period.mentor_id, period.apprentice_id, OF_APPRENTICE[kind])
            )
    return told


# --- words ------------------------------------------------------------------------------------------------


def title_for(*, kind: NoticeKind, about: str | None, hours_hundredths: int) -> str:
    """The line of a notice that is read first."""
    who = about or UNNAMED
    hours = hours_text(hours_hundredths)
    match kind:
        case NoticeKind.HOURS_ACCRUED if hours_hundredths == 0:
            return "您参加的活动未计学时"
        case NoticeKind.HOURS_ACCRUED:
            return f"您获得{hours}学时"
        case NoticeKind.APPRENTICE_ACCRUED if hours_hundredths == 0:
            return f"您的徒弟{who}参加的活动未计学时"
        case NoticeKind.APPRENTICE_ACCRUED:
            return f"您的徒弟{who}获得{hours}学时"
        case NoticeKind.HOURS_REVERSED:
            return f"您的{hours}学时已冲销"
        case NoticeKind.APPRENTICE_REVERSED:
            return f"您的徒弟{who}的{hours}学时已冲销"


def body_for(*, kind: NoticeKind, category: HourCategory, held_on: date) -> str:
    """What happened, in a sentence."""
    day = f"{held_on.year}年{held_on.month}月{held_on.day}日"
    if kind in {NoticeKind.HOURS_ACCRUED, NoticeKind.APPRENTICE_ACCRUED}:
        return f"{day}的活动出勤已确认，学时记入{category.label}。"
    return f"{day}的活动出勤确认已撤回，原记入{category.label}的学时不再计算。"
