"""The `yanxun` command: run the platform, look after its events, check its sums."""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click

from deploy.registry import CONSOLE, DEPLOYED, DOMAIN, WEB_SERVICE

SERVICE_NAMES = [deployed.name for deployed in DOMAIN]
WEB_NAMES = [*SERVICE_NAMES, CONSOLE.name]
DATA = Path("var/yanxun")

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help=f"数据文件夹（嵌入模式），默认 {DATA}",
)


class Commands(click.Group):
    """Loads `deploy.care` when it is asked for: a web process becomes gunicorn without half the platform."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, for the help."""
        self._add_care()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.commands:
            self._add_care()
        return super().get_command(ctx, cmd_name)

    def _add_care(self) -> None:
        from deploy.care import audit, doctor, events
        from deploy.county.cli import county
        from deploy.keys import keys
        from deploy.rosters import export_file, import_file

        added: tuple[click.Command, ...] = (
            events,
            audit,
            doctor,
            keys,
            county,
            import_file,
            export_file,
        )
        for command in added:
            self.add_command(command)


@click.group(cls=Commands)
def main() -> None:
    """研训：县域校本研训平台。"""


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--begin-with",
    "beginning",
    type=click.Choice(["county", "cast", "bare"]),
    default="county",
    show_default=True,
    help="新的数据文件夹里有什么：一个小县；只有三所学校、六位同事；只有县教育局的账号",
)
def up(data: Path | None, host: str, port: int, beginning: str) -> None:
    """启动嵌入模式：一个进程，一个小的示范县，直到 Ctrl-C。"""
    from deploy import up as process

    process.run(data or DATA, host=host, port=port, beginning=process.Beginning(beginning))


@main.command()
@click.option("--mode", type=click.Choice(["embedded", "county"]), default="embedded", show_default=True)
def demo(mode: str) -> None:
    """讲一遍主线：一次活动入账学时并通知导师，然后自行结束。"""
    from deploy import demo as story

    try:
        outcome = story.run(mode)
    except story.NotAsPromised as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(outcome, ensure_ascii=False))


@main.command()
@click.argument("name", type=click.Choice(WEB_NAMES))
def web(name: str) -> None:
    """启动一个服务的网页进程（gunicorn）。"""
    config = Path(__file__).with_name("gunicorn.conf.py")
    program = [sys.executable, "-m", "gunicorn", "--config", str(config), f"deploy.wsgi:create('{name}')"]
    told = os.environ | {WEB_SERVICE: name}
    os.execve(program[0], program, told)  # noqa: S606  no shell: the process becomes gunicorn


@main.command()
@click.argument("name", type=click.Choice(SERVICE_NAMES))
def worker(name: str) -> None:
    """启动一个服务的后台进程：转发事件，处理事件。"""
    from deploy import worker as process

    process.run(name, stop=_stopped_by_signal())


@main.command()
@click.argument("names", nargs=-1, type=click.Choice([deployed.name for deployed in DEPLOYED]))
def migrate(names: tuple[str, ...]) -> None:
    """创建数据库和角色，并把各服务的数据库结构升级到最新。"""
    from deploy import migrate as process

    for line in process.run(names or tuple(deployed.name for deployed in DEPLOYED)):
        click.echo(line)


@main.command()
@click.option("--name", required=True, help="姓名")
@click.option("--username", required=True, help="登录用的用户名")
@click.password_option(prompt="初始密码", confirmation_prompt="再输一遍")
def officer(name: str, username: str, password: str) -> None:
    """给县教育局开第一个账号（在能读到 directory 数据库的地方运行）；首次登录要改密码。"""
    from deploy import officers

    try:
        officers.enter(name=name, username=username, password=password)
    except officers.NotEntered as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"已开通，首次登录要改密码 / entered: {username}")


@main.command("officer-reset")
@click.option("--username", required=True, help="县级管理员的用户名")
def officer_reset(username: str) -> None:
    """县级管理员忘了密码、又没有人能替他重置时用：给出新的初始密码，结束他所有的登录。"""
    from deploy import officers

    try:
        handed = officers.reset(username=username)
    except officers.NotEntered as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"初始密码 / initial password: {handed.initial_password}")


@main.command()
def docs() -> None:
    """生成事件文档。"""
    from deploy import documents

    for path in documents.write(Path()):
        click.echo(path)


def _stopped_by_signal() -> threading.Event:
    """Set by SIGTERM or Ctrl-C: finish what is in hand, then end."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop


if __name__ == "__main__":
    main()
