"""How fast the machine is, said beside every figure that is not a ratio."""

import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import psycopg
from kombu import Connection

from deploy.broker import QUEUE_ARGUMENTS
from deploy.servers import PrivatePostgres
from tests.bench import doors, latency
from tests.bench.county import BenchCounty
from tests.bench.figures import Kind, Round, Row, Rows
from tests.bench.peers.contest import PEERS
from tests.bench.progress import Step

SYNCS = 200
BLOCK = b"\0" * 8_192
COMMIT_SECONDS = 2.0
HELLO_SECONDS = 2.0
LIBRARIES = ("kombu", "amqp", "psycopg", "sqlalchemy", "flask", "gunicorn")


def _row(key: str, title: str, unit: str) -> Row:
    return Row(key=f"machine.{key}", title=title, kind=Kind.MACHINE, unit=unit, count=1)


def calibrate(county: BenchCounty, rows: Rows) -> Iterator[Step]:
    """The disk, a commit, an answer, and what a look of the observer costs."""
    yield Step("calibration: fdatasync")
    sync_ms = fdatasync_ms(county.folder)
    rows.note(_row("fdatasync", "fdatasync of 8 KiB", "ms"), Round(value=sync_ms))
    yield Step("calibration: one-row commits")
    commits = commits_a_second(county.postgres)
    rows.note(_row("commits", "one-row commits, one connection", "a second"), Round(value=commits))
    yield Step("calibration: hello-world")
    with doors.hello_server() as port:
        doors.greet(county.folder, port, HELLO_SECONDS / 2)
        load = doors.greet(county.folder, port, HELLO_SECONDS)
    rows.note(_row("hello", "hello-world, gthread", "a second"), Round(value=load.a_second))
    yield Step("calibration: the observer")
    look_ms = latency.observer_ms(county.running["credits"])
    rows.note(_row("observer", "one look of the observer", "ms"), Round(value=look_ms))


STEPS = 4


def fdatasync_ms(folder: Path) -> float:
    """The middle of many."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(SYNCS):
            file.write(BLOCK)
            file.flush()
            began = time.monotonic()
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - began)
    return sorted(took)[SYNCS // 2] * 1_000


def commits_a_second(server: PrivatePostgres) -> float:
    """Of one row each, one after the other over one connection."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS calibration (id bigserial PRIMARY KEY, value int)")
        began, done = time.monotonic(), 0
        while time.monotonic() - began < COMMIT_SECONDS:
            connection.execute("INSERT INTO calibration (value) VALUES (1)")
            done += 1
        return done / (time.monotonic() - began)


def versions() -> Mapping[str, str]:
    """Of whatever a figure depends on."""
    named = [*LIBRARIES, *(peer.library for peer in PEERS)]
    return {
        "python": platform.python_version(),
        **{name: found for name in named if (found := _version(name))},
    }


def server_versions(county: BenchCounty) -> Mapping[str, str]:
    """Of the two servers, and what kind of queues the product declares."""
    with psycopg.connect(county.postgres.url) as connection:
        told = connection.execute("SHOW server_version").fetchone()
    with Connection(county.broker_url, connect_timeout=10) as broker:
        broker.connect()
        properties = broker.connection.server_properties
    return {
        "postgresql": str(told[0]) if told else "",
        "rabbitmq": str(properties["version"]),
        "queue_type": str(QUEUE_ARGUMENTS["x-queue-type"]),
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def commit() -> str:
    """What of the code was measured; with a mark when files differ from it, empty without git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
