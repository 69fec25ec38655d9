"""`yanxun county load`: a generated county ends up in a running platform, also when the load is killed."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.cast import PASSWORD, QIAN
from deploy.cli import main
from deploy.county.load.run import NAMES
from deploy.processes import ROOT
from deploy.servers import free_port
from deploy.servers.program import wait_until
from shared.client import Client, Problem
from tests.up import start_up

READY_SECONDS_MAX = 90.0
END_SECONDS_MAX = 30.0
LOAD_SECONDS_MAX = 300.0
LAST_DAY = "2024-09-13"
"""The whole year has tens of thousands of attendances; two weeks show as much."""
KINDS = {name.split("-")[1]: name for name in NAMES.values()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county and the first two weeks of its year."""
    folder = tmp_path_factory.mktemp("county")
    made = CliRunner().invoke(main, ["county", "generate", "--scale", "0.02", "--out", str(folder)])
    assert made.exit_code == 0, made.output
    kept = set(keep(folder / f"{KINDS['活动']}.csv", lambda row: row["开始时间"][:10] <= LAST_DAY))
    for name in ("出勤", "撤销"):
        keep(folder / f"{KINDS[name]}.csv", lambda row: row["活动编号"] in kept)
    return folder


def keep(path: Path, wanted: Callable[[dict[str, str]], bool]) -> list[str]:
    """Leave only these rows in a file; the first cell of each."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if wanted(row)]
        headings = list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows)
    return [row[headings[0]] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform that was started with nothing in it but the county office."""

    url: str
    folder: Path
    nobody: Client

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        door = {"YANXUN_URL": self.url, "YANXUN_USERNAME": QIAN.username, "YANXUN_PASSWORD": PASSWORD}
        return os.environ | door

    def load(self, written: Path) -> "subprocess.Popen[str]":
        """Begin to load a county."""
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "county", "load", str(written)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def loaded(self, written: Path) -> str:
        """Load it to the end; what the command says."""
        process = self.load(written)
        said, _ = process.communicate(timeout=LOAD_SECONDS_MAX)
        assert process.returncode == 0, said
        return said

    def door(self) -> Client:
        """As the county office."""
        token = self.nobody.post(
            "/api/directory/v1/sign-in", {"username": QIAN.username, "password": PASSWORD}
        )["token"]
        return self.nobody.signed_in(token)

    def state(self) -> Any:
        """Where every school stands, and how many sessions there are."""
        door = self.door()
        board = door.get("/api/credits/v1/board", school_year=2024)
        sessions, cursor = 0, None
        while True:
            page = door.get("/api/activities/v1/sessions", cursor=cursor, limit=200)
            sessions += len(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                break
        numbers = ("name", "teachers", "met", "average_hundredths")
        return sessions, sorted(tuple(school[name] for name in numbers) for school in board["schools"])


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
        yield Platform(url=url, folder=data, nobody=nobody)
    finally:
        nobody.http.close()
        process.terminate()
        process.wait(END_SECONDS_MAX)


def rows_in(written: Path, name: str) -> int:
    """How many rows a file has."""
    with (written / f"{KINDS[name]}.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def test_a_county_is_brought_in_whole_and_killed_in_the_middle_it_ends_the_same(
    platform: Platform, written: Path
) -> None:
    begun = platform.load(written)
    wait_until(lambda: has_sessions(platform), seconds=LOAD_SECONDS_MAX, what="the first sessions")
    begun.send_signal(signal.SIGKILL)
    begun.communicate()

    said = platform.loaded(written)
    once = platform.state()
    again = platform.loaded(written)

    assert f"出勤 {rows_in(written, '出勤'):,} 条" in said
    assert once[0] > 0
    assert sum(average for *_, average in once[1]) > 0
    assert platform.state() == once, again
    audit = CliRunner().invoke(main, ["audit", "--data", str(platform.folder)])
    assert audit.exit_code == 0, audit.output


def has_sessions(platform: Platform) -> bool:
    """Whether anything has been entered."""
    return bool(platform.door().get("/api/activities/v1/sessions", limit=1)["items"])


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
