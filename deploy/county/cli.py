"""`yanxun county`: a synthetic county as the files an import takes."""

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from deploy.county import county as counties
from deploy.county import faults as faulty
from deploy.county import files, landing, overlay
from deploy.county.draws import DEFAULT_SEED

SCALES = ("0.02", "0.1", "1", "3")
OUT = Path("var/county")


@click.group()
def county() -> None:
    """示范县：生成一个县的名册。"""


@county.command()
@click.option("--scale", type=click.Choice(SCALES), default="1", show_default=True, help="几倍大小")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="同一种子，同一个县")
@click.option(
    "--year", type=click.IntRange(2000, 2098), default=2024, show_default=True, help="学年从哪年开始"
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=OUT, show_default=True, help="写到哪里"
)
@click.option("--faults", is_flag=True, help="另写一批带有常见错误的文件和清单")
@click.option(
    "--overlay",
    "added",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="另加学校、别名和人员的 YAML 文件",
)
@click.option("--report", is_flag=True, help="列出人数、职称、结对等是否落在应有的范围；否则退出码为 1")
def generate(
    scale: str, seed: str, year: int, out: Path, faults: bool, added: Path | None, report: bool
) -> None:
    """生成学校、教师、教研组、师徒等名册：同一种子，在哪里都逐字节相同。"""
    try:
        laid_over = overlay.load(added) if added else overlay.Overlay()
    except overlay.BadOverlay as error:
        raise click.UsageError(str(error)) from error
    plan = counties.Plan(scale=float(scale), seed=seed, year=year)
    made, digest = _made_and_written(plan, laid_over, out=out, with_faults=faults)
    if report:
        wrong = _report(made)
    click.echo(f"{len(made.schools)} 所学校，{len(made.teachers)} 位教师 → {out}")
    click.echo(f"digest {digest}")
    if report and wrong:
        sys.exit(1)


def _made_and_written(
    plan: counties.Plan, laid_over: overlay.Overlay, *, out: Path, with_faults: bool
) -> tuple[counties.County, str]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", rate="")

        def tell(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:,.0f}/s" if speed else "")

        try:
            made = counties.make(plan, tell=tell)
            written = files.import_files(made, laid_over)
            digest = files.write(written, out, tell=tell)
            if with_faults:
                faulty.write(written, out / "faults")
        except OSError as error:
            raise click.UsageError(f"不能写到 {out}：{os.strerror(error.errno or 0)}") from error
    return made, digest


def _report(made: counties.County) -> bool:
    """Print every figure; whether a whole county has one that is wrong."""
    grid = Grid("", "what", "expected", "±", "found")
    found = landing.landings(made)
    for one in found:
        mark = "✓" if one.is_right else "✗"
        grid.add_row(mark, one.what, f"{one.expected:g}", f"{one.off_max:g}", f"{one.found:g}")
    Console().print(grid)
    return made.plan.scale == 1 and not all(one.is_right for one in found)
