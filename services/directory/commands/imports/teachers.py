"""The roster of teachers (教师名册): who is new, who changed, who is missing, and how that is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.imports.roster import Roster, Standing, Wanted, ordered
from services.directory.commands.imports.roster_writing import write_roster
from services.directory.commands.imports.work import (
    Planned,
    Terms,
    Unresolved,
    rejected,
    school_called,
)
from services.directory.domain.imports import (
    Difference,
    Line,
    Trouble,
    check_missing,
    differences,
)
from services.directory.domain.names import name_key
from services.directory.domain.people import manageable_roles
from services.directory.queries.registers import Entry, KnownSchools
from shared.sheets import Row, Sheet
from shared.vocabulary import GroupKind, ImportExtent, ImportVerdict, Role

HEADINGS = {
    "staff_no": "工号",
    "school": "学校",
    "name": "姓名",
    "sex": "性别",
    "born_in": "出生年",
    "subject": "任教学科",
    "second_subjects": "兼教学科",
    "title": "职称",
    "serves_since": "参加工作年份",
    "joined_on": "到校日期",
    "roles": "职务",
    "group": "教研组",
    "planning_group": "备课组",
    "phone": "手机",
}
COUNTYS_OWN = frozenset({Role.COUNTY_TRAINER})
"""A roster gives these posts and never ends one: what a school does not name is not its own to take."""


def plan_teachers(
    session: Session, sheet: Sheet, terms: Terms, *, schools: KnownSchools | None = None
) -> Planned:
    """What the file would change. Reads the register once, whatever the number of rows.

    `schools` are those it may speak of; without any, those of the register.
    """
    schools = schools or queries.known_schools(session, actor=terms.actor, on=terms.effective_on)
    wanted, lines = _wanted(sheet, schools)
    school_ids = {one.school_id for one in wanted}
    present = queries.register_on(
        session,
        staff_nos={one.staff_no for one in wanted},
        school_ids=school_ids,
        on=terms.effective_on,
    )
    roster = Roster(
        terms=terms,
        may_give=manageable_roles(terms.actor.roles),
        schools=schools,
        groups=queries.groups_by_name(
            session,
            school_ids=school_ids,
            district_ids={schools.districts[school_id] for school_id in school_ids},
        ),
        lines=lines,
    )
    by_number = {one.staff_no: one for one in present if one.staff_no}
    unnumbered = _unnumbered(present)
    for one in wanted:
        namesakes = unnumbered.get((one.school_id, name_key(one.row["name"])), ())
        _judge(roster, one, by_number.get(one.staff_no), namesakes=namesakes)
    _judge_missing(roster, wanted, present, school_ids=school_ids)
    roster.lines.sort(key=lambda line: (line.row is None, line.row or 0, line.key))
    return Planned(
        lines=roster.lines, carry_out=lambda at, batch, tell: write_roster(at, roster, batch=batch, tell=tell)
    )


def _unnumbered(present: Sequence[Entry]) -> dict[tuple[UUID | None, str], list[Entry]]:
    """Whoever the register has without a staff number, by school and name: a row may be about them."""
    found: defaultdict[tuple[UUID | None, str], list[Entry]] = defaultdict(list)
    for one in present:
        if one.staff_no is None and one.says["name"] is not None:
            found[one.school_id, name_key(one.says["name"])].append(one)
    return found


def _wanted(sheet: Sheet, schools: KnownSchools) -> tuple[list[Wanted], list[Line]]:
    found: list[Wanted] = []
    lines = rejected(sheet, key="staff_number")
    for row in sheet.rows:
        try:
            school_id = school_called(row["school"], schools)
        except Unresolved as unresolved:
            lines.append(_rejection(row, unresolved.trouble))
        else:
            found.append(Wanted(row=row, staff_no=row["staff_number"], school_id=school_id))
    return found, lines


def _rejection(row: Row, *troubles: Trouble) -> Line:
    return Line(
        verdict=ImportVerdict.REJECTED,
        key=row["staff_number"],
        name=row["name"],
        place=row["school"],
        row=row.number,
        troubles=troubles,
    )


# --- judging --------------------------------------------------------------------------------------------


def _judge(roster: Roster, wanted: Wanted, entry: Entry | None, *, namesakes: Sequence[Entry]) -> None:
    if entry is None and len(namesakes) == 1:
        entry = namesakes[0]
    standing = _standing(roster, entry) if entry else None
    says = wanted.says
    troubles = _troubles(roster, wanted, standing, says=says, namesakes=0 if entry else len(namesakes))
    if troubles:
        roster.lines.append(_rejection(wanted.row, *troubles))
        return
    is_new = standing is None or standing.is_new
    changed: tuple[Difference, ...] = ()
    if standing is not None and not is_new:
        after = {**says, "school": roster.school_name(wanted.school_id), "staff_no": wanted.staff_no}
        if "roles" in after:
            stays = (COUNTYS_OWN | roster.terms.unspoken_roles) & set(standing.is_in["roles"])
            after["roles"] = ordered({*after["roles"], *stays})
        changed = differences(standing.is_in, after, headings=HEADINGS)
    known = ImportVerdict.CHANGED if changed else ImportVerdict.UNCHANGED
    verdict = ImportVerdict.NEW if is_new else known
    roster.lines.append(
        Line(
            verdict=verdict,
            key=wanted.staff_no,
            name=wanted.row["name"],
            place=roster.school_name(wanted.school_id),
            row=wanted.row.number,
            differences=changed,
        )
    )
    if verdict is not ImportVerdict.UNCHANGED:
        roster.to_do.append((wanted, standing))


def _standing(roster: Roster, entry: Entry) -> Standing:
    is_in = dict(entry.says)
    is_in["school"] = roster.school_name(entry.school_id)
    is_in["roles"] = ordered({Role.TEACHER, *entry.says["roles"]})
    for kind, name in entry.says["groups"]:
        is_in["planning_group" if kind is GroupKind.LPG else "group"] = name
    return Standing(
        person_id=entry.person_id,
        school_id=entry.school_id,
        is_in=is_in,
        is_new=entry.says["name"] is None,
        numbers=entry.staff_no is None,
    )


def _troubles(
    roster: Roster,
    wanted: Wanted,
    standing: Standing | None,
    *,
    says: Mapping[str, Any],
    namesakes: int,
) -> list[Trouble]:
    found: list[Trouble] = []
    actor = roster.terms.actor
    if namesakes:
        text = f"本校有{namesakes}位同名教师还没有工号，无法判断是哪一位，请先在名册中补上工号"
        found.append(Trouble(column="姓名", code="person_ambiguous", text=text))
    elsewhere = standing is not None and standing.school_id not in {None, wanted.school_id}
    if elsewhere and not actor.is_county:
        text = "工号已属于其他学校的教师，请核对工号；若是调入，请办理调动"
        found.append(Trouble(column="工号", code="belongs_elsewhere", text=text))
    beyond = set(says.get("roles", ())) - roster.may_give
    if standing is not None:
        beyond -= set(standing.is_in["roles"])
    if beyond:
        labels = "、".join(role.label for role in ordered(beyond))
        found.append(
            Trouble(
                column="职务",
                code="role_beyond",
                text=f"您不能授予这些职务，请删去或联系县级管理员：{labels}",
            )
        )
    if (standing is None or standing.is_new) and "subject" not in says:
        found.append(Trouble(column="任教学科", code="value_missing", text="新增教师要有任教学科，请填写"))
    born, served = says.get("born_in"), says.get("serves_since")
    if born is not None and served is not None and served <= born:
        text = f"参加工作年份{served}应晚于出生年{born}"
        found.append(Trouble(column="参加工作年份", code="year_before_birth", text=text))
    return found


def _judge_missing(
    roster: Roster, wanted: Sequence[Wanted], present: Sequence[Entry], *, school_ids: set[UUID]
) -> None:
    """Whoever belongs to a school of the file and is not in it. They stay: a file takes nobody away.

    A list of some people says nothing about the others.
    """
    if roster.terms.extent is ImportExtent.PART:
        return
    named = {one.staff_no for one in wanted} | {line.key for line in roster.lines}
    found = {standing.person_id for _, standing in roster.to_do if standing}
    members = [one for one in present if one.school_id in school_ids]
    missing = [one for one in members if one.staff_no not in named and one.person_id not in found]
    check_missing(missing=len(missing), registered=len(members))
    roster.lines += [
        Line(
            verdict=ImportVerdict.MISSING,
            key=one.staff_no or "",
            name=one.says["name"] or "",
            place=roster.school_name(one.school_id),
        )
        for one in missing
    ]
