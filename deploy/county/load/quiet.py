"""Waits until everything that was brought in has become hours and notices."""

import time
from collections.abc import Callable

from deploy.doors import Visit
from shared.client import Problem

SERVICES = ("directory", "plans", "activities", "credits", "notify")
BOARD = "/api/credits/v1/board"
LOOK_EVERY_SECONDS = 1.0
STILL_LOOKS = 8
"""So many looks in a row without a change, and it is quiet."""


def wait(visit: Visit, *, year: int, tell: Callable[[str], None]) -> None:
    """Until nobody has anything to publish and the year's board no longer changes."""
    before, still = None, 0
    while still < STILL_LOOKS:
        time.sleep(LOOK_EVERY_SECONDS)
        board = visit.client().get(BOARD, school_year=year)
        now = (board["teachers"], board["met"], board["average_hundredths"])
        tell(f"已记账：{board['teachers']}人，平均{board['average_hundredths'] / 100:.2f}学时")
        still = still + 1 if now == before and not _behind(visit) else 0
        before = now


def _behind(visit: Visit) -> bool:
    """Whether a service still has something to publish, or cannot say."""
    for service in SERVICES:
        try:
            told = visit.client().get(f"/api/{service}/readyz")
        except Problem:
            return True
        if told["oldest_unpublished_seconds"] is not None:
            return True
    return False
