"""`yanxun up`: the embedded platform with a small demonstration county, until Ctrl-C."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from sqlalchemy import func, select

from deploy import cast, embedded
from deploy.demo import enter_first_officer, say
from deploy.demo_county import live_an_activity, set_up, settle_in
from deploy.loops import utc_now
from services.directory.models import Account
from shared import db, log

BAD_USE = 2


def run(folder: Path, *, host: str, port: int, bare: bool = False) -> None:
    """Open the folder, set the demonstration county up if it is new, log one activity, and keep serving.

    A `bare` one begins with the account of the county office and nothing else.
    """
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
    platform.start()
    try:
        if _is_new(platform):
            begin = _open_the_office if bare else _tell_the_story
            begin(platform)
        _say_where(*server.bind_addr, people=(cast.QIAN,) if bare else cast.PEOPLE)
        signal.signal(signal.SIGTERM, _interrupt)
        server.serve()
    except KeyboardInterrupt:
        say("\n正在停止 …")
    finally:
        server.stop()
        platform.close()
    say("已停止，数据都在。")


def _is_new(platform: embedded.Embedded) -> bool:
    with db.transaction(platform.running["directory"].engine, write=False) as session:
        return not session.execute(select(func.count()).select_from(Account)).scalar()


def _open_the_office(platform: embedded.Embedded) -> None:
    enter_first_officer(platform.running["directory"].engine, now=utc_now())
    settle_in(platform.client("directory"), cast.QIAN)
    say("空的县已建好，只有县教育局的账号。")


def _tell_the_story(platform: embedded.Embedded) -> None:
    unfinished = platform.folder / embedded.SETTING_UP
    unfinished.touch()
    now = utc_now()
    enter_first_officer(platform.running["directory"].engine, now=now)
    county = set_up({name: platform.client(name) for name in platform.running}, now=now)
    told = live_an_activity(county, now=now)
    unfinished.unlink()
    say("示范县已建好，并通过接口记录了一次活动：")
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
