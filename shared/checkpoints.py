"""Named places in the kernel at which a fault test may stop the process; otherwise they do nothing."""

import os
import signal
from collections.abc import Callable

_watcher: list[Callable[[str], None]] = []


def reached(place: str) -> None:
    """Tell whoever watches that the kernel is here."""
    for watch in _watcher:
        watch(place)


def watch(watcher: Callable[[str], None] | None) -> None:
    """Let one watcher see every place; None ends it."""
    _watcher[:] = [watcher] if watcher else []


def die_at(place: str, *, visit: int = 1) -> None:
    """End this process as kill -9 would, at the given visit to a place. For fault tests only."""
    visits = 0

    def dying(reached_place: str) -> None:
        nonlocal visits
        if reached_place == place:
            visits += 1
            if visits == visit:
                os.kill(os.getpid(), signal.SIGKILL)

    watch(dying)
