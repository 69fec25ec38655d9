"""`yanxun county load`: a generated county ends up in a running platform, also when the load is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cheroot.wsgi import Server
from click.testing import CliRunner
from werkzeug.wrappers import Request, Response

from deploy.cast import PASSWORD, QIAN
from deploy.cli import main
from deploy.processes import ROOT
from deploy.servers import free_port
from deploy.servers.program import wait_until
from shared.client import Client, Problem
from tests.deploy.county_files import keep_schools, keep_sessions, said_by, standing_in
from tests.up import start_up

READY_SECONDS_MAX = 90.0
END_SECONDS_MAX = 30.0
LOAD_SECONDS_MAX = 300.0
DESKS = 10
"""So many requests pass the door at once: more than a load asks side by side."""
SCHOOLS = ("S01002", "S01003", "S05001", "S05002", "S18001")
"""Of fourteen: with an attendance that is taken back, transfers, and somebody who comes in spring."""
LAST_DAY = "2024-09-13"
"""The whole year has tens of thousands of attendances; two weeks show as much."""

KILLS = (("/apply", 3, "plans"), ("/approve", 3, "sessions"), ("/past-sessions", 3, "attendance"))
"""At which request of which path: amid rosters, plans, sessions; and what is not whole by then."""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Some schools of a small county and the first two weeks of their year."""
    folder = tmp_path / "county"
    made = CliRunner().invoke(main, ["county", "generate", "--scale", "0.02", "--out", str(folder)])
    assert made.exit_code == 0, made.output
    keep_schools(folder, SCHOOLS)
    keep_sessions(folder, until=LAST_DAY)
    return folder


@dataclass(slots=True, kw_only=True)
class Door:
    """Passes on to the platform; at one request it kills whoever asks, and passes it on all the same."""

    platform: httpx.Client
    path: str
    """How the path ends that is waited for."""
    left: int
    """At which request of that path, counted down."""
    victim: "subprocess.Popen[str] | None" = None
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = Request(environ)
        if asked.method == "POST" and asked.path.endswith(self.path):
            with self.lock:
                self.left -= 1
                if self.left == 0 and self.victim:
                    self.victim.kill()
                    self.victim.wait()
        headers = {name: value for name, value in asked.headers if name not in ("Host", "Connection")}
        answer = self.platform.request(
            asked.method, asked.full_path, content=asked.get_data(), headers=headers
        )
        shown = Response(answer.content, answer.status_code, content_type=answer.headers.get("Content-Type"))
        return shown(environ, start_response)


@contextmanager
def door_to(url: str, *, path: str, time: int) -> Iterator[Door]:
    """Open until all that came has been passed on."""
    with httpx.Client(base_url=url, timeout=LOAD_SECONDS_MAX) as platform:
        door = Door(platform=platform, path=path, left=time)
        server = Server(("127.0.0.1", 0), door, numthreads=DESKS)
        server.prepare()
        door.url = f"http://127.0.0.1:{server.bind_addr[1]}"
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            server.stop()
            thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform that was started with nothing in it but the county office."""

    url: str
    folder: Path

    def load(self, written: Path, *options: str, by: str) -> "subprocess.Popen[str]":
        """Begin to load a county by the door at this address."""
        told = {"YANXUN_URL": by, "YANXUN_USERNAME": QIAN.username, "YANXUN_PASSWORD": PASSWORD}
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "county", "load", str(written), *options],
            cwd=ROOT,
            env=os.environ | told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def loaded(self, written: Path, *options: str) -> str:
        """Load it to the end; what the command says."""
        with self.load(written, *options, by=self.url) as process:
            said, _ = process.communicate(timeout=LOAD_SECONDS_MAX)
        assert process.returncode == 0, said
        return said

    def killed(self, written: Path, *, path: str, time: int) -> None:
        """Load it until that request of these is on its way: it arrives, and nobody reads the answer."""
        with (
            door_to(self.url, path=path, time=time) as door,
            self.load(written, by=door.url) as process,
        ):
            door.victim = process
            said, _ = process.communicate(timeout=LOAD_SECONDS_MAX)
        assert process.returncode == -signal.SIGKILL, said


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A new one for each test."""
    port = free_port()
    url, data = f"http://127.0.0.1:{port}", tmp_path / "data"
    process = start_up(data, port=port, log=tmp_path / "up.log", begin_with="bare")
    nobody = Client.over_http(url)

    def answers() -> bool:
        try:
            return bool(nobody.get("/api/directory/readyz")["ready"])
        except Problem:
            return False

    try:
        wait_until(lambda: answers() or process.poll() is not None, seconds=READY_SECONDS_MAX, what="up")
        assert process.poll() is None, (tmp_path / "up.log").read_text()
        yield Platform(url=url, folder=data)
    finally:
        nobody.http.close()
        process.terminate()
        process.wait(END_SECONDS_MAX)


@pytest.mark.timeout(900)  # half a minute of work, on whatever else the machine is doing
def test_a_load_that_is_killed_in_each_of_its_parts_and_begun_again_leaves_what_the_files_say(
    platform: Platform, written: Path
) -> None:
    said = said_by(written)

    for path, time, lacking in KILLS:
        platform.killed(written, path=path, time=time)
        assert standing_in(platform.folder)[lacking] != said[lacking], path
    platform.killed(written, path="/revocations", time=1)
    once = platform.loaded(written)

    assert standing_in(platform.folder) == said
    assert f"出勤 {said['attendance'].total():,} 条" in once
    audit = CliRunner().invoke(main, ["audit", "--data", str(platform.folder)])
    assert audit.exit_code == 0, audit.output
    again = platform.loaded(written, "--no-wait")
    assert "名册 0 行" in again
    assert standing_in(platform.folder) == said


def test_a_year_that_has_not_begun_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    about = {"seed": "s", "scale": 0.02, "year": 2098, "digest": "d"}
    (tmp_path / "county.json").write_text(json.dumps(about), encoding="utf-8")

    answer = CliRunner().invoke(main, ["county", "load", str(tmp_path)])

    assert answer.exit_code == 2
    assert "2098年9月1日" in answer.output


def test_a_folder_that_holds_no_county_is_refused(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["county", "load", str(tmp_path)])

    assert answer.exit_code == 2
    assert "county.json" in answer.output
