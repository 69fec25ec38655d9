"""The same six people and three schools in every story; the demonstration county lends them."""

from datetime import UTC, date, datetime

from deploy.cast import (
    CHEN,
    HU,
    LIN,
    PASSWORD,
    PEOPLE,
    QIAN,
    QINGSHI,
    SCHOOL_PEOPLE,
    SCHOOLS,
    SHIYAN,
    SHUANGQIAO,
    WU,
    ZHAO,
    Member,
    School,
)

TODAY = date(2026, 9, 10)
NOON = datetime(2026, 9, 10, 4, 0, tzinfo=UTC)
"""Of TODAY, in the county."""
TERM_BEGAN = date(2026, 9, 1)
SCHOOL_YEAR = 2026

__all__ = [
    "CHEN",
    "HU",
    "LIN",
    "NOON",
    "PASSWORD",
    "PEOPLE",
    "QIAN",
    "QINGSHI",
    "SCHOOLS",
    "SCHOOL_PEOPLE",
    "SCHOOL_YEAR",
    "SHIYAN",
    "SHUANGQIAO",
    "TERM_BEGAN",
    "TODAY",
    "WU",
    "ZHAO",
    "Member",
    "School",
]
