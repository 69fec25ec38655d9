"""Who must be told of hours, and in what words: pure decisions over plain values."""

from collections.abc import Iterable, Mapping, Sequence
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


class Period(NamedTuple):
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


class Wording(NamedTuple):
    """How a notice of some hours reads, and one of none."""

    some: str
    none: str


ACCRUED = Wording(
    some="{day}的活动出勤已确认，{hours}学时记入{category}。",
    none="{day}的活动出勤已确认，按规则折合0学时，原因见学时说明。",
)
REVERSED = Wording(
    some="{day}的活动出勤确认已撤回，原记入{category}的{hours}学时不再计算。",
    none="{day}的活动出勤确认已撤回，这次活动原本未计学时，学时没有变化。",
)
TITLES: Mapping[NoticeKind, Wording] = {
    NoticeKind.HOURS_ACCRUED: Wording("您获得{hours}学时", "您参加的活动未计学时"),
    NoticeKind.APPRENTICE_ACCRUED: Wording("您的徒弟{who}获得{hours}学时", "您的徒弟{who}参加的活动未计学时"),
    NoticeKind.HOURS_REVERSED: Wording("您的{hours}学时已冲销", "您参加的活动出勤已撤回"),
    NoticeKind.APPRENTICE_REVERSED: Wording(
        "您的徒弟{who}的{hours}学时已冲销", "您的徒弟{who}参加的活动出勤已撤回"
    ),
}
BODIES: Mapping[NoticeKind, Wording] = {
    NoticeKind.HOURS_ACCRUED: ACCRUED,
    NoticeKind.APPRENTICE_ACCRUED: ACCRUED,
    NoticeKind.HOURS_REVERSED: REVERSED,
    NoticeKind.APPRENTICE_REVERSED: REVERSED,
}


def title_for(*, kind: NoticeKind, about: str | None, hours_hundredths: int) -> str:
    """The line of a notice that is read first."""
    return _worded(TITLES[kind], hours_hundredths, who=about or UNNAMED)


def body_for(*, kind: NoticeKind, category: HourCategory, held_on: date, hours_hundredths: int) -> str:
    """What happened, in a sentence."""
    day = f"{held_on.year}年{held_on.month}月{held_on.day}日"
    return _worded(BODIES[kind], hours_hundredths, day=day, category=category.label)


def _worded(wording: Wording, hundredths: int, **facts: str) -> str:
    template = wording.some if hundredths else wording.none
    return template.format(hours=hours_text(hundredths), **facts)
