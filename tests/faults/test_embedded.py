"""PR1 in the embedded mode: the one process is killed at any moment; what it acknowledged is there once."""

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import select

from deploy import audit, cast, opened
from deploy.demo_county import sign_in
from deploy.embedded import SETTING_UP
from deploy.loops import utc_now
from deploy.registry import DOMAIN
from deploy.servers import free_port
from deploy.servers.program import wait_until
from services.activities.models import Attendance
from services.directory.models import Account
from shared.client import Client, Problem
from tests.person import Person
from tests.quiet import in_flight
from tests.up import start_up

READY_SECONDS_MAX = 60.0
QUIET_SECONDS_MAX = 60.0
QUIET_LOOKS = 2
WORK_SECONDS_MAX = 1.5
START_SECONDS_MAX = 2.0
UNKNOWN_FROM = 500

Pair = tuple[str, str]

BEFORE_THE_STORY = timedelta(hours=3)
"""The county that is killed has told its own story, in which the same people sat for an hour and a half."""


@dataclass(slots=True)
class Killed:
    """A data folder whose process is killed again and again, and a journal of what it answered."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    acknowledged: set[Pair] = field(default_factory=set)
    unknown: dict[Pair, str] = field(default_factory=dict)
    sessions: int = 0
    opened_at: datetime = field(default_factory=lambda: utc_now() - BEFORE_THE_STORY)
    door: Client = field(init=False)

    def __post_init__(self) -> None:
        """One client for all that the process lives through."""
        self.door = Client.over_http(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Without waiting for it."""
        self.process = start_up(self.folder, port=self.port, log=self._log, begin_with="cast")

    def wait_ready(self) -> None:
        """Until it answers requests."""
        wait_until(lambda: self._answers() or not self._is_running(), seconds=READY_SECONDS_MAX, what="up")
        assert self._is_running(), self._log.read_text()[-2000:]

    @property
    def _log(self) -> Path:
        return self.folder.parent / "up.log"

    def _is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _answers(self) -> bool:
        try:
            return bool(self.door.get("/api/activities/readyz")["ready"])
        except Problem:
            return False

    def kill9(self) -> None:
        """The end without warning."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def wu(self) -> tuple[Person, list[str]]:
        """The leader of a group, and whose attendance she may confirm."""
        token = sign_in(self.door, cast.WU)
        with opened.databases(self.folder) as engines, engines["directory"].connect() as connection:
            ids = {
                row.username: str(row.person_id)
                for row in connection.execute(select(Account.username, Account.person_id))
            }
        person = Person(
            id=ids[cast.WU.username],
            clients={one.name: self.door.signed_in(token) for one in DOMAIN},
        )
        return person, [ids[member.username] for member in (cast.LIN, cast.CHEN, cast.ZHAO)]

    def say(self, wu: Person, pair: Pair, *, key: str) -> None:
        """Confirm one attendance, and note what came of it."""
        activity, teacher = pair
        try:
            wu.confirm(activity, {teacher: 1}, key=key)
        except Problem as problem:
            if problem.status < UNKNOWN_FROM:
                raise
            self.unknown[pair] = key
            return
        self.acknowledged.add(pair)
        self.unknown.pop(pair, None)

    def held(self, wu: Person) -> str:
        """A session of a minute of its own, so that the same people may be at all of them; its id."""
        self.sessions += 1
        starts_at = self.opened_at - self.sessions * timedelta(minutes=1)
        activity = wu.announce(starts_at=starts_at, length_minutes=1)
        wu.hold(activity)
        return activity

    def work(self, wu: Person, teachers: list[str]) -> None:
        """Hold session after session and confirm who was there, until nobody answers any more."""
        while True:
            try:
                activity = self.held(wu)
            except Problem as problem:
                if problem.status < UNKNOWN_FROM:
                    raise
                return
            for teacher in teachers:
                self.say(wu, (activity, teacher), key=str(uuid4()))

    def findings(self) -> list[str]:
        """What the audit says about the folder once it is quiet."""
        with opened.databases(self.folder) as engines:
            deadline = time.monotonic() + QUIET_SECONDS_MAX
            looks = 0
            while looks < QUIET_LOOKS:
                looks = 0 if in_flight(engines) else looks + 1
                assert time.monotonic() < deadline, in_flight(engines)
                time.sleep(0.05)
            return [f"{finding.invariant} {finding.text}" for finding in audit.run(engines)]

    def confirmed(self) -> list[Pair]:
        """Every attendance the folder knows."""
        asked = select(Attendance.activity_id, Attendance.teacher_id)
        with opened.databases(self.folder) as engines, engines["activities"].connect() as connection:
            return [(str(row.activity_id), str(row.teacher_id)) for row in connection.execute(asked)]


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Killed]:
    """A folder with the demonstration county in it, at work."""
    one = Killed(tmp_path / "data")
    one.start()
    one.wait_ready()
    yield one
    one.kill9()
    one.door.http.close()


def killed_at_work(killed: Killed, *, after_seconds: float) -> None:
    """Somebody writes while the end comes."""
    wu, teachers = killed.wu()
    assert killed.process is not None
    end = threading.Timer(after_seconds, killed.process.kill)
    end.start()
    killed.work(wu, teachers)
    end.join()
    killed.kill9()


@pytest.mark.trials(100)
def test_pr1_an_embedded_platform_killed_at_any_moment_keeps_what_it_acknowledged_once(
    killed: Killed, chance: Random, trials: int
) -> None:
    before = set(killed.confirmed())
    for trial in range(trials):
        killed_at_work(killed, after_seconds=chance.uniform(0, WORK_SECONDS_MAX))
        if trial % 2:
            killed.start()
            time.sleep(chance.uniform(0, START_SECONDS_MAX))
            killed.kill9()
        killed.start()
        killed.wait_ready()
        wu, _ = killed.wu()
        for pair, key in list(killed.unknown.items()):
            killed.say(wu, pair, key=key)

        assert not killed.unknown
        assert killed.findings() == []
        assert sorted(set(killed.confirmed()) - before) == sorted(killed.acknowledged)


@pytest.mark.trials(20, smoke=2)
def test_pr1_a_first_start_cut_off_is_begun_anew(tmp_path: Path, chance: Random, trials: int) -> None:
    for trial in range(trials):
        one = Killed(tmp_path / f"data-{trial}")
        one.start()
        wait_until(
            lambda one=one: (one.folder / SETTING_UP).exists(),  # type: ignore[misc]  # bound for this trial
            seconds=READY_SECONDS_MAX,
            what="the first county begins",
        )
        time.sleep(chance.uniform(0, 0.5))
        one.kill9()

        one.start()
        one.wait_ready()
        wu, teachers = one.wu()
        one.say(wu, (one.held(wu), teachers[0]), key=str(uuid4()))

        assert one.findings() == []
        assert not (one.folder / SETTING_UP).exists()
        one.kill9()
        one.door.http.close()
