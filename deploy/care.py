"""`yanxun events`, `audit` and `doctor`: what an operator asks, and what helps."""

import contextlib
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import Engine, Row, select

from deploy.loops import utc_now
from deploy.opened import NothingToOpen, databases
from deploy.registry import DOMAIN
from shared import inbox, outbox
from shared.db import transaction
from shared.kernel_tables import heartbeats, stream, stream_positions, waiting_events
from shared.kernel_tables import outbox as outbox_table

DATA = Path("var/yanxun")
LISTED = 50
GRID_WIDTH = 200
"""Wide enough for an id, a type and a reason; a narrower terminal breaks the lines itself."""
QUIET_MAX = timedelta(seconds=60)
STALE_MAX = timedelta(seconds=30)

NAMES = [deployed.name for deployed in DOMAIN]
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=DATA,
    show_default=True,
    help="数据文件夹（嵌入模式）；县级部署用各服务的数据库地址变量",
)
service_option = click.option("--service", type=click.Choice(NAMES), default=None, help="只看这个服务")


def _chosen(engines: Any, service: str | None) -> list[tuple[str, Engine]]:
    return [(name, engine) for name, engine in engines.items() if service in (None, name)]


def _opened(data: Path) -> Any:
    try:
        return click.get_current_context().with_resource(databases(data))
    except NothingToOpen as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _grid(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    grid = Grid(title=title)
    for column in columns:
        grid.add_column(column, overflow="fold", no_wrap=column == "id")  # whoever reads an id copies it
    for row in rows:
        grid.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console()
    console.width = max(console.width, GRID_WIDTH)
    console.print(grid)


@click.group()
def events() -> None:
    """查看、补发、重试事件。"""


@events.command("list")
@data_option
@service_option
@click.option("--unpublished", is_flag=True, help="只看尚未发出的")
def list_events(data: Path, service: str | None, unpublished: bool) -> None:
    """最近发出的事件。"""
    rows: list[Sequence[object]] = []
    for name, engine in _chosen(_opened(data), service):
        asked = select(outbox_table).order_by(outbox_table.c.position.desc()).limit(LISTED)
        if unpublished:
            asked = asked.where(outbox_table.c.published_at.is_(None))
        with engine.connect() as connection:
            found = connection.execute(asked).all()
        rows += [(name, row.seq, row.event_id, row.type, row.said_at, row.published_at) for row in found]
    columns = ("service", "seq", "id", "type", "said", "published")
    _grid("events", columns, rows, empty="没有事件 / no events")


@events.command()
@data_option
@click.argument("event_id", type=click.UUID)
def show(data: Path, event_id: UUID) -> None:
    """一个事件的全部内容，以及它在哪里等待或停放。"""
    found: list[dict[str, object]] = []
    for name, engine in _chosen(_opened(data), None):
        with engine.connect() as connection:
            said = connection.execute(select(outbox_table).where(outbox_table.c.event_id == event_id)).first()
            waits = connection.execute(
                select(waiting_events).where(waiting_events.c.event_id == event_id)
            ).first()
        places = {"outbox": said, "waiting": waits}
        found += [
            {"service": name, "in": place} | _plain(row) for place, row in places.items() if row is not None
        ]
    if not found:
        click.echo(f"没有这个事件 / no such event: {event_id}", err=True)
        sys.exit(1)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _plain(row: Row[Any]) -> dict[str, object]:
    """A row as JSON values; bodies and data are opened where they are JSON."""
    plain: dict[str, object] = {}
    for name, value in row._mapping.items():
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if name in {"data", "body"}:
            with contextlib.suppress(ValueError):
                text = json.loads(text)
        plain[name] = str(text) if isinstance(text, UUID | datetime) else text
    return plain


@events.command()
@data_option
@service_option
def parked(data: Path, service: str | None) -> None:
    """停放的事件：处理不了的，连同原因。"""
    rows: list[Sequence[object]] = []
    for name, engine in _chosen(_opened(data), service):
        with transaction(engine, write=False) as session:
            found = inbox.parked(session, limit=LISTED)
        rows += [
            (name, row.event_id, row.routing_key, row.attempts, row.parked_at, row.reason) for row in found
        ]
    columns = ("service", "id", "type", "attempts", "parked", "reason")
    _grid("parked events", columns, rows, empty="没有停放的事件 / nothing is parked")


@events.command()
@data_option
@service_option
@click.argument("event_ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="全部停放的事件")
def retry(data: Path, service: str | None, event_ids: tuple[UUID, ...], every: bool) -> None:
    """让停放的事件重新处理（例如规则补齐之后）。"""
    if bool(event_ids) == every:
        raise click.UsageError("给出事件编号，或者用 --all / give ids, or --all")
    count = 0
    for _, engine in _chosen(_opened(data), service):
        with transaction(engine) as session:
            count += inbox.retry(session, None if every else event_ids, now=utc_now())
    if event_ids and not count:
        click.echo("没有停放这样的事件 / none of these is parked; yanxun events parked", err=True)
        sys.exit(1)
    click.echo(f"重新处理 / retried: {count}")


@events.command()
@data_option
@click.option("--service", type=click.Choice(NAMES), required=True, help="哪个服务说的")
@click.option("--first", type=click.IntRange(1), default=1, show_default=True)
@click.option("--last", type=click.IntRange(1), default=None, help="默认到最后一个")
def replay(data: Path, service: str, first: int, last: int | None) -> None:
    """把一段编号的事件再发一次；已处理过的不会重复生效。"""
    ((_, engine),) = _chosen(_opened(data), service)
    with transaction(engine) as session:
        end = last or session.execute(select(stream.c.head)).scalar() or 0
        count = outbox.unpublish(session.connection(), first=first, last=end, sent_before=utc_now())
        if count:
            outbox.wake_relay(session)
    click.echo(f"将再次发出 / to be published again: {count}")


@click.command()
@data_option
def audit(data: Path) -> None:
    """独立重算每一笔学时，检查所有不变式；有不符时退出码为 1。"""
    from deploy import audit as audits

    findings = audits.run(_opened(data))
    for finding in findings:
        click.echo(f"✗ {finding.invariant} {finding.text}")
    if findings:
        sys.exit(1)
    click.echo("✓ 全部相符 / every invariant holds")


@click.command()
@data_option
def doctor(data: Path) -> None:
    """哪里不对：中继、处理、积压、停放、缺口。"""
    now = utc_now()
    rows = [_diagnosis(name, engine, now) for name, engine in _chosen(_opened(data), None)]
    columns = ("service", "relay", "worker", "unpublished", "waiting", "parked", "gaps")
    _grid("doctor", columns, [row for row, _ in rows], empty="")
    troubles = [trouble for _, found in rows for trouble in found]
    for trouble in troubles:
        click.echo(f"✗ {trouble}")
    if troubles:
        sys.exit(1)
    click.echo("✓ 一切正常 / all is well")


def _diagnosis(name: str, engine: Engine, now: datetime) -> tuple[Sequence[object], list[str]]:
    with engine.connect() as connection:
        seen = {row.part: row.at for row in connection.execute(select(heartbeats))}
        oldest = outbox.oldest_unpublished(connection)
        waiting = connection.execute(select(waiting_events.c.parked_at)).scalars().all()
        behind = connection.execute(
            select(stream_positions).where(stream_positions.c.behind_since.is_not(None))
        ).all()
    stopped = sum(1 for at in waiting if at is not None)
    gaps = [f"{row.producer} {row.contiguous + 1}..{row.head}" for row in behind]
    troubles = [
        f"{name} {part}: 没有动静 / silent" for part in ("relay", "worker") if _silent(seen.get(part), now)
    ]
    if oldest is not None and now - oldest > STALE_MAX:
        troubles.append(f"{name}: 事件积压 / events do not leave since {oldest}")
    if stopped:
        troubles.append(f"{name}: {stopped} 个事件停放 / parked; yanxun events parked --service {name}")
    troubles += [f"{name}: 缺少事件 / missing {gap}" for gap in gaps]
    age = "" if oldest is None else f"{now - oldest}"
    seen_text = [_ago(seen.get(part), now) for part in ("relay", "worker")]
    return (name, *seen_text, age, len(waiting) - stopped, stopped, ", ".join(gaps)), troubles


def _silent(at: datetime | None, now: datetime) -> bool:
    return at is None or now - at > QUIET_MAX


def _ago(at: datetime | None, now: datetime) -> str:
    return "-" if at is None else f"{(now - at).total_seconds():.0f}s"
