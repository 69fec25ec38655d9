"""What the files of a generated county say, and what stands in a platform's tables once they are in."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select, func, select

from deploy.opened import databases
from services.activities.models import ActivitySession, Attendance, AttendanceRevocation
from services.directory.models import Person, School
from services.plans.models import Plan, PlanItem
from shared.vocabulary import PlanState, SessionState

Cells = Mapping[str, str]
Standing = Mapping[str, Counter[Any]]
"""By what is counted: what there is of it, and how often."""


def rows_of(folder: Path, name: str) -> Iterator[Cells]:
    """The rows of one file, read without the product; `name` is without its number."""
    [path] = folder.glob(f"??-{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def keep(path: Path, wanted: Callable[[Cells], bool]) -> Sequence[Cells]:
    """Leave only these rows in a file; which they are."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        kept = [row for row in reader if wanted(row)]
        headings = list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(kept)
    return kept


def keep_schools(folder: Path, codes: Iterable[str]) -> None:
    """Leave out every other school, and every row that names one of them or somebody of theirs."""
    wanted = set(codes)
    others = {
        cell
        for row in rows_of(folder, "学校名册")
        if row["学校代码"] not in wanted
        for cell in (row["学校代码"], row["学校名称"])
    }
    others |= {row["工号"] for row in rows_of(folder, "教师名册") if row["学校"] in others}
    for path in sorted(folder.glob("*.csv")):
        keep(path, lambda row: others.isdisjoint(row.values()))
    kept = {row["活动编号"] for row in rows_of(folder, "活动")}
    [attendance] = folder.glob("??-出勤.csv")
    keep(attendance, lambda row: row["活动编号"] in kept)


def keep_sessions(folder: Path, *, until: str) -> None:
    """Leave out what is later, but not what is taken back, with the session that it repeats."""
    twice = {row["活动编号"].removesuffix("-重复") for row in rows_of(folder, "撤销")}

    def is_kept(row: Cells) -> bool:
        return row["开始时间"][:10] <= until or row["活动编号"].removesuffix("-重复") in twice

    [sessions] = folder.glob("??-活动.csv")
    kept = {row["活动编号"] for row in keep(sessions, is_kept)}
    [attendance] = folder.glob("??-出勤.csv")
    keep(attendance, lambda row: row["活动编号"] in kept)


def said_by(folder: Path) -> Standing:
    """What has to stand when all of the files are in."""
    codes = {row["学校名称"]: row["学校代码"] for row in rows_of(folder, "学校名册")}
    rosters = ("教师名册", "教师名册-县级单位", "教师名册-二月")
    items = Counter((row["学校"], row["计划名称"]) for row in rows_of(folder, "计划"))
    held = {
        row["活动编号"]: (row["学校"], row["主题"], datetime.fromisoformat(row["开始时间"]))
        for row in rows_of(folder, "活动")
        if row["状态"] == "已举行"
    }
    present = list(rows_of(folder, "出勤"))
    reversals = rows_of(folder, "撤销")
    return {
        "schools": Counter(
            [*codes.values(), *(row["学校代码"] for row in rows_of(folder, "学校名册-县级单位"))]
        ),
        "people": Counter({row["工号"] for name in rosters for row in rows_of(folder, name)}),
        "plans": Counter((*plan, count, PlanState.APPROVED) for plan, count in items.items()),
        "sessions": Counter((*one, SessionState.HELD) for one in held.values()),
        "attendance": Counter((*held[row["活动编号"]], row["工号"], int(row["计入分钟"])) for row in present),
        "reversals": Counter((*held[row["活动编号"]], row["工号"], row["原因"]) for row in reversals),
    }


def standing_in(data: Path) -> Standing:
    """What does stand in the tables of the platform of a data folder."""
    with databases(data) as engines:
        return _standing(engines)


def _standing(engines: Mapping[str, Engine]) -> Standing:
    def found(service: str, asked: Select[*tuple[Any, ...]]) -> list[Any]:
        with engines[service].connect() as connection:
            return list(connection.execute(asked))

    codes = {row.id: row.code for row in found("directory", select(School.id, School.code))}
    numbers = {row.id: row.staff_no for row in found("directory", select(Person.id, Person.staff_no))}
    items = select(PlanItem.plan_id, func.count()).group_by(PlanItem.plan_id)
    counts = {row[0]: row[1] for row in found("plans", items)}
    plans = found("plans", select(Plan.plan_id, Plan.school_id, Plan.title, Plan.state))
    sessions = {row.activity_id: row for row in found("activities", select(ActivitySession.__table__))}
    held = {key: (codes[row.school_id], row.topic, row.starts_at) for key, row in sessions.items()}
    present = found("activities", select(Attendance.__table__))
    reversals = found("activities", select(AttendanceRevocation.__table__))
    return {
        "schools": Counter(codes.values()),
        "people": Counter(number for number in numbers.values() if number is not None),
        "plans": Counter((codes[row.school_id], row.title, counts[row.plan_id], row.state) for row in plans),
        "sessions": Counter((*held[key], row.state) for key, row in sessions.items()),
        "attendance": Counter(
            (*held[row.activity_id], numbers[row.teacher_id], row.minutes) for row in present
        ),
        "reversals": Counter(
            (*held[row.activity_id], numbers[row.teacher_id], row.reason) for row in reversals
        ),
    }
