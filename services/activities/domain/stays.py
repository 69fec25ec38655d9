"""Nobody's minute is confirmed twice: what overlapping sessions of a school leave room for."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

from services.activities.domain.attendance import Presence
from services.activities.domain.complaints import Complaint, refuse
from shared.values import COUNTY_ZONE

AROUND = timedelta(days=2)
"""How far around a session others are looked at that may overlap it, or one that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The time of one session of which somebody is, or is to be, confirmed for so many minutes."""

    topic: str
    starts_at: datetime
    length_minutes: int
    minutes: int
    place: int | None = None
    """Where the session stands in the request that enters it; None of one that is confirmed already."""

    @property
    def ends_at(self) -> datetime:
        """The announced end."""
        return self.starts_at + timedelta(minutes=self.length_minutes)

    def is_beside(self, other: "Stay") -> bool:
        """Whether they share some time."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def check_no_minute_twice(
    presences: Sequence[Presence],
    *,
    of: Stay,
    fresh: Collection[UUID],
    elsewhere: Mapping[UUID, Sequence[Stay]],
) -> None:
    """Nobody is newly confirmed for more minutes than overlapping sessions leave room for together.

    `of` is the session at hand, `elsewhere` the sessions around it of which each is confirmed already.
    """
    refuse(overlaps(presences, of=of, fresh=fresh, elsewhere=elsewhere))


def overlaps(
    presences: Sequence[Presence],
    *,
    of: Stay,
    fresh: Collection[UUID],
    elsewhere: Mapping[UUID, Sequence[Stay]],
) -> Iterator[Complaint]:
    """The same, as what is wrong with each row."""
    for place, presence in enumerate(presences):
        stays = elsewhere.get(presence.teacher_id, ()) if presence.teacher_id in fresh else ()
        if stays and (clash := _clash(replace(of, minutes=presence.minutes), stays)):
            yield Complaint(field=f"attendees.{place}.minutes", code="overlaps", text=_told(clash))


def _told(clash: Stay) -> str:
    began = clash.starts_at.astimezone(COUNTY_ZONE)
    other = f"{began.month}月{began.day}日{began:%H:%M}开始的“{clash.topic}”"
    if clash.place is not None:
        return (
            f"与本次提交的第{clash.place + 1}场、{other}时间重叠，"
            f"那里填写了{clash.minutes}分钟；请按实际时长填写"
        )
    return f"与{other}时间重叠，那里已确认{clash.minutes}分钟；请按实际时长填写，或先撤销那次确认"


def _clash(wanted: Stay, confirmed: Sequence[Stay]) -> Stay | None:
    """A confirmed session that leaves no room: what lies within some span takes longer than the span.

    Where nothing overlaps there is room, whatever else was confirmed around it.
    """
    if not any(stay.is_beside(wanted) for stay in confirmed):
        return None
    by_end = sorted(((stay.ends_at, stay) for stay in confirmed), key=itemgetter(0))
    last, first = wanted.ends_at, wanted.starts_at
    ends = sorted({last, *(end for end, _ in by_end if end > last)})
    begins = sorted({first, *(stay.starts_at for stay in confirmed if stay.starts_at < first)}, reverse=True)
    for begin in begins:
        within = [one for one in by_end if one[1].starts_at >= begin]
        if clash := _overfull(wanted, within, begin=begin, ends=ends):
            return clash
    return None


def _overfull(
    wanted: Stay, by_end: Sequence[tuple[datetime, Stay]], *, begin: datetime, ends: Sequence[datetime]
) -> Stay | None:
    """What overlaps, once a span from `begin` to one of the ends is too short for all that lies within it.

    Each session is looked at once: somebody may be named in a hundred that overlap.
    """
    minutes, clash = wanted.minutes, None
    waiting = deque(by_end)
    for end in ends:
        while waiting and waiting[0][0] <= end:
            _, stay = waiting.popleft()
            minutes += stay.minutes
            if clash is None and stay.is_beside(wanted):
                clash = stay
        if clash and timedelta(minutes=minutes) > end - begin:
            return clash
    return None
