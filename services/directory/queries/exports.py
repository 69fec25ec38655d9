"""The register as rows of a sheet, which import again without a change."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.queries.registers import known_schools, register_on, school_register
from shared.auth import Actor
from shared.values import Missing
from shared.vocabulary import GroupKind, ImportKind, Role

TERMS = ("name", "sex", "subject", "title", "phone", "joined_on")


def register_rows(
    session: Session, *, actor: Actor, kind: ImportKind, on: date
) -> Iterator[Mapping[str, Any]]:
    """The rows of a day, of the schools within reach; for whoever keeps a register."""
    if kind is ImportKind.TEACHERS:
        actor.require(*MAY[Act.IMPORT_PEOPLE])
        return _teachers(session, actor=actor, on=on)
    if kind is ImportKind.SCHOOLS:
        actor.require(*MAY[Act.IMPORT_COUNTY])
        return _schools(session, on=on)
    raise Missing("这种名册目前不能导出")


def _teachers(session: Session, *, actor: Actor, on: date) -> Iterator[Mapping[str, Any]]:
    schools = known_schools(session, actor=actor, on=on)
    entries = register_on(session, staff_nos=(), school_ids=list(schools.names), on=on)
    members = list(Role)
    placed = [(schools.names[one.school_id], one) for one in entries if one.school_id is not None]
    for school_name, entry in sorted(placed, key=lambda one: (one[0], one[1].staff_no or "")):
        says = entry.says
        row = {code: says[code] for code in TERMS}
        for group_kind, name in says["groups"]:
            row["planning_group" if group_kind is GroupKind.LPG else "group"] = name
        yield {
            **row,
            "school": school_name,
            "staff_number": entry.staff_no,
            "birth_year": says["born_in"],
            "work_year": says["serves_since"],
            "second_subjects": tuple(says["second_subjects"].split("、")) if says["second_subjects"] else (),
            "roles": tuple(sorted({Role.TEACHER, *says["roles"]}, key=members.index)),
        }


def _schools(session: Session, *, on: date) -> Iterator[Mapping[str, Any]]:
    for code, school in sorted(school_register(session, codes=None).items()):
        yield {**school.is_in(on), "code": code, "opened_on": school.facts[0].period.starts_on}
