"""A private PostgreSQL: its own folder, port and processes, started as root or not."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.servers.program import PrivateServer, ProgramMissing, find_program, free_port, run

PACKAGE = "postgresql"
SUPERUSER = "postgres"
DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
START_SECONDS_MAX = 60.0
CARELESS = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
"""Nothing waits for the disk: for databases that nobody wants back."""


def tool(name: str) -> Path:
    """A program of the newest PostgreSQL there is; Debian keeps the server's off the search path."""
    folders = sorted(DEBIAN_VERSIONS.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    return find_program(name, package=PACKAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePostgres(PrivateServer):
    """Trusts every local connection: it lives for one run and listens on the loopback address only."""

    durable: bool = True
    """Whether a commit is on the disk before it is answered."""

    @property
    def url(self) -> str:
        """Where its superuser signs in."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/postgres"

    @property
    def address(self) -> str:
        """Host and port, as other addresses are built from."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin a new cluster when there is none, else recover the one that is there."""
        if not self._data.exists():
            self._create_cluster()
        options = [
            "-k",
            str(self.home),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "recovery_init_sync_method=syncfs",
            "-p",
            str(self.port),
        ]
        care = () if self.durable else CARELESS
        self._launch([str(tool("postgres")), "-D", str(self._data), *options, *care], user=_user())
        self._wait_ready(self._is_ready, seconds=START_SECONDS_MAX)

    def stop_at_once(self) -> None:
        """The `immediate` stop: no checkpoint, so that the next start must recover."""
        self._end_by(signal.SIGQUIT)

    def wipe(self) -> None:
        """Kill it and delete the cluster."""
        self.kill9()
        shutil.rmtree(self._data)

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def _orderly_signal(self) -> signal.Signals:
        return signal.SIGINT  # "Fast": open connections are cut; SIGTERM would wait for them.

    def _is_ready(self) -> bool:
        try:
            run([str(tool("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)])
        except subprocess.CalledProcessError:
            return False
        return True

    def _create_cluster(self) -> None:
        options = ["-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        run([str(tool("initdb")), "-D", str(self._data), *options], user=_user())


def _user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings a user of its own."""
    return SUPERUSER if os.geteuid() == 0 else None


def create_postgres(*, durable: bool = True) -> PrivatePostgres:
    """A server in a new folder, not yet started. The caller removes it."""
    tool("initdb")
    home = Path(tempfile.mkdtemp(prefix="yanxun-postgres-"))
    home.chmod(0o755)
    user = _user()
    if user:
        try:
            shutil.chown(home, user, user)
        except LookupError as unknown_user:
            home.rmdir()
            raise ProgramMissing(program=f"user {user}", package=PACKAGE) from unknown_user
    return PrivatePostgres(home=home, port=free_port(), durable=durable)


@contextlib.contextmanager
def postgres() -> Iterator[PrivatePostgres]:
    """A started server that is gone, with all its data, at the end."""
    server = create_postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()
