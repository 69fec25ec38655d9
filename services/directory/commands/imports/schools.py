"""The list of schools (学校名册): opened, renamed, moved, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.facts import Draft, Values
from services.directory.commands.imports.work import Planned, Terms, given, rejected
from services.directory.commands.schools import enter_district, say_schools
from services.directory.domain.imports import Line, Trouble, differences
from services.directory.domain.names import name_key
from services.directory.domain.periods import Period
from services.directory.domain.timelines import Fact, Step
from services.directory.models import School, SchoolAlias, SchoolRecord
from shared.inserts import insert_new
from shared.sheets import Row, Sheet
from shared.values import new_id
from shared.vocabulary import ImportVerdict, SchoolCategory, SchoolStage

HEADINGS = {
    "name": "学校名称",
    "short_name": "简称",
    "stage": "学段",
    "category": "学校类别",
    "township": "乡镇",
    "central_school": "中心校",
    "closed_on": "撤并日期",
    "aliases": "别名",
}
COLUMNS = {
    "name": "name",
    "short_name": "short_name",
    "stage": "stage",
    "category": "category",
    "township": "township",
    "central_school": "central_school",
    "opened_on": "opened_on",
    "closed_on": "closed_on",
    "aliases": "aliases",
}
STAGES = {stage.value: stage for stage in SchoolStage}
CATEGORIES = {category.value: category for category in SchoolCategory}
PLAIN = ("name", "short_name", "stage", "category")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that can be taken, with the school it is about when there is one."""

    row: Row
    says: Mapping[str, Any]
    school_id: UUID | None
    facts: Sequence[Fact[Values]]


def plan_schools(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change; schools it does not name stay as they are."""
    register = queries.school_register(session, codes=[row["code"] for row in sheet.rows])
    lines = rejected(sheet, key="code")
    to_do: list[Entry] = []
    names = queries.lasting_names(session)
    codes = {row["code"] for row in sheet.rows}
    for row in sheet.rows:
        known = register.get(row["code"])
        entry = Entry(
            row=row,
            says=_typed(given(row, COLUMNS)),
            school_id=known.school_id if known else None,
            facts=known.facts if known else (),
        )
        troubles = _troubles(entry, names=names, codes=codes | register.keys())
        line = _line(entry, troubles, before=known.is_in(terms.effective_on) if known else None)
        lines.append(line)
        if line.verdict in {ImportVerdict.NEW, ImportVerdict.CHANGED}:
            to_do.append(entry)
    lines.sort(key=lambda line: line.row or 0)
    return Planned(
        lines=lines, carry_out=lambda at, batch, _: _carry_out(at, to_do, terms=terms, batch=batch)
    )


def _typed(says: Mapping[str, Any]) -> dict[str, Any]:
    typed = dict(says)
    if "stage" in typed:
        typed["stage"] = STAGES[typed["stage"]]
    if "category" in typed:
        typed["category"] = CATEGORIES[typed["category"]]
    return typed


def _troubles(entry: Entry, *, names: Mapping[str, UUID], codes: set[str]) -> list[Trouble]:
    found: list[Trouble] = []
    says = entry.says
    holder = names.get(name_key(says["name"]))
    if holder is not None and holder != entry.school_id:
        text = f"县里已有名为“{says['name']}”的学校，请核对学校代码"
        found.append(Trouble(column="学校名称", code="school_name_taken", text=text))
    central = says.get("central_school")
    if central is not None and central not in codes and name_key(central) not in names:
        text = f"没有代码或名称为“{central}”的中心校，请核对，或先填写中心校"
        found.append(Trouble(column="中心校", code="school_unknown", text=text))
    if entry.school_id is None and "stage" not in says:
        found.append(Trouble(column="学段", code="value_missing", text="新学校要有学段，请填写"))
    opened, closed = says.get("opened_on"), says.get("closed_on")
    if opened and closed and closed <= opened:
        text = f"撤并日期{closed}应晚于开办日期{opened}"
        found.append(Trouble(column="撤并日期", code="period_empty", text=text))
    return found


def _after(entry: Entry, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """Aliases come to those that are there, in whichever order."""
    if "aliases" not in entry.says:
        return entry.says
    return {**entry.says, "aliases": tuple(sorted({*before["aliases"], *entry.says["aliases"]}))}


def _line(entry: Entry, troubles: list[Trouble], *, before: Mapping[str, Any] | None) -> Line:
    changed = differences(before, _after(entry, before), headings=HEADINGS) if before and not troubles else ()
    if troubles:
        verdict = ImportVerdict.REJECTED
    elif before is None:
        verdict = ImportVerdict.NEW
    else:
        verdict = ImportVerdict.CHANGED if changed else ImportVerdict.UNCHANGED
    return Line(
        verdict=verdict,
        key=entry.row["code"],
        name=entry.says["name"],
        place=entry.says["township"],
        row=entry.row.number,
        differences=changed,
        troubles=tuple(troubles),
    )


def _carry_out(session: Session, to_do: Sequence[Entry], *, terms: Terms, batch: UUID) -> None:
    now = terms.now
    ids = {entry.row["code"]: entry.school_id or new_id(now) for entry in to_do}
    new = [
        {"id": ids[entry.row["code"]], "code": entry.row["code"], "version": 0, "entered_at": now}
        for entry in to_do
        if entry.school_id is None
    ]
    if new:
        session.execute(insert(School), new)
    townships = {entry.says["township"] for entry in to_do}
    districts = {name: enter_district(session, name=name, now=now) for name in sorted(townships)}
    by_code = dict(session.execute(select(School.code, School.id)).all())
    by_name = queries.lasting_names(session) | {
        name_key(entry.says["name"]): ids[entry.row["code"]] for entry in to_do
    }
    draft = Draft(SchoolRecord)
    for entry in to_do:
        says = entry.says
        central = says.get("central_school")
        changes = {name: says[name] for name in PLAIN if name in says}
        changes |= {"name_key": name_key(says["name"]), "district_id": districts[says["township"]]}
        if central is not None:
            changes["central_school_id"] = by_code.get(central) or by_name[name_key(central)]
        _draw_up(draft, entry, changes, school_id=ids[entry.row["code"]], terms=terms)
    draft.write(session, now=now, batch=batch)
    _write_aliases(session, to_do, ids, terms=terms)
    say_schools(session, list(ids.values()), now=now)


def _draw_up(
    draft: Draft, entry: Entry, changes: Mapping[str, Any], *, school_id: UUID, terms: Terms
) -> None:
    """From its opening for a new school, from the day the import holds for one that is there."""
    since: date = terms.effective_on if entry.facts else entry.says.get("opened_on") or terms.effective_on
    until: date | None = entry.says.get("closed_on")
    empty = {"short_name": None, "category": SchoolCategory.OTHER, "central_school_id": None}
    steps: list[Step[Values]] = []
    if until is None or since < until:
        amended = Period(starts_on=since, ends_on=until)
        steps.append((amended, lambda before: {**empty, **(before or {}), **changes}))
    if until is not None:
        steps.append((Period(starts_on=until, ends_on=None), lambda _: None))
    draft.rewrite(entry.facts, of={"school_id": school_id}, steps=steps)


def _write_aliases(
    session: Session, to_do: Sequence[Entry], ids: Mapping[str, UUID], *, terms: Terms
) -> None:
    rows = [
        {
            "id": new_id(terms.now),
            "school_id": ids[entry.row["code"]],
            "alias": alias,
            "alias_key": name_key(alias),
            "entered_at": terms.now,
        }
        for entry in to_do
        for alias in entry.says.get("aliases", ())
    ]
    insert_new(session, SchoolAlias, rows)
