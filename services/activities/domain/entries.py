"""Who may be checked in (签到), and when."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.activities.domain.acts import MAY, Act
from services.activities.domain.belongings import Belongings, here, named_twice, not_here
from services.activities.domain.complaints import Complaint, refuse, within
from services.activities.domain.sessions import check_not_cancelled
from shared.values import Forbidden, Refused, county_day
from shared.vocabulary import Role, SessionState

CHECK_IN_MARGIN = timedelta(minutes=30)
"""How long before the start and after the end teachers may check in themselves (签到)."""
ENTRIES_MAX = 500
"""How many check-ins one request may hold."""


class Entry(NamedTuple):
    """That somebody came to a session."""

    activity_id: UUID
    teacher_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What of a session says who may be checked in to it, and when."""

    school_id: UUID
    state: SessionState
    starts_at: datetime
    length_minutes: int


def check_may_enter(*, teacher_id: UUID, actor_id: UUID, roles: Collection[Role]) -> None:
    """A teacher checks herself in; a group leader and above also others."""
    if teacher_id != actor_id and MAY[Act.CHECK_IN_OTHERS].isdisjoint(roles):
        raise Forbidden("只能为自己签到")


def check_teacher_here(teacher_id: UUID, *, here: Collection[UUID]) -> None:
    """Only teachers of the school can be checked in."""
    if teacher_id not in here:
        refuse([not_here("teacher_id")])


def check_open_for_entry(
    *, state: SessionState, starts_at: datetime, length_minutes: int, on_behalf: bool, now: datetime
) -> None:
    """Check-in opens before the start and closes after the end; a group leader may enter others later."""
    check_not_cancelled(state)
    if now < starts_at - CHECK_IN_MARGIN:
        raise Refused("check_in_not_open", "签到尚未开始，活动开始前30分钟起可以签到，请到时再签")
    if not on_behalf and now > starts_at + timedelta(minutes=length_minutes) + CHECK_IN_MARGIN:
        raise Refused("check_in_closed", "签到已结束，请联系教研组长补签")


def check_entries(
    entries: Sequence[Entry],
    *,
    meetings: Mapping[UUID, Meeting],
    belongings: Belongings,
    actor_id: UUID,
    now: datetime,
) -> None:
    """Every row must be right, or nobody is checked in; all wrong rows are named at once.

    `meetings` are the sessions within reach among those that are named.
    """
    named: dict[UUID, set[UUID]] = defaultdict(set)
    for entry in entries:
        named[entry.activity_id].add(entry.teacher_id)
    there = {
        activity_id: here(
            named[activity_id],
            belongings=belongings,
            school_id=meeting.school_id,
            on=county_day(meeting.starts_at),
        )
        for activity_id, meeting in meetings.items()
    }
    complaints: list[Complaint] = []
    seen: set[Entry] = set()
    for place, entry in enumerate(entries):
        activity_id, teacher_id = entry
        meeting = meetings.get(activity_id)
        if entry in seen:
            found = [named_twice()]
        elif meeting is None:
            found = [_no_session()]
        else:
            on_behalf = teacher_id != actor_id
            is_here = teacher_id in there[activity_id]
            found = list(_wrong_with(meeting, is_here=is_here, on_behalf=on_behalf, now=now))
        complaints += within(f"check_ins.{place}", found)
        seen.add(entry)
    refuse(complaints)


def _no_session() -> Complaint:
    text = "没有找到这场活动，或者它不是本校的，请核对活动编号"
    return Complaint(field="activity_id", code="session_not_found", text=text)


def _wrong_with(meeting: Meeting, *, is_here: bool, on_behalf: bool, now: datetime) -> Iterator[Complaint]:
    try:
        check_open_for_entry(
            state=meeting.state,
            starts_at=meeting.starts_at,
            length_minutes=meeting.length_minutes,
            on_behalf=on_behalf,
            now=now,
        )
    except Refused as refused:
        yield Complaint(field="activity_id", code=refused.code, text=refused.text)
    if not is_here:
        yield not_here("teacher_id")
