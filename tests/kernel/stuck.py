"""A worker with its watchdog, given a handler that never ends; it must not be seen to return."""

import sys
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from shared import worker
from shared.db import make_engine
from shared.events.activities import AttendanceConfirmed
from tests.kernel.toy import CREDITS, Clock, attendance, delivery, envelope, open_toy, with_handler

PATIENCE_SECONDS = 1
NEVER_SECONDS = 60.0


def never_ends(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
    """Long past every patience."""
    del session, event, now
    time.sleep(NEVER_SECONDS)


def main(folder: Path) -> None:
    """One step, in which the process ends itself."""
    worker.HANDLING_SECONDS_MAX = PATIENCE_SECONDS
    toy = open_toy(
        CREDITS, make_engine(f"sqlite:///{folder / 'stuck.sqlite3'}"), folder=folder, clock=Clock()
    )
    with_handler(toy, never_ends)
    toy.inlet.waiting.append(delivery(envelope(attendance(), seq=1)))
    worker.Worker(toy.running, toy.inlet, watchdog=True).step(clock=toy.clock, wait_seconds=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
