"""A county to break: real PostgreSQL and RabbitMQ, workers to kill, doors in this process, a journal."""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, select

from deploy import audit, cast, database, demo_county, migrate, secrets, wsgi
from deploy.demo import enter_first_officer
from deploy.demo_county import County
from deploy.loops import utc_now
from deploy.registry import DEPLOYED, DOMAIN, environment, processes, this_machine
from deploy.servers import PrivatePostgres, PrivateRabbit, create_postgres, create_rabbit
from deploy.services import follows
from services.activities.models import Attendance
from shared.client import Client, Problem
from shared.db import transaction
from shared.kernel_tables import waiting_events
from shared.service import Running
from shared.web import create_app
from tests.faults.admin import Admin, with_admin
from tests.faults.workers import Workers
from tests.person import Person
from tests.quiet import in_flight, unpublished

QUIET_SECONDS_MAX = 90.0
LOOK_SECONDS = 0.05
LOOK_MAX = 5
"""Looking takes one part of so many of the time, however many rows there are to count."""
QUIET_LOOKS = 2
"""A look sees one database after the other: what moved from a later to an earlier one shows in the next."""
TEACHERS = 60
SIGN_IN_AGAIN_SECONDS = 600.0
LOAD_PAUSE_SECONDS = 0.02
LOAD_ATTENDANCES = 300
SESSION_MINUTES = 1
"""So short that a hundred thousand events fit between the first of September and a day in autumn."""
LARGE = 20_000
"""From so many confirmed attendances on, the audit takes seconds, and after every trial."""
UNKNOWN_FROM = 500
"""A refusal is an answer; from this status on nobody knows what came of the request."""


@dataclass(slots=True, kw_only=True, repr=False)
class FaultCounty:
    """A county at work. Whatever a test does to it, `settle` and `check` must find it whole again."""

    postgres: PrivatePostgres
    rabbit: PrivateRabbit
    folder: Path
    running: Mapping[str, Running]
    workers: Workers
    county: County
    teachers: list[str] = field(default_factory=list)
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    """The journal: (activity, teacher) of every confirmation that was answered 2xx."""
    unknown: dict[tuple[str, str], str] = field(default_factory=dict)
    """Confirmations whose answer never came, with their keys: asked again, each settles to one."""
    is_whole: bool = True
    """What a test leaves behind is only given to the next one when everything was found whole."""
    _free: list[tuple[str, str]] = field(default_factory=list)
    _signed_in_at: float = 0.0
    _sessions: int = 0
    _opened_at: datetime = field(default_factory=utc_now)

    @property
    def is_large(self) -> bool:
        """Whether another one would be quicker to work with."""
        return len(self.acknowledged) > LARGE

    @property
    def engines(self) -> Mapping[str, Engine]:
        """Every service's database."""
        return {name: running.engine for name, running in self.running.items()}

    @property
    def admin(self) -> Admin:
        """Who may do everything at the broker."""
        return Admin(self.rabbit.address)

    def as_person(self, member: cast.Member) -> Person:
        """Somebody of the cast, signed in not long ago."""
        if time.monotonic() - self._signed_in_at > SIGN_IN_AGAIN_SECONDS:
            self.county.tokens.clear()
            self._signed_in_at = time.monotonic()
        return Person(id=self.county.ids.get(member.username, ""), clients=self.county.as_person(member))

    # --- what happens in it

    def confirm(self, count: int = 1) -> list[tuple[str, str]]:
        """Confirm that many attendances, each a request and an event of its own; what was acknowledged."""
        return [pair for _ in range(count) if self.say(pair := self.next_attendance(), key=str(uuid4()))]

    def say(self, pair: tuple[str, str], *, key: str, via: Person | None = None) -> bool:
        """Confirm one attendance and note in the journal what the answer was, if there was one."""
        activity, teacher = pair
        try:
            (via or self.as_person(cast.WU)).confirm(activity, {teacher: SESSION_MINUTES}, key=key)
        except Problem as problem:
            if problem.status < UNKNOWN_FROM:
                raise
            self.unknown[pair] = key
            return False
        self.acknowledged.add(pair)
        self.unknown.pop(pair, None)
        return True

    def ask_again(self) -> None:
        """Whatever is unknown is said once more, with the same key: now everybody answers."""
        for pair, key in list(self.unknown.items()):
            assert self.say(pair, key=key), f"no answer about {pair}"

    def next_attendance(self) -> tuple[str, str]:
        """A held session and a teacher whose attendance there is not confirmed yet."""
        self.provide(1)
        return self._free.pop()

    def provide(self, count: int) -> None:
        """Have so many attendances ready to be confirmed."""
        while len(self._free) < count:
            activity = self.held_activity()
            self._free += [(activity, teacher) for teacher in self.teachers]

    def held_activity(self) -> str:
        """A session that took place and has its record; its id."""
        wu = self.as_person(cast.WU)
        activity = wu.announce(starts_at=self.next_start(), length_minutes=SESSION_MINUTES)
        wu.hold(activity)
        return activity

    def next_start(self) -> datetime:
        """When a session may have begun in which nobody sat elsewhere: before all others, back to back."""
        self._sessions += 1
        return self._opened_at - self._sessions * timedelta(minutes=SESSION_MINUTES)

    @contextlib.contextmanager
    def load(self, *, via: Person | None = None, writers: int = 1) -> Iterator[None]:
        """Within, somebody confirms one attendance after the other, whatever happens."""
        self.provide(LOAD_ATTENDANCES)
        person = via or self.as_person(cast.WU)
        over = threading.Event()

        def write() -> None:
            while self._free and not over.wait(LOAD_PAUSE_SECONDS):
                self.say(self._free.pop(), key=str(uuid4()), via=person)

        with ThreadPoolExecutor(max_workers=writers) as beside:
            writing = [beside.submit(write) for _ in range(writers)]
            try:
                yield
            finally:
                over.set()
            for one in writing:
                one.result()

    # --- quiet again

    def settle(self, *, seconds: float = QUIET_SECONDS_MAX) -> None:
        """Replace what died and wait until nothing is in flight; past the time, say what still moves."""
        deadline = time.monotonic() + seconds
        quiet_looks = 0
        while True:
            began = time.monotonic()
            self.workers.mend()
            try:
                left: Mapping[str, object] = in_flight(self.engines)
            except Exception as error:  # noqa: BLE001  a database that is still recovering
                left = {"database": str(error)[:200]}
            quiet_looks = 0 if left else quiet_looks + 1
            if quiet_looks == QUIET_LOOKS:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"still in flight: {left}")
            time.sleep(max(LOOK_SECONDS, (time.monotonic() - began) * (LOOK_MAX - 1)))

    def until(self, is_so: Callable[[], bool], *, seconds: float = QUIET_SECONDS_MAX) -> None:
        """Wait for something that must come by itself."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "it never came"
            time.sleep(LOOK_SECONDS)

    def mended(self) -> bool:
        """Whether every process is there; those that were not are now."""
        return self.workers.mend() == 0

    def unpublished(self, service: str) -> int:
        """How many events of a service wait for their confirm."""
        with self.engines[service].connect() as connection:
            return unpublished(connection)

    def check(self, *, parked: Collection[UUID] = ()) -> None:
        """No invariant is broken, all that was acknowledged is there (INV8), and nothing else (INV9)."""
        findings = audit.run(self.engines, expected_parked=parked)
        confirmed = self._confirmed()
        assert not findings, findings
        assert set(self.parked()) == set(parked)
        assert not self.acknowledged - confirmed, "acknowledged and lost"
        assert not confirmed - self.acknowledged, "there, and nobody asked for it"

    def _confirmed(self) -> set[tuple[str, str]]:
        rows = select(Attendance.activity_id, Attendance.teacher_id)
        with transaction(self.engines["activities"], write=False) as session:
            return {(str(row.activity_id), str(row.teacher_id)) for row in session.execute(rows)}

    def parked(self) -> list[UUID]:
        """Every parked event of every service."""
        asked = select(waiting_events.c.event_id).where(waiting_events.c.parked_at.is_not(None))
        found: list[UUID] = []
        for engine in self.engines.values():
            with engine.connect() as connection:
                found += connection.execute(asked).scalars().all()
        return found

    def whole_again(self, *, parked: Collection[UUID] = (), seconds: float = QUIET_SECONDS_MAX) -> None:
        """The end of every trial."""
        self.settle(seconds=seconds)
        if self.unknown:
            self.ask_again()
            self.settle()
        self.check(parked=parked)
        self.is_whole = True

    def renew(self) -> None:
        """The beginning of every test: plain workers, one a service, and nothing said about being whole."""
        for deployed in DOMAIN:
            self.workers.restart(deployed.name)
        self.is_whole = False


@contextlib.contextmanager
def open_county() -> Iterator[FaultCounty]:
    """Servers, databases, cast and workers; all gone at the end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanxun-faults-")))
        folder.chmod(0o755)
        postgres, rabbit = create_postgres(), create_rabbit()
        stack.callback(rabbit.remove)
        stack.callback(postgres.remove)
        kept = folder / "secrets"
        servers = secrets.Servers(postgres=postgres.address, rabbit=rabbit.address)
        secrets.create(kept, follows=follows(), servers=servers)
        rabbit.load_at_start(with_admin(kept / "rabbitmq_definitions"))
        with ThreadPoolExecutor(max_workers=1) as beside:
            broker_started = beside.submit(rabbit.start)
            postgres.start()
            _migrate(kept, postgres)
            broker_started.result()
        environments = _environments(kept)
        running = {name: _running(name, environments[name]) for name in environments}
        for one in running.values():
            stack.callback(one.engine.dispose)
        workers = Workers(environments, folder)
        stack.callback(workers.stop_all)
        yield _peopled(postgres, rabbit, folder, running, workers)


def _migrate(kept: Path, postgres: PrivatePostgres) -> None:
    for deployed in DEPLOYED:
        owner_url = secrets.read(kept, f"{deployed.name}_owner_database_url")
        mine = database.ServiceDatabase.of(
            app_url=secrets.read(kept, f"{deployed.name}_database_url"), owner_url=owner_url
        )
        database.provision(postgres.url, mine)
        migrate.upgrade(deployed.name, owner_url=owner_url, app_role=mine.app.role)


def _environments(kept: Path) -> dict[str, dict[str, str]]:
    """What a web and a worker of each service are told, in one."""
    place = this_machine(kept)
    told: dict[str, dict[str, str]] = {}
    for process in processes():
        if process.service in {deployed.name for deployed in DOMAIN}:
            told.setdefault(str(process.service), {}).update(environment(process, place))
    return told


def _running(name: str, told: Mapping[str, str]) -> Running:
    before = dict(os.environ)
    os.environ.update(told)
    try:
        return wsgi.running(name)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _peopled(
    postgres: PrivatePostgres,
    rabbit: PrivateRabbit,
    folder: Path,
    running: Mapping[str, Running],
    workers: Workers,
) -> FaultCounty:
    enter_first_officer(running["directory"].engine, now=utc_now())
    clients = {name: Client.in_process(create_app(one).wsgi_app) for name, one in running.items()}
    set_up = demo_county.set_up(clients, now=utc_now())
    opened = FaultCounty(
        postgres=postgres, rabbit=rabbit, folder=folder, running=running, workers=workers, county=set_up
    )
    body = {
        "teachers": [
            {"name": f"教师{number:02}", "subject": "数学", "joined_on": "2026-09-01"}
            for number in range(TEACHERS)
        ]
    }
    school = set_up.school_ids[cast.QINGSHI.name]
    added = opened.as_person(cast.QIAN).post("directory", f"/schools/{school}/teachers", body)
    opened.teachers = [str(one["person_id"]) for one in added["teachers"]]
    for deployed in DOMAIN:
        workers.start(deployed.name)
    opened.settle()
    return opened
