"""Groups (教研组等) from a file: opened, their leaders and members said; whom a row leaves out, stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.imports.groups_writing import Shape, write_groups
from services.directory.commands.imports.work import (
    Finding,
    Planned,
    Terms,
    about,
    judged,
    school_called,
)
from services.directory.domain import groups as decisions
from services.directory.domain.imports import Line, duty_of, duty_text
from services.directory.domain.layouts import GROUPS
from services.directory.domain.names import name_key
from services.directory.domain.people import check_belongs, check_may_manage
from services.directory.domain.periods import Period
from services.directory.queries.circles import Circle, by_name, names_taken, people_in
from services.directory.queries.staff import KnownPerson
from shared.sheets import Row, Sheet
from shared.values import Forbidden, Refused, new_id
from shared.vocabulary import GroupKind, ImportExtent, ImportVerdict, Role

KINDS = {kind.value: kind for kind in GroupKind}


def plan_groups(session: Session, sheet: Sheet, terms: Terms) -> Planned:
    """What the file would change."""
    schools = queries.known_schools(session, actor=terms.actor, on=terms.effective_on)
    named = {school_id for row in sheet.rows for school_id in schools.called(row["school"])}
    homes = named | {schools.districts[school_id] for school_id in named}
    found = queries.circles(session, homes=homes)
    judge = _Judge(
        terms=terms,
        schools=schools,
        staff=queries.known_staff(session, {number for row in sheet.rows for number in _numbers(row)}),
        known=by_name(found, on=terms.effective_on),
        by_id={one.id: one for one in found},
        taken=names_taken(found, since=terms.effective_on),
        numbers=queries.numbers_of(session, people_in(found, on=terms.effective_on)),
        open=queries.open_periods(session),
        in_districts=queries.schools_by_district(session),
    )
    lines, to_do = judged(sheet, GROUPS, key="name", judge=judge)
    if terms.extent is ImportExtent.WHOLE:
        lines += [_missing(one, judge) for one in found if _left_out(one, judge, named)]
    return Planned(
        lines=lines, carry_out=lambda at, batch, _: write_groups(at, to_do, terms=terms, batch=batch)
    )


def _numbers(row: Row) -> list[str]:
    return [*(number for number, _ in _members(row)), *([row["leader"]] if row["leader"] else [])]


def _members(row: Row) -> list[tuple[str, str | None]]:
    """Staff numbers with duties: `T0001：组长`."""
    return [duty_of(str(part)) for part in row["members"] or ()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    terms: Terms
    schools: queries.KnownSchools
    staff: queries.KnownStaff
    known: dict[tuple[UUID, str], Circle]
    """With those that the rows before this one open, as they will be."""
    by_id: Mapping[UUID, Circle]
    taken: Mapping[UUID, set[str]]
    numbers: Mapping[UUID, str]
    open: Mapping[UUID, Sequence[Period]]
    in_districts: Mapping[UUID, set[UUID]]
    named: set[UUID] = field(default_factory=set)
    """Which groups the file names."""

    def __call__(self, row: Row) -> Finding[Shape]:
        kind, school_id = KINDS[row["kind"]], school_called(row["school"], self.schools)
        is_joint = kind is GroupKind.JOINT
        if is_joint and not self.terms.actor.is_county:
            raise Forbidden("联片组由县级管理员导入，请删去这一行，或联系他们办理")
        home = self.schools.districts[school_id] if is_joint else school_id
        known = self.known.get((home, name_key(row["name"])))
        shape = Shape(
            group_id=known.id if known else new_id(self.terms.now),
            kind=kind,
            home=home,
            name=row["name"],
            subject=row["subject"],
            within=self._larger(row["within"], home),
            leader=self.staff.called(row["leader"]) if row["leader"] else None,
            members=[(self.staff.called(number), duty) for number, duty in _members(row)],
            known=known,
        )
        before = self._before(shape) if known else None
        after = self._after(shape)
        with about("组名"):
            self._check(shape, before=before or {}, after=after)
        self.named.add(shape.group_id)
        if known is None:
            self._expect(shape)
        return Finding(
            name=shape.name,
            place=self.schools.names[school_id],
            before=before,
            after=after,
            act=shape,
        )

    def _larger(self, name: str | None, home: UUID) -> Circle | None:
        if name is None:
            return None
        larger = self.known.get((home, name_key(name)))
        if larger is None:
            with about("归入"):
                raise Refused("group_unknown", "本校没有名为“{name}”的组，请把它写在备课组前面", name=name)
        return larger

    def _before(self, shape: Shape) -> dict[str, Any]:
        """How the group stands, in the words of the sheet; of its members those whom the row names."""
        known, day = shape.known, self.terms.effective_on
        called = known.called_on(day) if known else None
        if known is None or called is None:
            return {}
        around = self.by_id.get(called["within_id"])
        larger = around.called_on(day) if around else None
        duties = known.duties_on(day)
        return {
            "kind": known.kind,
            "subject": called["subject"],
            "within": larger["name"] if larger else None,
            "leader": tuple(self.numbers.get(one, "？") for one in known.led_on(day)),
            "members": _written(
                [(one, duties[one.person_id]) for one, _ in shape.members if one.person_id in duties]
            ),
        }

    def _after(self, shape: Shape) -> dict[str, Any]:
        """What the row says; an empty cell says nothing."""
        said = {
            "kind": shape.kind,
            "subject": shape.subject,
            "within": shape.within and shape.within_name(self.terms.effective_on),
            "leader": (shape.leader.staff_no,) if shape.leader else None,
            "members": _written(shape.members_on(self.terms.effective_on)) or None,
        }
        return {code: value for code, value in said.items() if value is not None}

    def _check(self, shape: Shape, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """What opening the group, naming its leader and letting people in would refuse."""
        period, kind = self.terms.lasting, shape.kind
        changed = {code for code, value in after.items() if before.get(code) != value}
        if not changed and shape.known:
            return
        self.terms.check_day(period.starts_on)
        if shape.known and shape.known.kind is not kind:
            raise Refused("group_kind_fixed", "“{name}”已是{kind}，组的类别不能改",
                          name=shape.name, kind=shape.known.kind.label)  # fmt: skip
        if shape.known is None:
            decisions.check_name_free(shape.name, others=self.taken.get(shape.home, ()))
            if kind is not GroupKind.JOINT and not _covers(self.open.get(shape.home, ()), period):
                raise Refused("school_not_open", "学校在这段时间没有开办，请核对日期")
        meets = shape.known.meets if shape.known else [period]
        if changed:
            decisions.check_meets(meets, period=period)
        if shape.within and "within" in changed:
            larger = decisions.Larger(
                kind=shape.within.kind,
                same_home=shape.within.home == shape.home,
                periods=shape.within.meets,
            )
            decisions.check_within(kind, larger, period=period)
        self._check_people(shape, changed)

    def _check_people(self, shape: Shape, changed: set[str]) -> None:
        if shape.leader and "leader" in changed:
            with about("组长工号"):
                decisions.check_has_leader(shape.kind)
                check_may_manage(self.terms.actor.roles, [Role.GROUP_LEADER])
                self._check_belongs(shape.leader, shape)
        for person, duty in shape.newcomers(self.terms.effective_on):
            with about("组员工号"):
                decisions.check_duty(shape.kind, duty)
                self._check_belongs(person, shape)

    def _check_belongs(self, person: KnownPerson, shape: Shape) -> None:
        day = self.terms.effective_on
        homes = self.in_districts.get(shape.home, {shape.home})
        periods = person.belongs_to(homes)
        if not periods:
            raise queries.unknown_staff_no(person.staff_no)
        check_belongs(person.name_on(day), periods, period=self.terms.lasting)
        if shape.kind is GroupKind.JOINT and person is shape.leader and person.home_on(day) is None:
            raise Refused("no_home_school", "联片组组长应有所在学校，请先核对其人事关系")

    def _expect(self, shape: Shape) -> None:
        """Rows after this one may be part of the group, and may not open it again."""
        self.known[shape.home, name_key(shape.name)] = shape.as_circle(self.terms.lasting)


def _covers(periods: Sequence[Period], period: Period) -> bool:
    return any(one.within(period) == period for one in periods)


def _written(members: Sequence[tuple[KnownPerson, str | None]]) -> tuple[str, ...]:
    return tuple(sorted({duty_text(one.staff_no, duty) for one, duty in members}))


def _left_out(one: Circle, judge: _Judge, schools: set[UUID]) -> bool:
    """Whether a school of the file has a group that no row names; a district's may be another file's."""
    meets = one.called_on(judge.terms.effective_on) is not None
    return meets and one.home in schools and one.id not in judge.named


def _missing(one: Circle, judge: _Judge) -> Line:
    called = one.called_on(judge.terms.effective_on)
    return Line(
        verdict=ImportVerdict.MISSING,
        key=called["name"] if called else "",
        name=called["name"] if called else "",
        place=judge.schools.names[one.home],
    )
