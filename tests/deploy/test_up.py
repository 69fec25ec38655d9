"""`yanxun up` on a new folder: a small county that has lived up to today, then one activity told."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from deploy import cast, opened
from deploy.cli import main
from deploy.county.load.registers import registers
from deploy.county.load.sessions import is_over, portions
from deploy.demo_county import sign_in
from deploy.embedded import SETTING_UP
from deploy.loops import utc_now
from deploy.servers import free_port
from deploy.servers.program import wait_until
from services.directory.models import Person
from shared.client import Client, Problem
from shared.values import county_day, school_year_of
from tests.up import start_up

READY_SECONDS_MAX = 180.0
END_SECONDS_MAX = 30.0
SOME = 50
"""People who are in before the process is killed."""


@dataclass(slots=True, kw_only=True)
class Up:
    """The command, as often as it is started, on one folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """What it told whoever started it."""
        return (self.folder.parent / "up.log").read_text(encoding="utf-8")

    def start(self) -> None:
        """Without waiting for it."""
        self.process = start_up(self.folder, port=self.port, log=self.folder.parent / "up.log")

    def wait_for(self, what: str) -> None:
        """Until it has said that."""
        wait_until(lambda: what in self.said or self.has_ended(), seconds=READY_SECONDS_MAX, what=what)
        assert what in self.said, self.said

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process is None or self.process.poll() is not None

    def kill9(self) -> None:
        """The end without warning."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(END_SECONDS_MAX)

    def people(self) -> int:
        """How many are in the register; none while there is no register yet."""
        if not (self.folder / SETTING_UP).exists():
            return 0
        with opened.databases(self.folder) as engines, engines["directory"].connect() as connection:
            return int(connection.execute(select(func.count()).select_from(Person)).scalar_one())


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """Nothing is there yet."""
    one = Up(folder=tmp_path / "data")
    yield one
    if not one.has_ended():
        one.kill9()


@pytest.mark.timeout(400)  # two counties are made, on whatever else the machine is doing
def test_a_first_start_that_is_killed_is_begun_anew_and_ends_in_a_county_that_lives(up: Up) -> None:
    up.start()
    wait_until(lambda: up.people() > SOME, seconds=READY_SECONDS_MAX, what="the first people")
    up.kill9()
    up.start()
    up.wait_for("Ctrl-C")

    door = Client.over_http(f"http://127.0.0.1:{up.port}")
    wait_until(lambda: answers(door), seconds=END_SECONDS_MAX, what="the door")
    qian = door.signed_in(sign_in(door, cast.QIAN))
    board = qian.get("/api/credits/v1/board", school_year=school_year_of(county_day(utc_now())))
    sessions = qian.get("/api/activities/v1/sessions", limit=200)["items"]
    door.http.close()

    assert "入账  陈老师" in up.said
    assert re.search(r"通知  林老师：您的徒弟陈老师获得[1-9][\d.]*学时", up.said)
    assert re.search(r"用时  从确认出勤到导师收到通知 [1-9]\d* 毫秒", up.said)
    assert f"打开浏览器：http://127.0.0.1:{up.port}/" in up.said
    assert f"密码都是 {cast.PASSWORD}" in up.said
    assert [one.username for one in cast.PEOPLE if f"  {one.username:<10} {one.name}（" in up.said] == [
        one.username for one in cast.PEOPLE
    ]
    assert board["teachers"] > SOME
    assert {school["name"] for school in board["schools"]} >= {school.name for school in cast.SCHOOLS}
    assert sessions
    assert all(datetime.fromisoformat(one["starts_at"]) < utc_now() for one in sessions)
    assert up.process is not None
    up.process.terminate()
    assert up.process.wait(END_SECONDS_MAX) == 0
    audit = CliRunner().invoke(main, ["audit", "--data", str(up.folder)])
    assert audit.exit_code == 0, audit.output


def answers(door: Client) -> bool:
    """Whether it serves."""
    try:
        return bool(door.get("/api/directory/readyz")["ready"])
    except Problem:
        return False


@pytest.mark.parametrize(
    ("today", "over"),
    [
        (date(2026, 11, 26), False),
        (date(2026, 11, 27), False),
        (date(2026, 11, 28), True),
    ],
)
def test_a_session_is_over_when_its_day_is(today: date, *, over: bool) -> None:
    line = {"starts_at": "2026-11-27T15:30:00+08:00", "length_minutes": "90"}

    assert is_over(line, today=today) == over


def test_what_was_brought_in_yesterday_is_brought_in_alike_today() -> None:
    days = ["2026-11-26T15:30:00+08:00"] * 150 + ["2026-11-27T15:30:00+08:00"] * 20
    sessions = [{"key": str(place), "starts_at": day} for place, day in enumerate(days)]
    attendance = [{"session": one["key"]} for one in sessions]

    yesterday = list(portions(sessions[:150], attendance[:150]))
    today = list(portions(sessions, attendance))

    assert [(one.day, one.number, len(one.sessions)) for one in today] == [
        ("2026-11-26", 0, 100),
        ("2026-11-26", 1, 50),
        ("2026-11-27", 0, 20),
    ]
    assert today[:2] == yesterday


def test_what_counts_from_february_is_left_out_before(tmp_path: Path) -> None:
    for name in ("01-学校名册", "08-教师名册-二月"):
        (tmp_path / f"{name}.csv").touch()

    in_autumn = registers(tmp_path, year=2026, until=date(2026, 11, 27))
    in_spring = registers(tmp_path, year=2026, until=date(2027, 2, 17))

    assert [one.path.stem for one in in_autumn] == ["01-学校名册"]
    assert [one.path.stem for one in in_spring] == ["01-学校名册", "08-教师名册-二月"]
