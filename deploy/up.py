"""`yanxun up`: the embedded platform with a demonstration county, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType

from sqlalchemy import func, select

from deploy import cast, embedded, memory
from deploy.county.progress import progress
from deploy.county.small import settle
from deploy.demo import enter_first_officer, say
from deploy.demo_county import live_an_activity, set_up, settle_in
from deploy.doors import Visit
from deploy.loops import utc_now
from services.directory.models import Account
from shared import db, log
from shared.client import Client

BAD_USE = 2


class Beginning(StrEnum):
    """With what a new folder begins."""

    BARE = "bare"
    """The account of the county office and nothing else."""
    CAST = "cast"
    """Three schools and six people, and one activity of theirs."""
    COUNTY = "county"
    """The same in the middle of a small county that has lived through its school year up to yesterday."""


COUNTY_SCALE = 0.02


def run(folder: Path, *, host: str, port: int, beginning: Beginning) -> None:
    """Open the folder, set up what it begins with if it is new, and keep serving."""
    log.configure(quiet=True)
    try:
        platform = embedded.assemble(folder)
    except embedded.AlreadyRunning as error:
        sys.stderr.write(f"另一个进程正在使用这个数据文件夹 / already in use: {error}\n")
        sys.exit(BAD_USE)
    server = embedded.serve(platform, host=host, port=port)
    try:
        server.prepare()
    except OSError as error:
        sys.stderr.write(f"无法监听 {host}:{port} / cannot listen: {error}\n")
        sys.exit(BAD_USE)
    memory.settle()
    platform.start()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if _is_new(platform):
            _begin(platform, beginning)
        is_bare = beginning is Beginning.BARE
        _say_where(*server.bind_addr, people=(cast.QIAN,) if is_bare else cast.PEOPLE)
        server.serve()
    except KeyboardInterrupt:
        say("\n正在停止 …")
    finally:
        server.stop()
        platform.close()
    begun = (platform.folder / embedded.SETTING_UP).exists()
    say("已停止；示范县还没有建完，下次启动会重新开始。" if begun else "已停止，数据都在。")


def _is_new(platform: embedded.Embedded) -> bool:
    with db.transaction(platform.running["directory"].engine, write=False) as session:
        return not session.execute(select(func.count()).select_from(Account)).scalar()


def _begin(platform: embedded.Embedded, beginning: Beginning) -> None:
    """Cut off before its end it is begun anew by the next start."""
    unfinished = platform.folder / embedded.SETTING_UP
    unfinished.touch()
    now = utc_now()
    enter_first_officer(platform.running["directory"].engine, now=now)
    token = settle_in(platform.client("directory"), cast.QIAN)
    visit = Visit(nobody=Client.in_process(platform), token=token, renew_at=now)
    if beginning is Beginning.COUNTY:
        _live_in(visit, now=now)
    if beginning is Beginning.BARE:
        say("空的县已建好，只有县教育局的账号。")
    else:
        _tell_the_story(platform, visit, now=now)
    unfinished.unlink()


def _live_in(visit: Visit, *, now: datetime) -> None:
    say("第一次启动：正在建一个小的示范县，并让它过完本学年到昨天为止的日子（约半分钟）…")
    began = time.monotonic()
    with progress() as tell:
        settled = settle(visit, scale=COUNTY_SCALE, now=now, tell=tell)
    say(
        f"名册 {settled.register_rows:,} 行，计划 {settled.plans:,} 份，活动 {settled.sessions:,} 次，"
        f"出勤 {settled.attendances:,} 条，用时 {time.monotonic() - began:.0f} 秒"
    )


def _tell_the_story(platform: embedded.Embedded, visit: Visit, *, now: datetime) -> None:
    clients = {name: platform.client(name) for name in platform.running}
    told = live_an_activity(set_up(clients, now=now, token=visit.client().token), now=utc_now())
    say("通过接口记录了一次活动：")
    for line in told.lines:
        say(f"  {line}")


def _say_where(host: str, port: int, *, people: Sequence[cast.Member]) -> None:
    say(f"\n打开浏览器：http://{host}:{port}/    停止：Ctrl-C")
    say(f"示范账号（密码都是 {cast.PASSWORD}）：")
    for member in people:
        roles = "、".join(role.label for role in member.roles)
        school = member.school.name if member.school else "县教育局"
        say(f"  {member.username:<10} {member.name}（{school}，{roles}）")


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
