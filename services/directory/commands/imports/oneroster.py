"""A register as a OneRoster 1.2 bundle: a zip of CSV files that other systems write and read.

What OneRoster has no column for stands in columns that begin with `metadata.`, which others pass over.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared import sheets
from shared.sheets import Column, Fault, FileRefused, Kind, Layout, Record, Row, Sheet

VERSION = "1.2"
UNUSABLE = 422
MADE_ON = (2024, 9, 1, 0, 0, 0)
MANIFEST = "manifest.csv"
OTHER_FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments",
    "lineItems", "lineItemLearningObjectiveIds", "lineItemScoreScales", "resources", "results",
    "resultLearningObjectiveIds", "resultScoreScales", "scoreScales", "userProfiles", "userResources",
)  # fmt: skip


def _text(heading: str, *, required: bool = False, code: str = "") -> Column:
    return Column(code=code or heading, heading=heading, required=required, characters_max=255)


ORGS = Layout(
    code="orgs",
    title="orgs.csv",
    columns=(
        _text("sourcedId", required=True),
        _text("status"),
        _text("dateLastModified"),
        _text("name", required=True),
        _text("type", required=True),
        _text("identifier"),
        _text("parentSourcedId"),
        *(_text(f"metadata.{code}", code=code) for code in ("stage", "category", "short_name", "aliases")),
    ),
    unique=("sourcedId",),
)
USERS = Layout(
    code="users",
    title="users.csv",
    columns=(
        _text("sourcedId", required=True),
        _text("status"),
        _text("dateLastModified"),
        _text("enabledUser"),
        _text("username"),
        _text("givenName"),
        _text("familyName"),
        _text("identifier"),
        _text("phone"),
        _text("primaryOrgSourcedId"),
        *(_text(f"metadata.{code}", code=code) for code in ("name", "sex", "subject", "title")),
        Column(code="joined_on", heading="metadata.joined_on", kind=Kind.DAY),
    ),
    unique=("sourcedId",),
)
ROLES = Layout(
    code="roles",
    title="roles.csv",
    columns=(
        _text("sourcedId", required=True),
        _text("userSourcedId", required=True),
        _text("roleType", required=True),
        _text("role", required=True),
        Column(code="beginDate", heading="beginDate", kind=Kind.DAY),
        Column(code="endDate", heading="endDate", kind=Kind.DAY),
        _text("orgSourcedId", required=True),
    ),
    unique=("sourcedId",),
)
FILES = (ORGS, USERS, ROLES)
REJECTED_OF_BUNDLE = Layout(
    code="oneroster",
    title="OneRoster退回",
    columns=(
        Column(code="row", heading="行", width=8),
        Column(code="key", heading="编号", width=16),
        Column(code="name", heading="名称", width=24),
    ),
)
"""What is wrong with a bundle is put right where it was made, so its rows are only named."""

ROLE_NAMES = {"principal": "principal", "academic_office": "siteAdministrator", "teacher": "teacher"}
"""Our posts in OneRoster's words; the others have none and are teachers there."""
OUR_ROLES = {theirs: ours for ours, theirs in ROLE_NAMES.items()}
SCHOOL_TYPES = {"school"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle says, as rows of the school roster and of the teacher roster."""

    schools: Sequence[Record]
    teachers: Sequence[Record]
    school_rows: Sequence[int]
    """In which row of orgs.csv each stands."""
    teacher_rows: Sequence[int]
    """In which row of users.csv."""
    faults: Sequence[Fault]
    warnings: Sequence[Fault]


def write_bundle(schools: Iterable[Record], teachers: Iterable[Record]) -> bytes:
    """A bulk bundle of schools and teachers; a teacher's school is named by its code."""
    schools = list(schools)
    teachers = list(teachers)
    contents = {
        MANIFEST: _manifest(),
        "orgs.csv": _csv(ORGS, _orgs(schools)),
        "users.csv": _csv(USERS, map(_user, teachers)),
        "roles.csv": _csv(ROLES, (role for teacher in teachers for role in _roles(teacher))),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, MADE_ON), content, compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _csv(layout: Layout, records: Iterable[Record]) -> bytes:
    return sheets.delimited(layout, records).removeprefix(b"\xef\xbb\xbf")


def _manifest() -> bytes:
    given = {layout.code for layout in FILES}
    stream = io.StringIO(newline="")
    lines = csv.writer(stream, lineterminator="\r\n")
    lines.writerow(("propertyName", "value"))
    lines.writerows((("manifest.version", "1.0"), ("oneroster.version", VERSION)))
    for name in sorted((*OTHER_FILES, *given), key=str.casefold):
        lines.writerow((f"file.{name}", "bulk" if name in given else "absent"))
    lines.writerow(("source.systemName", "Yanxun"))
    return stream.getvalue().encode()


def _orgs(schools: Sequence[Record]) -> Iterator[Record]:
    """Townships first, then the schools that hang on them."""
    townships = {str(school["township"]): None for school in schools}
    for name in townships:
        yield {"sourcedId": f"township-{name}", "name": name, "type": "local"}
    for school in schools:
        yield {
            "sourcedId": school["code"],
            "name": school["name"],
            "type": "school",
            "identifier": school["code"],
            "parentSourcedId": f"township-{school['township']}",
            **{code: school.get(code) for code in ("stage", "category", "short_name", "aliases")},
        }


def _user(teacher: Record) -> Record:
    name = str(teacher["name"])
    return {
        "sourcedId": teacher["staff_number"],
        "enabledUser": "true",
        "username": str(teacher["staff_number"]).lower(),
        "givenName": name[1:] or name,
        "familyName": name[:1],
        "identifier": teacher["staff_number"],
        "phone": teacher.get("phone"),
        "primaryOrgSourcedId": teacher["school"],
        "joined_on": teacher.get("joined_on"),
        **{code: teacher.get(code) for code in ("name", "sex", "subject", "title")},
    }


def _roles(teacher: Record) -> Iterator[Record]:
    held = teacher.get("roles") or ()
    names = {ROLE_NAMES.get(role, "teacher"): None for role in (held if isinstance(held, tuple) else ())}
    for place, name in enumerate(names or ["teacher"]):
        yield {
            "sourcedId": f"{teacher['staff_number']}-{name}",
            "userSourcedId": teacher["staff_number"],
            "roleType": "secondary" if place else "primary",
            "role": name,
            "beginDate": teacher.get("joined_on"),
            "orgSourcedId": teacher["school"],
        }


def read_bundle(data: bytes) -> Bundle:
    """Read a whole bundle, or refuse it; ids that lead nowhere are faults."""
    parts = sheets.open_zip(data)
    if MANIFEST not in parts.names:
        raise FileRefused(
            UNUSABLE, "manifest_missing", "压缩包里没有 manifest.csv，不是 OneRoster 文件包，请重新导出"
        )
    _check_manifest(parts.whole(MANIFEST))
    found: dict[str, Sheet] = {}
    for layout in FILES:
        if layout.title not in parts.names:
            raise FileRefused(UNUSABLE, "bundle_incomplete", "压缩包里缺少 {name}", name=layout.title)
        found[layout.code] = sheets.read(parts.whole(layout.title), layout.title, layout)
    reading = _Reading(found)
    return Bundle(
        schools=reading.schools,
        teachers=reading.teachers,
        school_rows=reading.school_rows,
        teacher_rows=reading.teacher_rows,
        faults=[fault for sheet in found.values() for fault in sheet.faults] + reading.faults,
        warnings=[warning for sheet in found.values() for warning in sheet.warnings],
    )


def _check_manifest(content: bytes) -> None:
    text = content.decode("utf-8-sig", "replace")
    properties = {row[0].strip(): row[1].strip() for row in csv.reader(io.StringIO(text)) if len(row) > 1}
    version = properties.get("oneroster.version", "")
    if version != VERSION:
        raise FileRefused(
            UNUSABLE,
            "version_unknown",
            "文件包是 OneRoster {version}，能读取的是 1.2，请按这个版本导出",
            version=version or "?",
        )
    for layout in FILES:
        mode = properties.get(f"file.{layout.code}", "absent")
        if mode != "bulk":
            raise FileRefused(
                UNUSABLE,
                "bundle_not_bulk",
                "{name} 的方式是 {mode}，能读取的是全量（bulk），请按全量导出",
                name=layout.title,
                mode=mode,
            )


class _Reading:
    """A bundle's way from three files to two rosters."""

    def __init__(self, found: Mapping[str, Sheet]) -> None:
        self.faults: list[Fault] = []
        self._orgs = {row["sourcedId"]: row for row in _kept(found["orgs"])}
        self._roles: dict[str, list[Row]] = {}
        users = {row["sourcedId"]: row for row in _kept(found["users"])}
        for row in found["roles"].rows:
            if row["userSourcedId"] not in users:
                self._orphan("roles.csv", row, "userSourcedId")
            elif row["orgSourcedId"] not in self._orgs:
                self._orphan("roles.csv", row, "orgSourcedId")
            elif row["role"] in OUR_ROLES:
                self._roles.setdefault(row["userSourcedId"], []).append(row)
        schools = [row for row in self._orgs.values() if row["type"] in SCHOOL_TYPES]
        self.schools = [self._school(row) for row in schools]
        self.school_rows = [row.number for row in schools]
        self.teachers = [self._teacher(users[number], held) for number, held in self._roles.items()]
        self.teacher_rows = [users[number].number for number in self._roles]

    def _orphan(self, file: str, row: Row, code: str) -> None:
        text = f"“{row[code]}”在文件包里找不到，请补上或更正"
        self.faults.append(Fault(file, row.number, "", code, "id_unknown", text))

    def _school(self, row: Row) -> Record:
        parent = row["parentSourcedId"]
        if parent is not None and parent not in self._orgs:
            self._orphan("orgs.csv", row, "parentSourcedId")
        above = self._orgs.get(parent)
        return {
            "code": row["identifier"] or row["sourcedId"],
            "name": row["name"],
            "township": above["name"] if above is not None else None,
            "stage": row["stage"],
            "category": row["category"],
            "short_name": row["short_name"],
            "aliases": tuple(str(row["aliases"]).split("、")) if row["aliases"] else (),
        }

    def _teacher(self, user: Row, held: Sequence[Row]) -> Record:
        first = next((row for row in held if row["roleType"] == "primary"), held[0])
        org = self._orgs.get(user["primaryOrgSourcedId"]) or self._orgs[first["orgSourcedId"]]
        return {
            "school": org["identifier"] or org["sourcedId"],
            "staff_number": user["identifier"] or user["sourcedId"],
            "name": user["name"] or _full_name(user),
            "sex": user["sex"],
            "subject": user["subject"],
            "title": user["title"],
            "joined_on": user["joined_on"] or first["beginDate"],
            "roles": tuple(OUR_ROLES[row["role"]] for row in held),
            "phone": user["phone"],
        }


def _kept(sheet: Sheet) -> Iterator[Row]:
    """Rows but those that their system has marked as deleted."""
    return (row for row in sheet.rows if row["status"] != "tobedeleted")


def _full_name(user: Row) -> str:
    """Family name first where the name is Chinese."""
    family, given = user["familyName"] or "", user["givenName"] or ""
    return f"{given} {family}".strip() if (family + given).isascii() else family + given
