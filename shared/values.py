"""Plain values every room may use: refusals, ids, school years, hours; standard library only."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

COUNTY_ZONE = ZoneInfo("Asia/Shanghai")
SCHOOL_YEAR_FIRST_MONTH = 9
HUNDREDTHS = 100

ID_BYTES = 10
"""How many of an id's bytes are random, but for six bits."""
ID_MARKS = 7 << 76 | 0b10 << 62
"""Version and variant of an id, in those six."""
ID_RANDOM = (1 << 80) - 1 & ~(0b1111 << 76 | 0b11 << 62)

random_bytes: Callable[[int], bytes] = os.urandom
"""Where ids take their randomness; a run that must replay exactly puts a seeded source here."""

Item = TypeVar("Item")


class Refused(Exception):
    """The domain says no. `code` is stable English for programs, `text` a Chinese template for people."""

    def __init__(self, code: str, text: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.template = text
        self.facts = facts

    @property
    def text(self) -> str:
        """The sentence with its facts filled in."""
        return self.template.format(**self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


GONE = "没有找到{what}，请返回列表重新选择"
"""What `Missing` says of a certain thing: `Missing(GONE, what="这所学校")`."""


class Missing(Refused):
    """There is no such thing, or it is another school's: the two must look the same."""

    def __init__(self, text: str = "没有找到您要的内容，请核对后再试", /, **facts: object) -> None:
        super().__init__("not_found", text, **facts)


class Forbidden(Refused):
    """The thing is within reach, but this person may not do this to it."""

    def __init__(self, text: str = "您没有做这件事的权限", /, **facts: object) -> None:
        super().__init__("forbidden", text, **facts)


class Stale(Refused):
    """Somebody else has changed it since this person looked."""

    def __init__(
        self, text: str = "内容已被他人修改，请刷新页面、核对后重新提交", /, **facts: object
    ) -> None:
        super().__init__("stale_version", text, **facts)


def check_version(version: int, *, seen: int | None) -> None:
    """Stale unless what somebody wants to change is what they have seen; None when nobody looked."""
    if seen is not None and version != seen:
        raise Stale


def new_id(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of the moment's milliseconds, then random bits; sorts by time."""
    return new_ids(now, 1)[0]


def new_ids(now: datetime, count: int) -> Sequence[UUID]:
    """So many of them, of one moment: asking for randomness takes as long as making an id of it."""
    said = int(now.timestamp() * 1000) << 80 | ID_MARKS
    random = random_bytes(ID_BYTES * count)
    return [
        UUID(int=said | int.from_bytes(random[start : start + ID_BYTES], "big") & ID_RANDOM)
        for start in range(0, len(random), ID_BYTES)
    ]


def in_chunks(items: Sequence[Item], *, of: int) -> Iterator[Sequence[Item]]:
    """The items in order, at most `of` at a time."""
    for start in range(0, len(items), of):
        yield items[start : start + of]


def aware_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive one is an error of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)


def county_day(moment: datetime) -> date:
    """The county's calendar day of a moment."""
    return aware_utc(moment).astimezone(COUNTY_ZONE).date()


def end_of_county_day(moment: datetime) -> datetime:
    """When the county's calendar day of a moment is over."""
    midnight = datetime.combine(county_day(moment) + timedelta(days=1), time.min, tzinfo=COUNTY_ZONE)
    return midnight.astimezone(UTC)


def school_year_of(day: date) -> int:
    """The year in which the day's school year (学年) began: 2026-08-31 is in 2025, 2026-09-01 in 2026."""
    return day.year if day.month >= SCHOOL_YEAR_FIRST_MONTH else day.year - 1


def hours_text(hundredths: int) -> str:
    """Hundredths of a credit hour as people write them: 200 is "2", 150 is "1.5", -25 is "-0.25"."""
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), HUNDREDTHS)
    return f"{sign}{whole}" + (f".{rest:02d}".rstrip("0") if rest else "")


def plain(value: Any) -> Any:
    """As JSON writes it: members of a list, ids, days and moments as text, the rest as it is."""
    match value:
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return value
