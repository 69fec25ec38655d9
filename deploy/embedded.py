"""The whole platform in one process: a SQLite file a service, an in-process bus, one HTTP server."""

import fcntl
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cheroot.wsgi import Server
from sqlalchemy import func, select, update

from deploy import secrets
from deploy.loops import guarded, run_both, take_lease, utc_now
from deploy.services import SERVICES, follows
from services.console import service as console
from shared import inbox, log, migrations
from shared.bus import MemoryBus
from shared.client import Client
from shared.db import make_engine
from shared.kernel_tables import outbox, stream, stream_positions
from shared.relay import Lease
from shared.service import Running
from shared.settings import Mode, Settings
from shared.web import create_app
from shared.web.current import Clock

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

HTTP_THREADS = 16
SETTING_UP = "setting-up"
"""A file that stands in the folder while its first county is being entered and nobody is served yet."""
API = "/api/"


class AlreadyRunning(Exception):
    """Another process has this data folder open; two would spoil each other's work."""


@dataclass(slots=True)
class Embedded:
    """The platform of one folder. `start` sets it to work; tests take its steps themselves."""

    folder: Path
    running: Mapping[str, Running]
    apps: Mapping[str, WsgiApp]
    """One HTTP door a service, and the console's pages."""
    bus: MemoryBus
    lock: IO[str]
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One origin, as behind the county's proxy: /api/<service>/... and the pages."""
        path = environ.get("PATH_INFO", "")
        name = path[len(API) :].split("/", 1)[0] if path.startswith(API) else console.NAME
        return self.apps.get(name, self.apps[console.NAME])(environ, start_response)

    def client(self, service: str, *, token: str | None = None) -> Client:
        """Speaks to a service of this process through its HTTP door."""
        return Client.in_process(self.apps[service], token=token)

    def start(self) -> None:
        """Publish again what nobody has recorded, then keep every service going in a thread of its own."""
        replay_unrecorded(self.running, now=utc_now())
        self.take_leases()
        for name, running in self.running.items():
            target = guarded(name, _loop(running, self.bus, self.stop, lease=self.leases[name]), self.stop)
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self.threads.append(thread)

    def take_leases(self) -> None:
        """The right to relay, for every service; given back by `close`."""
        for name, running in self.running.items():
            lease = take_lease(running)
            if lease is None:
                raise AlreadyRunning(f"{self.folder}: {name}")
            self.leases[name] = lease

    def close(self) -> None:
        """Let every thread finish what it has in hand."""
        self.stop.set()
        for running in self.running.values():
            running.bell.ring()
        for thread in self.threads:
            thread.join(timeout=10)
        for lease in self.leases.values():
            lease.release()
        for running in self.running.values():
            running.engine.dispose()
        self.lock.close()


def _loop(running: Running, bus: MemoryBus, stop: threading.Event, *, lease: Lease) -> Callable[[], None]:
    def loop() -> None:
        run_both(running, bus, stop, lease=lease)

    return loop


def assemble(folder: Path, *, deployment: str = "demo", clock: Clock = utc_now) -> Embedded:
    """Open a data folder, made if needed, bring its databases up to date, and put the platform together."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _lock(folder)
    _discard_unfinished(folder)
    settings = _settings(folder, deployment)
    bus = MemoryBus(follows())
    running = {}
    for service in SERVICES:
        own = settings(service.name)
        engine = make_engine(own.database_url)
        migrations.upgrade(engine, service.migrations)
        running[service.name] = Running(service=service, engine=engine, settings=own)
        bus.wake(service.name, running[service.name].bell.ring)
    apps: dict[str, WsgiApp] = {name: create_app(one, clock=clock).wsgi_app for name, one in running.items()}
    apps[console.NAME] = _console(settings(console.NAME), apps, clock=clock)
    return Embedded(folder=folder, running=running, apps=apps, bus=bus, lock=lock)


def _console(settings: Settings, apps: Mapping[str, WsgiApp], *, clock: Clock) -> WsgiApp:
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine, console.migrations)
    clients = {name: Client.in_process(app) for name, app in apps.items()}
    app: WsgiApp = console.create_app(engine=engine, settings=settings, clients=clients, clock=clock).wsgi_app
    return app


def _discard_unfinished(folder: Path) -> None:
    """A first start that was cut off left half a county, which nobody has seen: begin it anew."""
    if (folder / SETTING_UP).exists():
        for file in folder.glob("*.sqlite3*"):
            file.unlink()


def _lock(folder: Path) -> IO[str]:
    handle = (folder / "yanxun.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise AlreadyRunning(str(folder)) from None
    return handle


def _settings(folder: Path, deployment: str) -> Callable[[str], Settings]:
    """The settings of each service, with keys made once and kept in the folder."""
    keys = folder / "secrets"
    secrets.create_embedded(keys)
    jwks = json.loads(secrets.read(keys, "jwks"))
    signing_key = json.loads(secrets.read(keys, "signing_key"))

    def settings(name: str) -> Settings:
        return Settings(
            mode=Mode.EMBEDDED,
            deployment=deployment,
            database_url=f"sqlite:///{folder / name}.sqlite3",
            broker_url="memory://",
            jwks=jwks,
            jwks_file=keys / "jwks",
            signing_key=signing_key if name == "directory" else None,
            signing_key_file=keys / "signing_key" if name == "directory" else None,
            console_secret=secrets.read(keys, "console_secret"),
            lock_dir=folder,
            secure_cookies=False,  # no TLS on the loopback address
        )

    return settings


def replay_unrecorded(running: Mapping[str, Running], *, now: datetime) -> None:
    """The transport forgot all with the last process: publish again what some follower has not recorded."""
    for one in running.values():
        with one.engine.begin() as connection:
            inbox.sweep(connection, now=now, heads_said=one.heads_said)
    for producer, one in running.items():
        followers = [each for each in running.values() if producer in each.service.follows]
        with one.engine.begin() as connection:
            incarnation = connection.execute(select(stream.c.incarnation)).scalar()
            if incarnation is None or not followers:
                continue
            recorded = min(_recorded(each, producer, incarnation) for each in followers)
            missing = update(outbox).where(outbox.c.seq > recorded).values(published_at=None)
            again = connection.execute(missing).rowcount
        if again:
            log.logger().info("publishing again", service=producer, events=again)


def _recorded(follower: Running, producer: str, incarnation: object) -> int:
    position = stream_positions.c
    asked = select(func.coalesce(func.max(position.contiguous), 0)).where(
        position.producer == producer, position.incarnation == incarnation
    )
    with follower.engine.begin() as connection:
        return int(connection.execute(asked).scalar_one())


def serve(platform: Embedded, *, host: str, port: int) -> Server:
    """An HTTP server in front of the platform, not yet started."""
    return Server((host, port), platform, numthreads=HTTP_THREADS, server_name="yanxun")
