"""A peer's round: its consumer is started and waited for, its publisher let go, the last row watched for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import psycopg
from kombu import Connection

from deploy.servers.program import ServerFailed, kill_family, send, wait_until
from tests.bench import limits
from tests.bench.figures import Round
from tests.bench.peers.store import QUEUE
from tests.bench.watching import NeverArrived, until

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 20.0
SETTLE_SECONDS = 1.0
"""A consumer that has just signed in is given this long to have all its threads or processes."""
HERE = "tests.bench.peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Somebody who does the same job: one message, one transaction and one confirm an attendee."""

    name: str
    title: str
    library: str
    consumer: Sequence[str]
    """What follows `python -m`."""


PEERS: Sequence[Peer] = (
    Peer(
        name="celery",
        title="Celery: acks late, confirms, quorum queue, prefork 2",
        library="celery",
        consumer=(
            *("celery", "-A", f"{HERE}.with_celery", "worker", "-c", "2", "-l", "ERROR"),
            *("--without-gossip", "--without-mingle"),
        ),
    ),
    Peer(
        name="dramatiq",
        title="dramatiq: confirm_delivery, 2 x 8 threads",
        library="dramatiq",
        consumer=("dramatiq", f"{HERE}.with_dramatiq", "-p", "2", "-t", "8"),
    ),
    Peer(
        name="faststream",
        title="FastStream tuned: no log, prefetch 500, gathered publish, quorum queue",
        library="faststream",
        consumer=(f"{HERE}.with_faststream",),
    ),
    Peer(
        name="kombu",
        title="kombu ConsumerMixin: prefetch 100, confirms, quorum queue",
        library="kombu",
        consumer=(f"{HERE}.with_kombu",),
    ),
)


@cache
def are_installed() -> bool:
    """Whether all of them are there: the best of some would be another yardstick."""
    return not {peer.library for peer in PEERS} - {one.name.lower() for one in metadata.distributions()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Where the peers meet: the county's own broker, and a database of the product's table shapes."""

    broker_url: str
    database_url: str
    logs: Path

    def round(self, peer: Peer, count: int) -> Round:
        """Seconds from the first publish to the last committed row."""
        self._delete_queue(peer)
        limits.empty(self.database_url)
        with self._consumer(peer), self._publisher(peer, count) as publisher:
            seconds = self._timed(publisher, count)
        findings = limits.findings(self.database_url, expected=count)
        return Round(value=seconds or 0.0, findings=findings if seconds else ("it did not finish", *findings))

    def _timed(self, publisher: "subprocess.Popen[str]", count: int) -> float | None:
        assert publisher.stdin is not None
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            began = time.monotonic()
            publisher.stdin.write("go\n")
            publisher.stdin.flush()

            def all_there() -> bool:
                found = connection.execute("SELECT count(*) FROM ledger_entries").fetchone()
                return found is not None and found[0] >= count

            try:
                return until(all_there) - began
            except NeverArrived:
                return None

    @contextmanager
    def _consumer(self, peer: Peer) -> Iterator[None]:
        """In a process group of its own, ready before anything is published."""
        with (self.logs / f"peer-{peer.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *peer.consumer],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(
                lambda: self._consumers(peer) > 0 or process.poll() is not None,
                seconds=START_SECONDS_MAX,
                what=f"start {peer.name}",
            )
            if process.poll() is not None:
                raise ServerFailed(f"{peer.name} ended: see {self.logs}")
            time.sleep(SETTLE_SECONDS)
            yield
        finally:
            send([process.pid], signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                kill_family(process.pid)

    @contextmanager
    def _publisher(self, peer: Peer, count: int) -> "Iterator[subprocess.Popen[str]]":
        """With its messages made, waiting for a line."""
        command = [sys.executable, "-m", f"{HERE}.publish", f"with_{peer.name}", str(count)]
        with (self.logs / f"peer-{peer.name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        with process:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise ServerFailed(f"{peer.name} cannot publish: see {self.logs}")
            yield process

    def _environment(self) -> dict[str, str]:
        return os.environ | {"BENCH_BROKER_URL": self.broker_url, "BENCH_DATABASE_URL": self.database_url}

    def _consumers(self, peer: Peer) -> int:
        with Connection(self.broker_url, connect_timeout=10) as connection, connection.channel() as channel:
            try:
                declared = channel.queue_declare(QUEUE.format(peer.name), passive=True)
            except connection.channel_errors:
                return 0
            return int(declared.consumer_count)

    def _delete_queue(self, peer: Peer) -> None:
        with Connection(self.broker_url, connect_timeout=10) as connection, connection.channel() as channel:
            channel.queue_delete(QUEUE.format(peer.name))
