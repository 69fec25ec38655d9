"""The native run: every process of the registry on this machine, each in a process group of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from deploy import health, secrets
from deploy.registry import DEPLOYED, Kind, Place, Process, environment, long_running, processes, this_machine
from deploy.servers import PrivatePostgres, PrivateRabbit, create_postgres, create_rabbit, free_port
from deploy.servers.program import ServerFailed, family_of, freeze, is_alive, kill_family, send, wait_until

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS_MAX = 180.0
STOP_SECONDS_MAX = 45.0
RESTART_SECONDS = 1.0
WATCH_SECONDS = 0.2
PLAIN: Mapping[str, str] = {
    "YANXUN_SECURE_COOKIES": "false",  # no TLS on the loopback address
    "YANXUN_WEB_PROCESSES": "1",
}


@dataclass(slots=True, kw_only=True)
class Started:
    """A process that was started, by its id."""

    pid: int
    at: float


@dataclass(slots=True, kw_only=True)
class Fleet:
    """All processes of a county. Each is reached by its name in the registry."""

    place: Place
    logs: Path
    extra: Mapping[str, str] = field(default_factory=lambda: dict(PLAIN))
    started: dict[str, Started] = field(default_factory=dict)

    def base_url(self, service: str) -> str:
        """Where a service's web process answers; there is no proxy before it."""
        return f"http://{self.place.address(service)}"

    def migrate(self) -> None:
        """Create databases and bring every schema up to date; return when done."""
        [once] = [process for process in processes() if process.kind is Kind.ONCE]
        self.start(once.name)
        pid = self.started.pop(once.name).pid
        _, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise ServerFailed(f"migrate:\n{self.log(once.name)[-2000:]}")

    def start_all(self) -> None:
        """Start whatever stays; return when all of it is ready."""
        for process in long_running():
            self.start(process.name)
        for process in long_running():
            self.wait_ready(process.name)

    def start(self, name: str) -> None:
        """Start one process, without waiting for it."""
        process = _row(name)
        with self._log_file(name).open("ab") as log:
            child = subprocess.Popen(  # noqa: S603  the command is our own
                [sys.executable, "-m", "deploy.cli", *process.arguments],
                cwd=ROOT,
                env=os.environ | self.extra | environment(process, self.place),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started[name] = Started(pid=child.pid, at=time.monotonic())
        child.returncode = 0  # It is signalled and awaited by its id; Popen need not warn that it still runs.

    def wait_ready(self, name: str) -> None:
        """Until a web process says it is ready, or a worker has shown a sign of life since its start."""
        wait_until(
            lambda: self.is_ready(name) or not self.is_running(name), seconds=READY_SECONDS_MAX, what=name
        )
        if not self.is_running(name):
            raise ServerFailed(f"{name}:\n{self.log(name)[-2000:]}")

    def is_ready(self, name: str) -> bool:
        """One look, without waiting."""
        process = _row(name)
        if process.kind is Kind.WEB and process.service:
            return health.web_is_ready(self.place.ports[process.service])
        quiet = health.quiet_seconds(
            secrets.read(Path(self.place.secrets), f"{process.service}_database_url")
        )
        return quiet is not None and quiet < time.monotonic() - self.started[name].at

    def is_running(self, name: str) -> bool:
        """Whether the process is there, frozen or not."""
        return is_alive(self.started[name].pid)

    def pid(self, name: str) -> int:
        """Its id; another after each start."""
        return self.started[name].pid

    def log(self, name: str) -> str:
        """All it has written."""
        return self._log_file(name).read_text(encoding="utf-8", errors="replace")

    def stop(self, name: str) -> None:
        """SIGTERM: it finishes what it has in hand. One that does not end is killed."""
        pid = self.started.pop(name).pid
        send([pid], signal.SIGTERM)
        try:
            wait_until(lambda: not is_alive(pid), seconds=STOP_SECONDS_MAX, what=f"stop {name}")
        except ServerFailed:
            kill_family(pid)
            raise

    def stop_all(self) -> None:
        """SIGTERM to all at once, then wait for each."""
        names = list(self.started)
        send([self.started[name].pid for name in names], signal.SIGTERM)
        for name in names:
            self.stop(name)

    def kill9(self, name: str) -> None:
        """The end without warning, for it and its children. A watched process is started again."""
        kill_family(self.pid(name))

    def freeze(self, name: str) -> None:
        """Let it stand still."""
        freeze(family_of(self.pid(name)))

    def thaw(self, name: str) -> None:
        """Let it go on."""
        send(family_of(self.pid(name))[::-1], signal.SIGCONT)

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Within, whatever has died is started again after a second, as compose and systemd do."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(over,), name="watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(WATCH_SECONDS):
            dead = [name for name, started in list(self.started.items()) if not is_alive(started.pid)]
            if dead and not over.wait(RESTART_SECONDS):
                for name in dead:
                    self._restart(name)

    def _restart(self, name: str) -> None:
        """Unless somebody stopped it, or started it again, in the meantime."""
        if name in self.started and not self.is_running(name):
            self.start(name)

    def _log_file(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def _row(name: str) -> Process:
    return {process.name: process for process in processes()}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A whole county on this machine, with servers of its own."""

    postgres: PrivatePostgres
    rabbit: PrivateRabbit
    fleet: Fleet
    secrets: Path

    def base_url(self, service: str) -> str:
        """Where a service's web process answers."""
        return self.fleet.base_url(service)


@contextlib.contextmanager
def county(*, extra: Mapping[str, str] = PLAIN) -> Iterator[County]:
    """Servers, secrets, databases and every process, ready; all of it is gone at the end."""
    from deploy.services import follows  # noqa: PLC0415  loads every service

    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanxun-county-")))
        postgres, rabbit = create_postgres(), create_rabbit()
        stack.callback(rabbit.remove)
        stack.callback(postgres.remove)
        kept = folder / "secrets"
        servers = secrets.Servers(postgres=postgres.address, rabbit=rabbit.address)
        secrets.create(kept, follows=follows(), servers=servers)
        rabbit.load_at_start(kept / "rabbitmq_definitions")
        ports = {deployed.name: free_port() for deployed in DEPLOYED}
        fleet = Fleet(place=this_machine(kept, ports=ports), logs=folder, extra=extra)
        stack.callback(fleet.stop_all)
        with ThreadPoolExecutor(max_workers=1) as beside:  # the broker takes seconds, the databases too
            broker_started = beside.submit(rabbit.start)
            postgres.start()
            fleet.migrate()
            broker_started.result()
        fleet.start_all()
        yield County(postgres=postgres, rabbit=rabbit, fleet=fleet, secrets=kept)
