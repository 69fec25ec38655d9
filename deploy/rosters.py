"""`yanxun import` and `yanxun export`: files for the register of a running platform, over HTTP."""

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as Grid

from deploy.doors import REFUSED, bar, fail, read, refusals_in_one_line, signed_in, with_door
from shared.client import Client, Problem
from shared.vocabulary import ImportExtent, ImportKind, ImportVerdict

API = "/api/directory/v1"
LOOK_EVERY_SECONDS = 0.5
LINES_SHOWN = 20
UNDO = "undo"
KINDS = [kind.value for kind in ImportKind]
VERDICTS = {verdict.value: verdict.label for verdict in ImportVerdict}
SHOWN = (ImportVerdict.REJECTED, ImportVerdict.CHANGED, ImportVerdict.NEW, ImportVerdict.MISSING)

Made = TypeVar("Made")


@click.command("import")
@click.argument("what", metavar="KIND|undo", type=click.Choice([*KINDS, UNDO]))
@click.argument("target", metavar="FILE|BATCH")
@click.option("--apply", "applies", is_flag=True, help="看过差异以后真正导入；不加就只是预演，什么都不改")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, help="从哪天起生效，默认今天")
@click.option("--part", is_flag=True, help="只是部分人员的名单：不在文件里的人不列出来")
@with_door
def import_file(
    what: str, target: str, *, applies: bool, on: datetime | None, part: bool, **door: Any
) -> None:
    """预演或导入一个名册文件；`import undo 批次` 整批撤销。

    KIND：schools teachers groups pairings absences transfers liaisons oneroster。
    有行被退回时退出码为 1，退回表写在文件旁边；用法不对时为 2。
    """
    if what == UNDO:
        _undo(_batch(target), door)
        return
    path = Path(target)
    content = read(path)
    extent = ImportExtent.PART if part else ImportExtent.WHOLE
    said = {"file_name": path.name, "extent": extent, "effective_on": on.date().isoformat() if on else None}
    with signed_in(**door) as client:
        preview = _waited("检查文件", lambda: client.upload(f"{API}/imports/{what}", content, **said))
        _show(preview)
        batch = preview["batch"]
        if batch["counts"]["rejected"]:
            _write_rejects(client, batch["import_id"], path)
            sys.exit(REFUSED)
        if applies:
            _apply(client, batch)
    if applies:
        click.echo(f"已导入。撤销用 / undo: yanxun import undo {batch['import_id']}")
    else:
        click.echo(f"这是预演，什么都没有改动；加 --apply 导入。批次 / batch: {batch['import_id']}")


def _batch(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        fail(f"不是批次编号 / no batch: {text}")


def _undo(batch: UUID, door: Mapping[str, Any]) -> None:
    with signed_in(**door) as client:
        _waited("撤销", lambda: client.post(f"{API}/imports/{batch}/undo"))
    click.echo(f"已撤销，名册恢复到导入之前 / undone: {batch}")


@click.command("export")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_door
def export_file(kind: str, file: Path, **door: Any) -> None:
    """把现有的名册写成文件；原样再导入，什么都不会变。"""
    with signed_in(**door) as client:
        content, _, _ = _waited("读取名册", lambda: client.download(f"{API}/exports/{kind}"))
    try:
        file.write_bytes(content)
    except OSError as error:
        fail(f"不能写到 {file}：{error.strerror}")
    click.echo(f"{file}（{len(content):,} 字节）")


# --- waiting ----------------------------------------------------------------------------------------------


def _beside(work: Callable[[], Made]) -> "Future[Made]":
    """Started in a thread, so that something can be shown meanwhile."""
    done: Future[Made] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  whatever it was, it is raised where it is waited for
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return done


def _waited(what: str, work: Callable[[], Made]) -> Made:
    """Something of unknown length, with the time it has taken so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with bar(*columns) as progress:
        progress.add_task(what, total=None)
        with refusals_in_one_line():
            return work()


def _apply(client: Client, batch: Mapping[str, Any]) -> None:
    """Carry a file out, and show how far the platform has come with it."""
    counts, path = batch["counts"], f"{API}/imports/{batch['import_id']}"
    rows = max(1, counts["new"] + counts["changed"])
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with bar(*columns) as progress:
        task = progress.add_task("导入", total=rows, rate="")
        done = _beside(lambda: client.post(f"{path}/apply"))
        while wait([done], timeout=LOOK_EVERY_SECONDS).not_done:
            progress.update(task, completed=rows * _share(client, path))
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:,.0f} 行/秒" if speed else "")
    with refusals_in_one_line():
        done.result()


def _share(client: Client, path: str) -> float:
    """How much of it is done; nothing where that is not told."""
    try:
        told = client.get(f"{path}/progress")
    except Problem:
        return 0.0
    return told["done"] / told["total"] if told["is_at_work"] and told["total"] else 0.0


# --- what is shown ----------------------------------------------------------------------------------------


def _show(preview: Mapping[str, Any]) -> None:
    counts = preview["batch"]["counts"]
    click.echo("，".join(f"{label}{counts[verdict]}" for verdict, label in VERDICTS.items()))
    if preview["sent_before"]:
        click.echo("同一个文件已经导入过 / sent before")
    console = Console(soft_wrap=True)
    for verdict in SHOWN:
        lines = [line for line in preview["lines"] if line["verdict"] == verdict]
        if lines:
            console.print(_grid(verdict, lines[:LINES_SHOWN]))
        more = counts[verdict] - min(len(lines), LINES_SHOWN)
        if more > 0:
            click.echo(f"  还有{more}行{VERDICTS[verdict]}没有列出")


def _grid(verdict: ImportVerdict, lines: list[Any]) -> Grid:
    grid = Grid("行", "编号", "名称", "学校", "内容", title=VERDICTS[verdict], title_justify="left")
    for line in lines:
        told = [f"{one['column']}：{one['text']}" for one in line["troubles"]]
        told += [
            f"{one['column']}：{one['before'] or '（空）'} → {one['after']}" for one in line["differences"]
        ]
        cells = (str(line["row"] or ""), line["key"], line["name"], line["place"], "；".join(told))
        grid.add_row(*map(escape, cells))
    return grid


def _write_rejects(client: Client, batch: str, path: Path) -> None:
    with refusals_in_one_line():
        content, _, _ = client.download(f"{API}/imports/{batch}/rejects")
    rejects = path.with_name(f"{path.stem}-退回.xlsx")
    try:
        rejects.write_bytes(content)
    except OSError as error:
        fail(f"不能写到 {rejects}：{error.strerror}", code=REFUSED)
    click.echo(f"有行被退回，什么都没有改动；退回表 / rejects: {rejects}", err=True)
