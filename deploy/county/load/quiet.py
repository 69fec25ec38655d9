"""Waits until everything that was brought in has become hours and notices."""

import time
from collections.abc import Callable

from deploy.doors import Visit
from shared.client import Problem
from shared.values import hours_text

SERVICES = ("directory", "plans", "activities", "credits", "notify")
BOARD = "/api/credits/v1/board"
LOOK_EVERY_SECONDS = 1.0
STILL_LOOKS = 8
"""So many looks in a row without a change, and it is quiet."""


def wait(visit: Visit, *, year: int, looks: int = STILL_LOOKS, tell: Callable[[str], None]) -> str:
    """Until nobody has anything to publish and the year's board no longer changes; what it says then."""
    before, still, said = None, 0, ""
    while still < looks:
        time.sleep(LOOK_EVERY_SECONDS)
        board = visit.client().get(BOARD, school_year=year)
        now = (board["teachers"], board["met"], board["average_hundredths"])
        said = (
            f"{board['teachers']:,} 位教师平均 {hours_text(board['average_hundredths'])} 学时，"
            f"{board['met']:,} 人达标"
        )
        behind = [service for service in SERVICES if _is_behind(visit, service)]
        tell(f"{said}（还在等：{'、'.join(behind)}）" if behind else said)
        still = still + 1 if now == before and not behind else 0
        before = now
    return said


def _is_behind(visit: Visit, service: str) -> bool:
    """Whether it still has something to publish, or cannot say."""
    try:
        told = visit.client().get(f"/api/{service}/readyz")
    except Problem:
        return True
    return told["oldest_unpublished_seconds"] is not None
