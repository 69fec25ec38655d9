"""F1: a web process is killed while people write; whoever asks again with the same key gets one effect.

For PR1 and PR2: an answer is kept, and an event leaves if and only if its transaction committed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from deploy import cast, health
from deploy.processes import ROOT
from deploy.servers import free_port
from deploy.servers.program import family_of, kill_family, send, wait_until
from shared.client import Client
from tests.faults.county import FaultCounty
from tests.person import Person

WRITERS = 3
READY_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The web process of activities: gunicorn and its children."""

    pid: int
    port: int
    door: Client

    def children(self) -> list[int]:
        """Those who answer."""
        return family_of(self.pid)[1:]

    def wait_ready(self) -> None:
        """Until it answers and nobody is missing."""
        wait_until(
            lambda: len(self.children()) == WRITERS - 1 and health.web_is_ready(self.port),
            seconds=READY_SECONDS_MAX,
            what="web",
        )


@pytest.fixture
def web(county: FaultCounty) -> Iterator[Web]:
    """Started as a county starts it."""
    port = free_port()
    told = {"YANXUN_BIND": f"127.0.0.1:{port}", "YANXUN_WEB_PROCESSES": str(WRITERS - 1)}
    with (county.folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "web", "activities"],
            cwd=ROOT,
            env=os.environ | county.workers.told("activities") | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    started = Web(pid=process.pid, port=port, door=Client.over_http(f"http://127.0.0.1:{port}"))
    try:
        started.wait_ready()
        yield started
    finally:
        started.door.http.close()
        kill_family(process.pid)
        process.wait()


def over_http(county: FaultCounty, web: Web) -> Person:
    """Wu, at the door of that process."""
    person = county.as_person(cast.WU)
    token = person.clients["activities"].token
    assert token is not None
    return Person(id=person.id, clients={"activities": web.door.signed_in(token)})


@pytest.mark.trials(1000)
def test_f1_a_web_process_killed_under_load_answers_for_every_key_once(
    county: FaultCounty, web: Web, chance: Random, trials: int
) -> None:
    for _ in range(trials):
        with county.load(via=over_http(county, web), writers=WRITERS):
            time.sleep(chance.uniform(0, 1))
            send([chance.choice(web.children())], signal.SIGKILL)
            time.sleep(chance.uniform(0, 0.5))
        web.wait_ready()
        county.whole_again()
