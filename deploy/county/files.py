"""The import files a county is written as, each as a workbook and as CSV, and their digest."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.county.county import County
from deploy.county.overlay import Overlay
from deploy.county.places import BUREAU, BY_CODE, COUNTY, TRAINING_SCHOOL
from deploy.county.schools import School
from deploy.county.teachers import Teacher
from services.directory.domain import layouts
from shared import sheets
from shared.sheets import Layout, Record

SUBJECT_OF_OFFICES = "综合"
FOCUSES = {
    "教学常规": "教学",
    "课堂教学": "教学",
    "新学科": "教学",
    "返岗": "教学",
    "班级管理": "班主任",
    "骨干培养": "教科研",
    "信息技术": "信息技术",
}
"""What the county's rules for pairings call what the pairs are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """One file to import: its name without an ending, its layout, its rows."""

    name: str
    layout: Layout
    rows: Sequence[Record]


def import_files(county: County, overlay: Overlay) -> list[ImportFile]:
    """Every file, in the order in which they are imported."""
    school_names = {school.code: school.name for school in county.schools}
    aliases = overlay.aliases
    contents: tuple[tuple[str, Layout, list[Record]], ...] = (
        (
            "学校名册",
            layouts.SCHOOLS,
            [*(_school(one, aliases.get(one.code, ())) for one in county.schools), *overlay.schools],
        ),
        ("学校名册-县级单位", layouts.SCHOOLS, _offices()),
        (
            "教师名册",
            layouts.TEACHERS,
            [*_teachers(county, county.teachers, school_names), *overlay.teachers],
        ),
        ("教师名册-县级单位", layouts.TEACHERS, _county_people(county)),
        ("教研组", layouts.GROUPS, _groups(county, school_names)),
        ("师徒结对", layouts.PAIRINGS, _pairs(county)),
        ("教育联点", layouts.LIAISONS, _liaisons(county, school_names)),
        ("基地学校", layouts.PARTNERSHIPS, _partnerships(county, school_names)),
        ("状态", layouts.ABSENCES, _absences(county)),
        ("教师名册-二月", layouts.TEACHERS, list(_teachers(county, _of_february(county), school_names))),
        ("调动", layouts.TRANSFERS, _moves(county, school_names)),
    )
    return [
        ImportFile(name=f"{number:02d}-{name}", layout=layout, rows=rows)
        for number, (name, layout, rows) in enumerate(contents, start=1)
    ]


def write(files: Sequence[ImportFile], folder: Path, *, tell: Callable[[str, int, int], None]) -> str:
    """Write them into a folder; the digest of everything written."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    total = sum(len(file.rows) for file in files)
    done = 0
    for file in files:
        tell(file.name, done, total)
        text = sheets.delimited(file.layout, file.rows)
        (folder / f"{file.name}.csv").write_bytes(text)
        (folder / f"{file.name}.xlsx").write_bytes(sheets.workbook(file.layout, file.rows))
        for line in (file.name.encode(), *sorted(text.splitlines())):
            digest.update(line + b"\n")
        done += len(file.rows)
        tell(file.name, done, total)
    return digest.hexdigest()


def _school(school: School, more: Sequence[str]) -> Record:
    stratum = BY_CODE[school.stratum]
    return {
        "code": school.code,
        "name": school.name,
        "short_name": school.short_name,
        "aliases": (*school.aliases, *more),
        "stage": stratum.stage,
        "category": stratum.category,
        "township": school.township.name,
        "central_school": school.central_school,
        "opened_on": school.opened_on,
        "closed_on": school.closed_on,
    }


def _offices() -> list[Record]:
    return [
        {"code": code, "name": name, "stage": "office", "category": "other", "township": COUNTY}
        for code, name in (("S00001", BUREAU), ("S00002", TRAINING_SCHOOL))
    ]


def _teachers(county: County, teachers: Sequence[Teacher], school_names: dict[str, str]) -> Iterator[Record]:
    groups = [*county.split_groups, *(group for group in county.groups if not group.parent)]
    whole = {one: group.name for group in groups for one in group.members}
    parts = {one: group.name for group in county.groups if group.parent for one in group.members}
    for one in teachers:
        yield {
            "school": school_names[one.school],
            "staff_number": one.staff_number,
            "name": one.name,
            "sex": one.sex,
            "birth_year": one.birth_year,
            "subject": one.subject,
            "second_subjects": one.second_subjects,
            "title": one.title,
            "work_year": one.work_year,
            "joined_on": one.joined_on,
            "roles": county.roles.get(one.staff_number, ("teacher",)),
            "group": whole.get(one.staff_number),
            "planning_group": parts.get(one.staff_number),
            "phone": one.phone,
        }


def _of_february(county: County) -> list[Teacher]:
    return sorted([*county.entries, *county.renamed], key=lambda one: one.staff_number)


def _county_people(county: County) -> list[Record]:
    return [
        {
            "school": one.office,
            "staff_number": one.staff_number,
            "name": one.name,
            "sex": one.sex,
            "subject": SUBJECT_OF_OFFICES,
            "joined_on": one.joined_on,
            "roles": (one.role,) if one.role else (),
        }
        for one in county.people
    ]


def _groups(county: County, school_names: dict[str, str]) -> list[Record]:
    ordered = sorted([*county.groups, *county.split_groups], key=lambda group: (group.school, group.name))
    return [
        {
            "school": school_names[group.school],
            "name": group.name,
            "kind": group.kind,
            "subject": group.subject,
            "leader": group.leader,
        }
        for group in ordered
    ]


def _pairs(county: County) -> list[Record]:
    fields = ("mentor", "apprentice", "started_on", "term_years", "state", "ended_on")
    return [
        {**{name: getattr(pair, name) for name in fields}, "focus": FOCUSES[pair.focus]}
        for pair in county.pairs
    ]


def _liaisons(county: County, school_names: dict[str, str]) -> list[Record]:
    return [{"staff_number": trainer, "school": school_names[code]} for trainer, code in county.liaisons]


def _partnerships(county: County, school_names: dict[str, str]) -> list[Record]:
    return [
        {"base_school": school_names[base], "partner_school": school_names[code]}
        for base, code in county.partnerships
    ]


def _absences(county: County) -> list[Record]:
    return [
        {
            "staff_number": one.staff_number,
            "kind": one.kind,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
        }
        for one in county.absences
    ]


def _moves(county: County, school_names: dict[str, str]) -> list[Record]:
    return [
        {
            "staff_number": move.staff_number,
            "from_school": school_names[move.from_school],
            "to_school": school_names[move.to_school],
            "effective_on": move.effective_on,
        }
        for move in county.moves
    ]
