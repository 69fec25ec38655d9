"""Nobody's minute is confirmed twice: what overlapping sessions of a school leave room for."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
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
        if clash := _clash(replace(of, minutes=presence.minutes), stays):
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
    beside = [
        stay for stay in confirmed if stay.starts_at < wanted.ends_at and wanted.starts_at < stay.ends_at
    ]
    if not beside:
        return None
    stays = [wanted, *confirmed]
    begins = {stay.starts_at for stay in stays if stay.starts_at <= wanted.starts_at}
    ends = {stay.ends_at for stay in stays if stay.ends_at >= wanted.ends_at}
    for begin, end in product(sorted(begins, reverse=True), sorted(ends)):
        within = [stay for stay in confirmed if begin <= stay.starts_at and stay.ends_at <= end]
        taken = timedelta(minutes=wanted.minutes + sum(stay.minutes for stay in within))
        clashing = [stay for stay in within if stay in beside]
        if clashing and taken > end - begin:
            return clashing[0]
    return None
