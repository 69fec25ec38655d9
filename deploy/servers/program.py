"""What private servers share: programs, free ports, signals that reach a whole family of processes."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.05
STOP_SECONDS_MAX = 30.0
RUN_SECONDS_MAX = 60.0
SYSTEM_FOLDERS = ("/usr/sbin", "/sbin")
"""Where Debian puts servers; a user's path may leave them out."""
PORTS = range(15_000, 32_000)
"""Below those a system gives to outgoing connections: a server that was killed finds its own free again."""


_given: set[int] = set()
"""What was given out in this process is nobody else's, also before it is listened on."""


class ProgramMissing(Exception):
    """A server program is not installed; the text names the Debian package that brings it."""

    def __init__(self, *, program: str, package: str) -> None:
        super().__init__(
            f"找不到程序 {program}，请安装 Debian 软件包 {package} / "
            f"{program} is missing; install the Debian package {package}"
        )


class ServerFailed(Exception):
    """A private server did not come up, or did not go away, in time."""


def free_port() -> int:
    """A port nobody uses at this moment, drawn by lot, so that two who draw at once hardly meet."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        if port in _given:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


def find_program(name: str, *, package: str) -> Path:
    """The program on the search path, or where the system keeps its servers."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS]))
    if found is None:
        raise ProgramMissing(program=name, package=package)
    return Path(found)


def run(
    command: Sequence[str],
    *,
    check: bool = True,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> str:
    """Run a program of the server's to its end, as that user, and return what it printed."""
    done = subprocess.run(  # noqa: S603  the command is our own
        command,
        check=check,
        capture_output=True,
        text=True,
        cwd="/",
        env=environment,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        timeout=RUN_SECONDS_MAX,
    )
    return done.stdout


def wait_until(is_done: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Look again and again until it is so; past the time, say what did not happen."""
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise ServerFailed(f"{seconds:.0f} 秒内未完成 / not within {seconds:.0f} s: {what}")
        time.sleep(POLL_SECONDS)


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that ended and waits for its parent does not.

    Its state is read before it is reaped, not after: a child of ours that ended in between would stay behind
    as somebody whom PostgreSQL, starting anew, takes for a server that runs.
    """
    state, _ = _state_and_parent(pid)
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass  # Not our child, or reaped already: its entry in /proc tells.
    return state not in {"", "Z", "X"}


def family_of(pid: int) -> list[int]:
    """The process and all its descendants, eldest first.

    A process group is not enough: every PostgreSQL backend opens a session of its own.
    """
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            children.setdefault(_state_and_parent(int(entry.name))[1], []).append(int(entry.name))
    family = [pid]
    for member in family:
        family.extend(children.get(member, []))
    return family


def _state_and_parent(pid: int) -> tuple[str, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", 0
    return fields[0], int(fields[1])


def send(pids: Sequence[int], signal_number: signal.Signals) -> None:
    """Send the signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            continue


def freeze(pids: Sequence[int]) -> None:
    """Stop processes; returns when they stand still.

    The signal is taken by one thread, which stops the others once it runs: on a busy machine they go on
    working, and answering, until then.
    """
    send(pids, signal.SIGSTOP)
    wait_until(lambda: all(map(_stands_still, pids)), seconds=STOP_SECONDS_MAX, what=f"freeze {pids}")


def _stands_still(pid: int) -> bool:
    """Whether every thread of a process is stopped, or gone."""
    threads = Path(f"/proc/{pid}/task")
    try:
        states = [(one / "stat").read_text().rpartition(")")[2].split()[0] for one in threads.iterdir()]
    except OSError:  # one of them ended meanwhile
        return not threads.exists()
    return set(states) <= {"T", "t", "Z", "X"}


def kill_family(pid: int) -> None:
    """SIGKILL for a process and its descendants; it is frozen first, so that none escapes by a new birth."""
    freeze([pid])
    family = family_of(pid)
    send(family, signal.SIGKILL)
    wait_until(
        lambda: not any(is_alive(member) for member in family),
        seconds=STOP_SECONDS_MAX,
        what=f"kill -9 {pid}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateServer(ABC):
    """One server in a folder of its own, which holds all its state: a copy of the value works too."""

    home: Path
    port: int

    @abstractmethod
    def start(self) -> None:
        """Bring it up, also after any of the ends below; return when it accepts connections."""

    @abstractmethod
    def wipe(self) -> None:
        """Kill it and delete its data directory, as a lost disk would; `start` then begins empty."""

    def stop(self) -> None:
        """The orderly end."""
        self._end_by(self._orderly_signal)

    def kill9(self) -> None:
        """The end without warning, for the server and all its children at once."""
        if self.is_running():
            kill_family(self.pid)

    def freeze(self) -> None:
        """Stop the clock for it: connections stay open and nothing answers."""
        freeze(family_of(self.pid))

    def thaw(self) -> None:
        """Let it go on, the children before their parent."""
        send(family_of(self.pid)[::-1], signal.SIGCONT)

    def remove(self) -> None:
        """Kill it and delete everything it ever wrote."""
        self.kill9()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process started last; 0 before the first start."""
        file = self.home / "server.pid"
        return int(file.read_text()) if file.exists() else 0

    def is_running(self) -> bool:
        """Whether the server process is there, frozen or not."""
        return self.pid > 0 and is_alive(self.pid)

    @property
    def _orderly_signal(self) -> signal.Signals:
        return signal.SIGTERM

    def _end_by(self, signal_number: signal.Signals) -> None:
        if not self.is_running():
            return
        pid = self.pid
        send([pid], signal_number)
        wait_until(lambda: not is_alive(pid), seconds=STOP_SECONDS_MAX, what=f"stop {self.home.name}")

    def _launch(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, user: str | None = None
    ) -> None:
        """Start it in its own process group, so that a Ctrl-C meant for us does not reach it."""
        with (self.home / "output.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  the command is our own
                command,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        (self.home / "server.pid").write_text(str(process.pid))
        process.returncode = (
            0  # It is signalled and awaited by its id; Popen need not warn that it still runs.
        )

    def _wait_ready(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        what = f"start {self.home.name}"
        wait_until(lambda: is_ready() or not self.is_running(), seconds=seconds, what=what)
        if not self.is_running():
            tail = (self.home / "output.log").read_text(errors="replace")[-2000:]
            raise ServerFailed(f"服务器未能启动 / the server did not start: {self.home.name}\n{tail}")
