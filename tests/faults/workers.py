"""Worker processes that start in milliseconds, forked from one that has imported everything."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType
from typing import Any

from deploy import loops, wsgi
from deploy.loops import guarded, run_relay, run_worker
from shared import bus, checkpoints, inbox, log, outbox, relay, worker
from shared.bus import RabbitBus
from shared.events.activities import AttendanceConfirmed

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "pytest", "deploy.services"])
END_SECONDS_MAX = 30.0

HURRY = timedelta(seconds=0.5)
REPLAY_PAUSE = timedelta(seconds=2)
"""Shorter, and on a busy machine the same would be sent again before anybody had a chance to take it."""
CONFIRM_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one worker process is to behave."""

    die_at: str | None = None
    visit: int = 1
    hurry: bool = True
    """Shorten the kernel's waits, which are there for people and not for correctness."""
    poison: str | None = None
    """An activity whose confirmation the handler cannot survive ..."""
    manner: str = "exit"
    """... and how it fails: it ends the process ("exit") or never ends itself ("loop")."""


@dataclass(slots=True)
class Workers:
    """The workers of a county, each of them as often as somebody starts it."""

    environments: dict[str, dict[str, str]]
    logs: Path
    started: dict[str, list[ForkServerProcess]] = field(default_factory=dict)
    poisoned: dict[str, Plan] = field(default_factory=dict)
    """Unlike a death, poison is still there after a restart."""

    def told(self, name: str) -> dict[str, str]:
        """What the processes of that service are told when they start."""
        return self.environments[name]

    def start(self, name: str, plan: Plan | None = None) -> ForkServerProcess:
        """One more process of that service."""
        process = FORKS.Process(
            target=_work,
            args=(name, dict(self.environments[name]), plan or Plan(), self.logs / f"{name}.log"),
            daemon=True,
        )
        process.start()
        self.started.setdefault(name, []).append(process)
        self.poisoned.pop(name, None)
        if plan and plan.poison:
            self.poisoned[name] = plan
        return process

    def kill9(self, name: str) -> None:
        """End all of that service's processes without warning; `mend` brings one of them back."""
        for process in self.started.get(name, []):
            process.kill()
            process.join()
        self.started[name] = []

    def restart(self, name: str, plan: Plan | None = None) -> ForkServerProcess:
        """Kill and start anew."""
        self.kill9(name)
        return self.start(name, plan)

    def mend(self) -> int:
        """Replace the dead, as compose and systemd do; how many services had none."""
        replaced = 0
        for name, processes in list(self.started.items()):
            alive = [process for process in processes if process.is_alive()]
            self.started[name] = alive
            if not alive:
                self.start(name, self.poisoned.get(name))
                replaced += 1
        return replaced

    def stop_all(self) -> None:
        """The end of the county."""
        for name in list(self.started):
            self.kill9(name)


def wait_for_death(process: ForkServerProcess, *, seconds: float = END_SECONDS_MAX) -> None:
    """The process must end by itself."""
    deadline = time.monotonic() + seconds
    while process.is_alive():
        if time.monotonic() > deadline:
            raise AssertionError("the process lives on")
        time.sleep(0.01)


def _work(name: str, environment: dict[str, str], plan: Plan, logs: Path) -> None:
    """What `yanxun worker NAME` does, after the plan's changes."""
    os.environ.update(environment)
    sys.stderr = logs.open("a", encoding="utf-8", buffering=1)
    log.configure(service=name)
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, end)
    if plan.hurry:
        _hurry()
    if plan.die_at:
        checkpoints.die_at(plan.die_at, visit=plan.visit)
    running = wsgi.running(name)
    if plan.poison:
        worker.HANDLING_SECONDS_MAX = 1
        running = replace(running, service=replace(running.service, handlers=_poisoned(running, plan)))
    broker = RabbitBus(running.settings.broker_url)
    threading.Thread(
        target=guarded("relay", lambda: run_relay(running, broker, stop), stop), daemon=True
    ).start()
    with contextlib.suppress(KeyboardInterrupt):
        guarded("worker", lambda: run_worker(running, broker, stop), stop)()


def _hurry() -> None:
    bus.CONFIRM_TIMEOUT_SECONDS = CONFIRM_SECONDS
    loops.POLL_SECONDS = loops.PAUSE_SECONDS_MAX = HURRY.total_seconds()
    relay.SIGNAL_EVERY = HURRY
    inbox.GAP_PATIENCE = HURRY
    outbox.REPLAY_PAUSE = REPLAY_PAUSE
    inbox.RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (0.1, 0.2, 0.3, 0.4, 0.5))


def _poisoned(running: Any, plan: Plan) -> Mapping[Any, Any]:
    survived = running.service.handlers[AttendanceConfirmed]

    def handler(session: Any, event: Any, *, now: Any) -> None:
        if str(event.activity_id) == plan.poison:
            if plan.manner == "exit":
                os._exit(66)
            while True:
                time.sleep(0.1)
        survived(session, event, now=now)

    return {**running.service.handlers, AttendanceConfirmed: handler}
