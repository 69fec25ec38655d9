"""When a session may be announced, held, cancelled and recorded."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.activities.domain.belongings import not_here
from services.activities.domain.complaints import Complaint, refuse
from shared.values import Refused
from shared.vocabulary import SessionState

FORM_PATTERN = r"^[a-z][a-z0-9_]{1,63}$"
LENGTH_MINUTES_MAX = 1440
RECORD_CHARACTERS_MIN = 10
RECORD_CHARACTERS_MAX = 5000
STARTS_WITHIN = timedelta(days=400)
"""How far from today a session may start, either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A session as it is to be announced, with its fixed points (三定)."""

    form: str
    topic: str
    starts_at: datetime
    length_minutes: int
    place: str | None
    speaker_id: UUID | None
    host_id: UUID | None
    plan_item_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done in a session, and what came of it."""

    content: str
    result: str | None


def lacks_fixed_points(*, place: str | None, speaker_id: UUID | None) -> bool:
    """Whether the fixed points (三定) are incomplete: beside time and topic, place or speaker."""
    return place is None and speaker_id is None


def check_announceable(
    *,
    starts_at: datetime,
    speaker_id: UUID | None,
    host_id: UUID | None,
    here: Collection[UUID],
    item_unknown: bool,
    now: datetime,
) -> None:
    """What is announced must be near in time and name only people and plan items of the school."""
    refuse(
        [
            *far_starts(starts_at, now=now),
            *strangers_named(speaker_id=speaker_id, host_id=host_id, here=here, item_unknown=item_unknown),
        ]
    )


def far_starts(starts_at: datetime, *, now: datetime) -> Iterator[Complaint]:
    """A start that is not near."""
    # A difference of moments, unlike a change of zone, also stands the last day of the year 9999.
    if abs(starts_at - now) > STARTS_WITHIN:
        text = f"开始时间须在今天前后{STARTS_WITHIN.days}天之内，请核对日期"
        yield Complaint(code="starts_too_far", field="starts_at", text=text)


def strangers_named(
    *, speaker_id: UUID | None, host_id: UUID | None, here: Collection[UUID], item_unknown: bool
) -> Iterator[Complaint]:
    """Speaker, host and plan item that are not of the session's school."""
    for field, person_id in (("speaker_id", speaker_id), ("host_id", host_id)):
        if person_id is not None and person_id not in here:
            yield not_here(field)
    if item_unknown:
        text = "本校已通过的计划中没有这个条目；计划刚通过时，请稍候再试"
        yield Complaint(code="plan_item_unknown", field="plan_item_id", text=text)


def check_not_cancelled(state: SessionState) -> None:
    """Nothing more happens to a cancelled session."""
    if state == SessionState.CANCELLED:
        raise Refused("session_cancelled", "活动已取消，不能再办理；如仍要开展，请重新发布")


def check_holdable(*, state: SessionState, starts_at: datetime, now: datetime) -> None:
    """A session is held once, and not before it starts."""
    check_not_cancelled(state)
    if state == SessionState.HELD:
        raise Refused("session_held", "活动已登记为举行，无需再次登记")
    if now < starts_at:
        raise Refused("session_not_started", "活动尚未开始，请等活动开始后再登记为已举行")


def check_cancellable(state: SessionState) -> None:
    """What took place cannot be called off."""
    check_not_cancelled(state)
    if state == SessionState.HELD:
        raise Refused("session_held", "活动已举行，不能取消；出勤有误的，请撤销出勤确认")


def check_recordable(*, state: SessionState, has_record: bool) -> None:
    """A record (活动记录) is of what took place, and is filed once."""
    check_not_cancelled(state)
    if state != SessionState.HELD:
        raise Refused("session_not_held", "活动尚未举行，请先登记为已举行，再提交活动记录")
    if has_record:
        raise Refused("record_filed", "活动记录已提交，无需再次提交")
