"""The endless loops around the kernel's steps: how a relay, a worker and the embedded platform keep going."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from shared import log
from shared.bus import Bus, BusLost, PublishFailed
from shared.mornings import Mornings
from shared.relay import FileLease, Lease, LeaseLost, PostgresLease, Relay
from shared.service import Running
from shared.worker import DatabaseAway, Worker

POLL_SECONDS = 5.0
"""The safety net behind every wake-up."""
STANDBY_SECONDS = 0.5
TAKE_SECONDS = 1.0
PAUSE_FIRST_SECONDS = 0.1
PAUSE_SECONDS_MAX = 5.0

EXPECTED = (PublishFailed, BusLost, DatabaseAway, LeaseLost, SQLAlchemyError, OSError)
"""What a broken broker or database looks like from here: wait and go on."""


def utc_now() -> datetime:
    """The clock of the processes; decisions are handed its answer and never ask it."""
    return datetime.now(UTC)


class Pause:
    """A growing rest between failures in a row."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._seconds = PAUSE_FIRST_SECONDS

    def rest(self, part: str, error: Exception) -> None:
        """Say what is wrong and wait a little longer than the last time."""
        log.logger().warning("waiting", part=part, reason=f"{type(error).__name__}: {error}"[:500])
        self._stop.wait(self._seconds)
        self._seconds = min(self._seconds * 2, PAUSE_SECONDS_MAX)

    def over(self) -> None:
        """It works again."""
        self._seconds = PAUSE_FIRST_SECONDS


def take_lease(running: Running) -> Lease | None:
    """The relay's lease on this service's database, or None while another holds it."""
    folder = running.settings.lock_dir
    if running.engine.dialect.name == "sqlite":
        return FileLease.take(running, folder or Path())
    return PostgresLease.take(running.engine)


def run_relay(running: Running, bus: Bus, stop: threading.Event) -> None:
    """Relay until told to stop; while another relay holds the lease, stand by."""
    pause = Pause(stop)
    while not stop.is_set():
        try:
            lease = take_lease(running)
            if lease is None:
                stop.wait(STANDBY_SECONDS)
                continue
            try:
                _relay_with(running, bus, lease, stop=stop, pause=pause)
            finally:
                lease.release()
        except EXPECTED as error:
            pause.rest(f"{running.name} relay", error)


def _relay_with(running: Running, bus: Bus, lease: Lease, *, stop: threading.Event, pause: Pause) -> None:
    publisher = bus.publisher()
    relay = Relay(running, publisher, lease)
    mornings = Mornings(running)
    try:
        while not stop.is_set():
            try:
                mornings.step(now=utc_now())
                if not relay.step(now=utc_now()):
                    lease.wait(POLL_SECONDS)
                pause.over()
            except PublishFailed as error:
                pause.rest(f"{running.name} relay", error)
    finally:
        publisher.close()


def run_worker(running: Running, bus: Bus, stop: threading.Event) -> None:
    """Consume until told to stop; the batch in hand is committed and acknowledged first."""
    worker = Worker(running, bus.inlet(running.name), watchdog=True)
    pause = Pause(stop)
    while not stop.is_set():
        try:
            worker.step(clock=utc_now, wait_seconds=TAKE_SECONDS)
            pause.over()
        except EXPECTED as error:
            pause.rest(f"{running.name} worker", error)
    worker.close()


def run_both(running: Running, bus: Bus, stop: threading.Event, *, lease: Lease) -> None:
    """Relay and worker of the embedded mode in one thread, woken by the service's bell."""
    relay = Relay(running, bus.publisher(), lease)
    worker = Worker(running, bus.inlet(running.name))
    mornings = Mornings(running)
    pause = Pause(stop)
    while not stop.is_set():
        try:
            mornings.step(now=utc_now())
            left = relay.step(now=utc_now())
            done = worker.step(clock=utc_now, wait_seconds=0)
            pause.over()
            if not left and not done:
                running.bell.wait(TAKE_SECONDS)
        except EXPECTED as error:
            pause.rest(running.name, error)


def guarded(part: str, target: Callable[[], None], stop: threading.Event) -> Callable[[], None]:
    """A thread's target that is started anew when it fails in a way nobody expected."""

    def run() -> None:
        pause = Pause(stop)
        while not stop.is_set():
            try:
                target()
            except Exception as error:  # noqa: BLE001  a thread must not die silently while the process lives
                log.logger().exception("thread failed", part=part)
                pause.rest(part, error)

    return run
