"""Where teachers belong, by the day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.activities.domain.complaints import Complaint
from shared.vocabulary import MembershipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """That somebody belongs to a school, from a day on and until before another."""

    school_id: UUID
    kind: MembershipKind
    starts_on: date
    ends_on: date | None

    def holds(self, *, school_id: UUID | None, on: date) -> bool:
        """Whether it is to this school, and on this day: the first counts, the last does not."""
        begun = self.school_id == school_id and self.starts_on <= on
        return begun and (self.ends_on is None or on < self.ends_on)


Belongings = Mapping[UUID, Sequence[Belonging]]
"""By teacher."""


def here(
    teacher_ids: Collection[UUID], *, belongings: Belongings, school_id: UUID | None, on: date
) -> Collection[UUID]:
    """Which of these belong to a school on a day, in whichever way."""
    return {
        teacher_id
        for teacher_id in teacher_ids
        if any(one.holds(school_id=school_id, on=on) for one in belongings.get(teacher_id, ()))
    }


def not_here(field: str) -> Complaint:
    """That somebody who is named does not belong to the session's school on its day."""
    text = "活动当天这位教师不属于举办活动的学校；刚办理调动的，请稍候再试"
    return Complaint(field=field, code="teacher_not_here", text=text)


def named_twice() -> Complaint:
    """That a request names somebody twice where once is meant."""
    return Complaint(field="teacher_id", code="teacher_twice", text="同一位教师出现了两次，请删去多余的一行")
