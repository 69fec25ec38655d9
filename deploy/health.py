"""The health check of a container: `python -m deploy.health web|worker`; it loads little and runs often."""

import http.client
import os
import sys
from collections.abc import Sequence
from pathlib import Path

WAIT_SECONDS = 5
QUIET_SECONDS_MAX = 90
"""A worker may be at one handler for a minute before it ends itself."""


def web_is_ready(port: int) -> bool:
    """Whether the web process on that port of this machine says so."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def quiet_seconds(database_url: str) -> float | None:
    """How long the quietest part of a service's worker has shown no sign of life; None if it never did."""
    import psycopg  # noqa: PLC0415  a web process's check does without it

    question = "SELECT extract(epoch FROM now() - min(at)) FROM heartbeats"
    try:
        with psycopg.connect(database_url, connect_timeout=WAIT_SECONDS) as connection:
            row = connection.execute(question).fetchone()
    except psycopg.Error:
        return None
    return None if row is None or row[0] is None else float(row[0])


def worker_is_alive() -> bool:
    """Whether every part of this container's worker was seen at work not long ago."""
    url = Path(os.environ["YANXUN_DATABASE_URL_FILE"]).read_text(encoding="utf-8").strip()
    quiet = quiet_seconds(url)
    return quiet is not None and quiet < QUIET_SECONDS_MAX


def main(arguments: Sequence[str]) -> int:
    """0 healthy, 1 not, 2 bad use."""
    match arguments:
        case ["web"]:
            return 0 if web_is_ready(int(os.environ["YANXUN_BIND"].rpartition(":")[2])) else 1
        case ["worker"]:
            return 0 if worker_is_alive() else 1
        case _:
            sys.stderr.write("用法 / usage: python -m deploy.health web|worker\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
