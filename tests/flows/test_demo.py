"""`make demo` as whoever runs it sees it: the main job on either platform, told and held against the sums."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from deploy import demo
from deploy.demo_county import Told
from deploy.processes import ROOT
from shared.vocabulary import NoticeKind
from tests.cast import CHEN, LIN
from tests.world import World

SECONDS_MAX = 30.0
LASTS_SECONDS_MAX = 600
"""With its servers, on a machine that has other things to do."""

ENTRIES = ["入账  林老师", "入账  陈老师"]
NOTICES = ["通知  林老师：您的徒弟陈老师获得2学时", "通知  林老师：您获得4学时", "通知  陈老师：您获得2学时"]

TOLD = Told(
    entries=[
        (CHEN, {"explanation": "90分钟，得2学时", "hours_hundredths": 200}),
        (LIN, {"explanation": "90分钟，得4学时", "hours_hundredths": 400}),
    ],
    notices=[
        (CHEN, {"title": "您获得2学时", "kind": NoticeKind.HOURS_ACCRUED}),
        (LIN, {"title": "您获得4学时", "kind": NoticeKind.HOURS_ACCRUED}),
        (LIN, {"title": "您的徒弟陈老师获得2学时", "kind": NoticeKind.APPRENTICE_ACCRUED}),
    ],
    seconds=0.25,
)
WRONG: Mapping[str, tuple[Told, str]] = {
    "an entry that is there twice": (
        replace(TOLD, entries=[*TOLD.entries, TOLD.entries[0]]),
        "重复 / twice: 学时条目 陈老师",
    ),
    "a notice that is there twice": (
        replace(TOLD, notices=[*TOLD.notices, TOLD.notices[2]]),
        "重复 / twice: 通知 林老师：您的徒弟陈老师获得2学时",
    ),
}


@pytest.fixture
def engines(world: World) -> Mapping[str, Engine]:
    """The databases of a county where an activity has been counted."""
    world.confirmed_activity()
    return {name: running.engine for name, running in world.platform.running.items()}


@pytest.mark.timeout(LASTS_SECONDS_MAX)
@pytest.mark.parametrize("mode", ["embedded", "county"])
def test_the_story_is_told_ends_by_itself_and_sums_up(mode: str) -> None:
    """PR5: in a county, separate processes do it over PostgreSQL and RabbitMQ within seconds."""
    command = [sys.executable, "-m", "deploy.cli", "demo", "--mode", mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    *story, last = done.stdout.splitlines()
    outcome = json.loads(last)
    assert 0 < outcome.pop("seconds") < SECONDS_MAX
    assert outcome == {"teachers_credited": 2, "mentors_notified": 1, "ledger_hours": "6", "mode": mode}
    assert sorted(line.split("：")[0] for line in story if line.startswith("入账")) == ENTRIES
    assert sorted(line for line in story if line.startswith("通知")) == NOTICES
    assert "计划  青石镇中心小学语文组计划：条目已落实" in story
    assert story[-1] == "核对  学时和通知已独立重算，全部相符"


def test_the_figures_are_counted(engines: Mapping[str, Engine]) -> None:
    demo.check(TOLD, engines)
    nobody = replace(TOLD, entries=TOLD.entries[:1], notices=TOLD.notices[:2])

    assert demo.summary(TOLD, "embedded") == {
        "teachers_credited": 2,
        "mentors_notified": 1,
        "ledger_hours": "6",
        "seconds": 0.25,
        "mode": "embedded",
    }
    assert (nobody.credited, nobody.mentors_notified, nobody.hours_hundredths) == (1, 0, 200)


@pytest.mark.parametrize("case", WRONG)
def test_what_came_twice_is_no_good_end(engines: Mapping[str, Engine], case: str) -> None:
    told, complaint = WRONG[case]

    with pytest.raises(demo.NotAsPromised, match=complaint):
        demo.check(told, engines)


def test_sums_that_differ_are_no_good_end(engines: Mapping[str, Engine]) -> None:
    with engines["credits"].begin() as connection:
        connection.execute(text("UPDATE balances SET earned_hundredths = earned_hundredths + 100"))

    with pytest.raises(demo.NotAsPromised, match="INV2"):
        demo.check(TOLD, engines, seconds_max=0)
