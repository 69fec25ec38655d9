"""A county to break: real PostgreSQL and RabbitMQ, workers that can be killed, doors in this process, a journal."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, func, select

from deploy import audit, cast, database, demo_county, migrate, secrets, wsgi
from deploy.demo import enter_first_officer
from deploy.demo_county import County
from deploy.loops import utc_now
from deploy.registry import DEPLOYED, DOMAIN, environment, processes, this_machine
from deploy.servers import PrivatePostgres, PrivateRabbit, create_postgres, create_rabbit
from deploy.services import SERVICES, follows
from services.activities.models import Attendance
from shared.client import Client, Problem
from shared.kernel_tables import outbox, received_events, stream, waiting_events
from shared.service import Running
from shared.web import create_app
from tests.faults.workers import Workers
from tests.person import Person

QUIET_SECONDS_MAX = 90.0
LOOK_SECONDS = 0.05
QUIET_LOOKS = 2
"""One look sees the databases one after the other: what moved meanwhile from a later to an earlier one shows in the next."""
TEACHERS = 60


@dataclass(slots=True, kw_only=True)
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
    unknown: set[tuple[str, str]] = field(default_factory=set)
    """Confirmations whose answer never came."""
    _free: list[tuple[str, str]] = field(default_factory=list)

    @property
    def engines(self) -> Mapping[str, Engine]:
        """Every service's database."""
        return {name: running.engine for name, running in self.running.items()}

    def as_person(self, member: cast.Member) -> Person:
        """Somebody of the cast."""
        return Person(id=self.county.ids.get(member.username, ""), clients=self.county.as_person(member))

    def confirm(self, count: int = 1) -> list[tuple[str, str]]:
        """Confirm that many attendances, each a request and an event of its own; what was acknowledged."""
        done = []
        for _ in range(count):
            activity, teacher = self.next_attendance()
            try:
                self.as_person(cast.WU).confirm(activity, {teacher: 90})
            except Problem as problem:
                assert problem.status >= 500, problem
                self.unknown.add((activity, teacher))
                continue
            self.acknowledged.add((activity, teacher))
            done.append((activity, teacher))
        return done

    def next_attendance(self) -> tuple[str, str]:
        """A held session and a teacher whose attendance there is not confirmed yet."""
        if not self._free:
            activity = self._held_activity()
            self._free = [(activity, teacher) for teacher in self.teachers]
        return self._free.pop()

    def _held_activity(self) -> str:
        wu = self.as_person(cast.WU)
        activity = wu.announce(starts_at=utc_now() - timedelta(minutes=90))
        wu.hold(activity)
        return activity

    # --- quiet again

    def settle(self, *, seconds: float = QUIET_SECONDS_MAX) -> None:
        """Replace what died and wait until nothing is in flight; past the time, say what still moves."""
        deadline = time.monotonic() + seconds
        quiet_looks = 0
        while True:
            self.workers.mend()
            try:
                left = self._in_flight()
            except Exception as error:  # noqa: BLE001  a database that is still recovering
                left = {"database": str(error)[:200]}
            quiet_looks = 0 if left else quiet_looks + 1
            if quiet_looks == QUIET_LOOKS:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"still in flight: {left}")
            time.sleep(LOOK_SECONDS)

    def _in_flight(self) -> dict[str, object]:
        left: dict[str, object] = {}
        heads = {}
        for name, engine in self.engines.items():
            with engine.connect() as connection:
                pending = connection.execute(
                    select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
                ).scalar_one()
                waiting = connection.execute(
                    select(func.count()).select_from(waiting_events).where(waiting_events.c.parked_at.is_(None))
                ).scalar_one()
                heads[name] = connection.execute(select(stream.c.head, stream.c.incarnation)).first()
            left |= {f"{name} unpublished": pending, f"{name} waiting": waiting}
        for follower in SERVICES:
            with self.engines[follower.name].connect() as connection:
                for producer in follower.follows:
                    head = heads[producer]
                    if head is None:
                        continue
                    received = connection.execute(
                        select(func.count())
                        .select_from(received_events)
                        .where(
                            received_events.c.producer == producer,
                            received_events.c.incarnation == head.incarnation,
                        )
                    ).scalar_one()
                    left[f"{follower.name} lacks of {producer}"] = head.head - received
        return {part: count for part, count in left.items() if count}

    def check(self, *, parked: int = 0) -> None:
        """No invariant is broken, and everything that was acknowledged is there."""
        findings = [finding for finding in audit.run(self.engines) if finding.invariant != "INV6"]
        confirmed = self._confirmed()
        assert not findings, findings
        assert len(self.parked()) == parked, self.parked()
        assert not self.acknowledged - confirmed, "acknowledged and lost"
        assert not confirmed - self.acknowledged - self.unknown, "there, and nobody asked for it"

    def _confirmed(self) -> set[tuple[str, str]]:
        rows = select(Attendance.activity_id, Attendance.teacher_id)
        with self.engines["activities"].connect() as connection:
            return {(str(row.activity_id), str(row.teacher_id)) for row in connection.execute(rows)}

    def parked(self) -> list[UUID]:
        """Every parked event of every service."""
        asked = select(waiting_events.c.event_id).where(waiting_events.c.parked_at.is_not(None))
        found: list[UUID] = []
        for engine in self.engines.values():
            with engine.connect() as connection:
                found += connection.execute(asked).scalars().all()
        return found

    def whole_again(self, *, parked: int = 0) -> None:
        """The end of every trial."""
        self.settle()
        self.check(parked=parked)


@contextlib.contextmanager
def open_county(*, broker_port: int | None = None) -> Iterator[FaultCounty]:
    """Servers, databases, cast and workers; all gone at the end. `broker_port` puts a proxy before the broker."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanxun-faults-")))
        folder.chmod(0o755)
        postgres, rabbit = create_postgres(), create_rabbit()
        stack.callback(rabbit.remove)
        stack.callback(postgres.remove)
        broker = f"127.0.0.1:{broker_port}" if broker_port else rabbit.address
        kept = folder / "secrets"
        secrets.create(
            kept, follows=follows(), servers=secrets.Servers(postgres=postgres.address, rabbit=broker)
        )
        rabbit.load_at_start(kept / "rabbitmq_definitions")
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


