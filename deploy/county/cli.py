"""`yanxun county`: a synthetic county as the files an import takes, and a year of what happens in it."""

import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table as Grid

from deploy.county import county as counties
from deploy.county import faults as faulty
from deploy.county import files, landing, overlay
from deploy.county.draws import DEFAULT_SEED
from deploy.county.load import quiet, run
from deploy.county.load.run import Written
from deploy.county.progress import Tell, progress
from deploy.county.year import faults as year_faults
from deploy.county.year import landing as year_landing
from deploy.county.year import writing
from deploy.county.year.scene import scene_of
from deploy.doors import read, refusals_in_one_line, visiting, with_door
from deploy.loops import utc_now
from shared.values import county_day, school_year_of

SCALES = ("0.02", "0.1", "1", "3")
OUT = Path("var/county")
ABOUT = "county.json"
"""Which county the files of a folder are."""


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
@click.option(
    "--activities/--no-activities",
    "with_year",
    default=True,
    show_default=True,
    help="是否另写全年的计划、活动和出勤",
)
@click.option(
    "--report",
    is_flag=True,
    help="列出人数、职称、结对、出勤、学时等是否落在应有的范围；--scale 1 时有一项不在范围内，退出码为 1",
)
def generate(
    scale: str,
    seed: str,
    year: int,
    out: Path,
    faults: bool,
    added: Path | None,
    with_year: bool,
    report: bool,
) -> None:
    """生成学校、教师、教研组、师徒等名册和全年的活动：同一种子，在哪里都逐字节相同。"""
    try:
        laid_over = overlay.load(added) if added else overlay.Overlay()
    except overlay.BadOverlay as error:
        raise click.UsageError(str(error)) from error
    plan = counties.Plan(scale=float(scale), seed=seed, year=year)
    found: list[landing.Landing] = []
    with progress() as tell:
        try:
            made, digest = _register(plan, laid_over, out=out, with_faults=faults, tell=tell)
            found += landing.landings(made) if report else []
            if with_year:
                of_year, landings = _year(made, out=out, with_report=report, with_faults=faults, tell=tell)
                digest = hashlib.sha256(f"{digest} {of_year}".encode()).hexdigest()
                found += landings
        except OSError as error:
            raise click.UsageError(f"不能写到 {out}：{os.strerror(error.errno or 0)}") from error
    said = {"seed": seed, "scale": float(scale), "year": year, "digest": digest}
    (out / ABOUT).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    _print(found)
    click.echo(f"{len(made.schools)} 所学校，{len(made.teachers)} 位教师 → {out}")
    click.echo(f"digest {digest}")
    sys.exit(landing.exit_code(found, scale=plan.scale))


def _register(
    plan: counties.Plan, laid_over: overlay.Overlay, *, out: Path, with_faults: bool, tell: Tell
) -> tuple[counties.County, str]:
    made = counties.make(plan, tell=tell)
    written = files.import_files(made, laid_over)
    digest = files.write(written, out, tell=tell)
    if with_faults:
        faulty.write(written, out / "faults")
    return made, digest


def _year(
    made: counties.County, *, out: Path, with_report: bool, with_faults: bool, tell: Tell
) -> tuple[str, list[landing.Landing]]:
    scene = scene_of(made)
    tally = year_landing.Tally(made) if with_report else None
    digest = writing.write(scene, out, tell=tell, watch=[tally.see] if tally else [])
    if with_faults:
        year_faults.write(scene, out / "faults", tell=tell)
    return digest, tally.landings() if tally else []


def _print(found: Sequence[landing.Landing]) -> None:
    if not found:
        return
    grid = Grid("", "what", "expected", "±", "found")
    for one in found:
        mark = "✓" if one.is_right else "✗"
        grid.add_row(mark, one.what, f"{one.expected:g}", f"{one.off_max:g}", f"{one.found:g}")
    Console().print(grid)


@county.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=OUT)
@click.option("--wait/--no-wait", "waits", default=True, show_default=True, help="等到学时全部记完")
@with_door
def load(folder: Path, *, waits: bool, **door: Any) -> None:
    """把生成的县经公开接口导入运行中的平台；中断以后原样再来一次即可。"""
    about = json.loads(read(folder / ABOUT))
    written = Written(folder=folder, year=about["year"], digest=about["digest"])
    if school_year_of(county_day(utc_now())) < written.year:
        raise click.UsageError(f"{folder} 里是{written.year}学年，{written.year}年9月1日开学以后才能导入")
    began = time.monotonic()
    with visiting(**door) as visit:
        with refusals_in_one_line(), progress() as tell:
            loaded = run.load(written, visit=visit, now=utc_now(), tell=tell)
        click.echo(
            f"名册 {loaded.register_rows:,} 行，计划 {loaded.plans:,} 份，活动 {loaded.sessions:,} 次，"
            f"出勤 {loaded.attendances:,} 条，撤销 {loaded.reversals:,} 条"
        )
        if loaded.plans_without_anybody:
            click.echo(f"{loaded.plans_without_anybody} 份计划没有导入：学校现在没有人可以起草")
        if waits:
            with refusals_in_one_line(), progress() as tell:
                told = quiet.wait(visit, year=written.year, tell=lambda text: tell(text, 0, 1))
            click.echo(told)
    click.echo(f"用时 {time.monotonic() - began:.0f} 秒")
    click.echo(f"digest {written.digest}")
