"""The register as rows of a sheet, which import again without a change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.domain.acts import MAY, Act
from services.directory.domain.agreements import years_between
from services.directory.domain.imports import KEPT_BY, duty_text
from services.directory.models import Absence
from services.directory.queries.circles import Circle, circles, people_in, schools_by_district
from services.directory.queries.pages import known
from services.directory.queries.pairs import pairs_within_reach
from services.directory.queries.policies import policy_on
from services.directory.queries.registers import KnownSchools, known_schools, register_on, school_register
from services.directory.queries.staff import everybodys_liaisons, known_staff, numbers_of, within_reach_of
from services.directory.queries.transfers import agreed_moves
from shared.auth import Actor
from shared.sheets.limits import CELL_CHARACTERS_MAX
from shared.values import Missing, Refused
from shared.vocabulary import GroupKind, ImportKind, PairingState, Role

TERMS = ("name", "sex", "subject", "title", "phone", "joined_on")
PAIRING_STATES: Mapping[PairingState, str] = {
    PairingState.PROPOSED: "waiting",
    PairingState.SIGNED: "waiting",
    PairingState.ACTIVE: "active",
    PairingState.ENDED: "expired",
    PairingState.EXPIRED: "expired",
    PairingState.DISSOLVED: "dissolved",
}
NOWHERE = UUID(int=0)
NAMED_MAX = 5
Rows = Iterator[Mapping[str, Any]]


def register_rows(session: Session, *, actor: Actor, kind: ImportKind, on: date) -> Rows:
    """The rows of a day, of the schools within reach; for whoever keeps a register."""
    if kind not in ROWS:
        raise Missing("这种名册不能导出为表格")
    actor.require(*KEPT_BY[kind])
    return ROWS[kind](session, actor=actor, on=on)


def _teachers(session: Session, *, actor: Actor, on: date) -> Rows:
    schools = known_schools(session, actor=actor, on=on)
    entries = register_on(session, staff_nos=(), school_ids=list(schools.names), on=on)
    members = list(Role)
    placed = [(schools.names.get(one.school_id or NOWHERE), one) for one in entries]
    found = [(name, entry) for name, entry in placed if name is not None]
    for school_name, entry in sorted(found, key=lambda one: (one[0], one[1].staff_no or "")):
        says = entry.says
        row = {code: says[code] for code in TERMS}
        for group_kind, name in says["groups"]:
            if group_kind is not GroupKind.LEADING:
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


def _schools(session: Session, *, actor: Actor, on: date) -> Rows:
    del actor  # the county, which reaches all
    for code, school in sorted(school_register(session, codes=None).items()):
        yield {**school.is_in(on), "code": code, "opened_on": school.facts[0].period.starts_on}


def _groups(session: Session, *, actor: Actor, on: date) -> Rows:
    """Of a joint group the first school of its district; several leaders cannot be written down."""
    schools = known_schools(session, actor=actor, on=on)
    found = circles(session, homes=_homes_of_groups(schools, actor=actor))
    numbers = numbers_of(session, people_in(found, on=on))
    names = {one.id: called["name"] for one in found if (called := one.called_on(on)) is not None}
    in_districts = schools_by_district(session)
    rows = [
        _group(one, schools=schools, numbers=numbers, names=names, in_districts=in_districts, on=on)
        for one in found
        if one.id in names
    ]
    # A planning group speaks of the group it is part of, so that one comes first.
    yield from sorted(rows, key=lambda row: (row["school"] or "", row["within"] is not None, row["name"]))


def _homes_of_groups(schools: KnownSchools, *, actor: Actor) -> set[UUID]:
    districts = set(schools.districts.values()) if actor.is_county else set()
    return {*schools.names, *districts}


def _group(
    one: Circle,
    *,
    schools: KnownSchools,
    numbers: Mapping[UUID, str],
    names: Mapping[UUID, str],
    in_districts: Mapping[UUID, set[UUID]],
    on: date,
) -> dict[str, Any]:
    called = one.called_on(on) or {}
    own = sorted(schools.names[key] for key in in_districts.get(one.home, {one.home}) if key in schools.names)
    leaders = [numbers.get(key) for key in one.led_on(on)]
    members = tuple(
        sorted(duty_text(numbers[key], duty) for key, duty in one.duties_on(on).items() if key in numbers)
    )
    return {
        "school": own[0] if own else None,
        "name": called["name"],
        "kind": one.kind,
        "subject": called["subject"],
        "leader": leaders[0] if len(leaders) == 1 else None,
        "within": names.get(called["within_id"]),
        "members": members if len("、".join(members)) <= CELL_CHARACTERS_MAX else (),
    }


def _pairings(session: Session, *, actor: Actor, on: date) -> Rows:
    del on  # every one there was, with what became of it
    pairs = pairs_within_reach(session, actor=actor)
    numbers = numbers_of(session, {one for pair in pairs for one in (pair.mentor_id, pair.apprentice_id)})
    policy = cache(lambda day: policy_on(session, on=day))
    for pair in pairs:
        if pair.mentor_id in numbers and pair.apprentice_id in numbers:
            yield {
                "mentor": numbers[pair.mentor_id],
                "apprentice": numbers[pair.apprentice_id],
                "focus": policy(pair.starts_on).label_of(pair.focus),
                "started_on": pair.starts_on,
                "term_years": years_between(pair.starts_on, pair.term_ends_on),
                "state": PAIRING_STATES[pair.state],
                "ended_on": pair.ends_on,
            }


def _absences(session: Session, *, actor: Actor, on: date) -> Rows:
    del on  # every one there was
    asked = select(Absence.person_id, Absence.kind, Absence.starts_on, Absence.ends_on).where(known(Absence))
    found = session.execute(asked.order_by(Absence.starts_on, Absence.id)).all()
    numbers = numbers_of(session, {row.person_id for row in found})
    staff = known_staff(session, set(numbers.values()))
    for row in found:
        person = staff.by_number.get(numbers.get(row.person_id, ""))
        if person is not None and within_reach_of(actor, person.last_home(row.starts_on)):
            yield {
                "staff_number": person.staff_no,
                "kind": row.kind,
                "starts_on": row.starts_on,
                "ends_on": row.ends_on,
            }


def _transfers(session: Session, *, actor: Actor, on: date) -> Rows:
    del on  # every one there was
    moves = agreed_moves(session)
    numbers = numbers_of(session, {move.person_id for move in moves})
    names = known_schools(session, actor=actor, on=None).names
    for move in moves:
        if move.person_id in numbers:
            yield {
                "staff_number": numbers[move.person_id],
                "from_school": names[move.from_school_id],
                "to_school": names[move.to_school_id],
                "effective_on": move.effective_on,
            }


def _liaisons(session: Session, *, actor: Actor, on: date) -> Rows:
    linked = [
        (person_id, fact.value["school_id"])
        for person_id, facts in everybodys_liaisons(session).items()
        for fact in facts
        if fact.period.covers(on)
    ]
    numbers = numbers_of(session, {person_id for person_id, _ in linked})
    names = known_schools(session, actor=actor, on=on).names
    rows = sorted(
        (numbers[person_id], names[school_id])
        for person_id, school_id in linked
        if person_id in numbers and school_id in names
    )
    for number, name in rows:
        yield {"staff_number": number, "school": name}


ROWS: Mapping[ImportKind, Callable[..., Rows]] = {
    ImportKind.SCHOOLS: _schools,
    ImportKind.TEACHERS: _teachers,
    ImportKind.GROUPS: _groups,
    ImportKind.PAIRINGS: _pairings,
    ImportKind.ABSENCES: _absences,
    ImportKind.TRANSFERS: _transfers,
    ImportKind.LIAISONS: _liaisons,
}


def bundle_rows(session: Session, *, actor: Actor, on: date) -> tuple[Rows, Rows]:
    """Schools and teachers of a day for a bundle, in which a school is named by its code."""
    actor.require(*MAY[Act.IMPORT_PEOPLE])
    here = known_schools(session, actor=actor, on=on)
    register = school_register(session, codes=None)
    open_now = {code: one for code, one in register.items() if one.school_id in here.names}
    codes = {here.names[one.school_id]: code for code, one in open_now.items()}
    lacking = sorted(set(here.names.values()) - codes.keys())
    if lacking:
        raise Refused(
            "school_without_code",
            "这些学校还没有学校代码，请先在学校名册补上：{names}",
            names=_named(lacking),
        )
    teachers = list(_teachers(session, actor=actor, on=on))
    unnumbered = [str(one["name"]) for one in teachers if one["staff_number"] is None]
    if unnumbered:
        raise Refused(
            "teacher_without_number", "这些教师还没有工号，请先补上：{names}", names=_named(unnumbered)
        )
    schools = ({**one.is_in(on), "code": code} for code, one in sorted(open_now.items()))
    return schools, ({**one, "school": codes[str(one["school"])]} for one in teachers)


def _named(names: Sequence[str]) -> str:
    more = f"等{len(names)}个" if len(names) > NAMED_MAX else ""
    return "、".join(names[:NAMED_MAX]) + more
