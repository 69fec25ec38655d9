"""What can be asked of credits: rules, statements, entries and the board, each within the Actor's reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Subquery, and_, bindparam, case, false, func, select
from sqlalchemy.orm import Session

from services.credits import domain
from services.credits.models import (
    Balance,
    KnownRevocation,
    KnownSchool,
    KnownTeacher,
    LedgerEntry,
    RulePack,
)
from shared.auth import Actor
from shared.values import SCHOOL_YEAR_FIRST_MONTH, Forbidden, Missing
from shared.vocabulary import EntryKind, HourCategory, Role, SessionRole

ROLES = {role.value: role for role in SessionRole}
CATEGORIES = {category.value: category for category in HourCategory}
PACKS = RulePack.metadata.tables[RulePack.__tablename__]

# What every event asks is made once: making a statement costs more than running it.
IN_FORCE = (
    select(PACKS).where(PACKS.c.valid_from <= bindparam("day")).order_by(PACKS.c.valid_from.desc()).limit(1)
)
REVOKED = select(KnownRevocation.teacher_id, KnownRevocation.round_no).where(
    KnownRevocation.activity_id == bindparam("activity")
)

SCHOOL_LEADERS = (Role.PRINCIPAL, Role.ACADEMIC_OFFICE)
"""Who sees the hours of a whole school."""


# --- rules ------------------------------------------------------------------------------------------------


def pack_in_force(session: Session, *, on: date) -> domain.RulePack | None:
    """The rules of a day: the newest pack that had begun by then."""
    row = session.execute(IN_FORCE, {"day": on}).one_or_none()
    return pack_of(row) if row else None


def pack_of_year(session: Session, *, school_year: int) -> domain.RulePack | None:
    """The rules a school year is judged by: those in force on its last day."""
    first_of_next = date(school_year + 1, SCHOOL_YEAR_FIRST_MONTH, 1)
    return pack_in_force(session, on=date.fromordinal(first_of_next.toordinal() - 1))


def packs(session: Session) -> Sequence[domain.RulePack]:
    """Every published pack, newest first."""
    return [pack_of(row) for row in session.execute(select(PACKS).order_by(PACKS.c.valid_from.desc()))]


def begins_on(session: Session, day: date) -> bool:
    """Whether a pack begins on this very day."""
    return session.scalar(select(RulePack.id).where(RulePack.valid_from == day)) is not None


def next_valid_from(session: Session, *, after: date) -> date | None:
    """When the next pack after a day begins, if one does."""
    return session.scalar(select(func.min(RulePack.valid_from)).where(RulePack.valid_from > after))


def last_held_on(session: Session, *, since: date, before: date | None) -> date | None:
    """The last day from `since` on, and before `before`, of which the ledger already has an activity."""
    asked = select(func.max(LedgerEntry.held_on)).where(LedgerEntry.held_on >= since)
    if before is not None:
        asked = asked.where(LedgerEntry.held_on < before)
    return session.scalar(asked)


def pack_of(row: Row[Any] | RulePack) -> domain.RulePack:
    """A stored pack as the domain reads it."""
    return domain.RulePack(
        id=row.id,
        name=row.name,
        source=row.source,
        valid_from=row.valid_from,
        required_hours_hundredths=row.required_hours_hundredths,
        required_school_based_hours_hundredths=row.required_school_based_hours_hundredths,
        minutes_per_hour=row.minutes_per_hour,
        session_hundredths_max=row.session_hundredths_max,
        default_category=row.default_category,
        role_weights={ROLES[role]: weight for role, weight in row.role_weights.items()},
        forms={
            form: domain.FormRule(category=CATEGORIES[rule["category"]], label=rule["label"])
            for form, rule in row.forms.items()
        },
        year_caps={CATEGORIES[category]: cap for category, cap in row.year_caps.items()},
    )


# --- what commands ask ------------------------------------------------------------------------------------


def revoked_rounds(session: Session, *, activity_id: UUID) -> set[tuple[UUID, int]]:
    """Whose confirmations of an activity were taken back, as (teacher, round)."""
    found = session.execute(REVOKED, {"activity": activity_id})
    return {(teacher_id, round_no) for teacher_id, round_no in found}


def accruals(session: Session, *, activity_id: UUID, teacher_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What these teachers' confirmations of an activity earned, every round of them."""
    found = session.execute(
        select(LedgerEntry.__table__).where(
            LedgerEntry.teacher_id.in_(teacher_ids),
            LedgerEntry.activity_id == activity_id,
            LedgerEntry.kind == EntryKind.ACCRUAL,
        )
    )
    return [dict(row) for row in found.mappings()]


# --- statements -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ledger entry with its derivation."""

    row: LedgerEntry
    pack: domain.RulePack

    @property
    def form_label(self) -> str:
        """What people call the form of the activity."""
        return self.pack.label_of(self.row.form)

    @property
    def steps(self) -> Sequence[domain.Step]:
        """How it came to its hours."""
        facts = domain.EntryFacts(
            kind=self.row.kind,
            held_on=self.row.held_on,
            form=self.row.form,
            category=self.row.category,
            role=self.row.role,
            minutes=self.row.minutes,
            weight_hundredths=self.row.weight_hundredths,
            minutes_per_hour=self.row.minutes_per_hour,
            cut_hundredths=self.row.cut_hundredths,
            hours_hundredths=self.row.hours_hundredths,
        )
        return domain.derivation_of(facts, pack=self.pack)

    @property
    def explanation(self) -> str:
        """The derivation as one sentence."""
        return domain.explanation_of(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One teacher's school year: where she stands and every entry behind it (学时清单)."""

    teacher_id: UUID
    name: str
    school_year: int
    pack: domain.RulePack | None
    standing: domain.Standing
    entries: Sequence[Entry]


def statement(session: Session, *, actor: Actor, teacher_id: UUID, school_year: int) -> Statement:
    """A teacher's year: her own, her school's leaders', the county's to see."""
    name = _name_in_reach(session, actor=actor, teacher_id=teacher_id)
    if name is None:
        raise Missing("没有找到这位教师")
    earned = session.execute(
        select(Balance.category, Balance.earned_hundredths).where(
            Balance.teacher_id == teacher_id, Balance.school_year == school_year
        )
    )
    pack = pack_of_year(session, school_year=school_year)
    return Statement(
        teacher_id=teacher_id,
        name=name,
        school_year=school_year,
        pack=pack,
        standing=domain.standing_of({row.category: row.earned_hundredths for row in earned}, pack=pack),
        entries=_entries_of_year(session, teacher_id=teacher_id, school_year=school_year),
    )


def entry(session: Session, *, actor: Actor, entry_id: UUID) -> Entry:
    """One entry, for whoever may see its teacher's statement."""
    row = session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry_id))
    if row is None or _name_in_reach(session, actor=actor, teacher_id=row.teacher_id) is None:
        raise Missing("没有这条学时记录")
    return Entry(row=row, pack=_packs_by_id(session)[row.rule_pack_id])


def _entries_of_year(session: Session, *, teacher_id: UUID, school_year: int) -> Sequence[Entry]:
    rows = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.teacher_id == teacher_id, LedgerEntry.school_year == school_year)
        .order_by(LedgerEntry.held_on.desc(), LedgerEntry.appended_at.desc(), LedgerEntry.id.desc())
    ).all()
    by_id = _packs_by_id(session) if rows else {}
    return [Entry(row=row, pack=by_id[row.rule_pack_id]) for row in rows]


def _packs_by_id(session: Session) -> Mapping[UUID, domain.RulePack]:
    return {pack.id: pack for pack in packs(session)}


def _name_in_reach(session: Session, *, actor: Actor, teacher_id: UUID) -> str | None:
    """The teacher's name, if the actor may see her hours; her own she may, even before anybody is known."""
    if teacher_id == actor.person_id:
        return actor.name
    return session.scalar(
        select(KnownTeacher.name).where(KnownTeacher.id == teacher_id, _reach_of_leaders(actor))
    )


def _reach_of_leaders(actor: Actor) -> ColumnElement[bool]:
    if actor.is_county or actor.is_system or actor.has(*SCHOOL_LEADERS):
        return actor.reach(KnownTeacher.school_id)
    return false()


# --- the board --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """One school on the board (看板)."""

    school_id: UUID
    name: str
    township: str
    teachers: int
    met: int
    counted_hundredths: int

    @property
    def short(self) -> int:
        """How many teachers still miss a floor."""
        return self.teachers - self.met

    @property
    def average_hundredths(self) -> int:
        """What counts for a teacher on average, rounded down."""
        return self.counted_hundredths // self.teachers if self.teachers else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A school year's completion by school, the schools with most teachers short first."""

    school_year: int
    pack: domain.RulePack | None
    schools: Sequence[SchoolRow]

    @property
    def teachers(self) -> int:
        """How many teachers there are in reach."""
        return sum(one.teachers for one in self.schools)

    @property
    def met(self) -> int:
        """How many of them reached both floors."""
        return sum(one.met for one in self.schools)

    @property
    def short(self) -> int:
        """How many of them did not."""
        return self.teachers - self.met

    @property
    def average_hundredths(self) -> int:
        """What counts for a teacher on average, rounded down."""
        return sum(one.counted_hundredths for one in self.schools) // self.teachers if self.teachers else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherRow:
    """One teacher behind a number of the board."""

    teacher_id: UUID
    name: str
    counted_hundredths: int
    total: domain.Floor | None
    school_based: domain.Floor | None


def board(session: Session, *, actor: Actor, school_year: int) -> Board:
    """Every school in the actor's reach."""
    _check_leads(actor)
    pack = pack_of_year(session, school_year=school_year)
    year = _totals(school_year, pack, school_id=actor.school_id)
    found = session.execute(
        select(
            KnownSchool.id,
            KnownSchool.name,
            KnownSchool.township,
            func.count(KnownTeacher.id),
            func.coalesce(func.sum(case((_meets(year, pack), 1), else_=0)), 0),
            func.coalesce(func.sum(year.c.counted), 0),
        )
        .outerjoin(KnownTeacher, KnownTeacher.school_id == KnownSchool.id)
        .outerjoin(year, year.c.teacher_id == KnownTeacher.id)
        .where(actor.reach(KnownSchool.id))
        .group_by(KnownSchool.id)
    )
    rows = [
        SchoolRow(
            school_id=school_id,
            name=name,
            township=township,
            teachers=teachers,
            met=met,
            counted_hundredths=int(counted),
        )
        for school_id, name, township, teachers, met, counted in found
    ]
    rows.sort(key=lambda row: (-row.short, row.name, row.school_id))
    return Board(school_year=school_year, pack=pack, schools=rows)


def school_teachers(
    session: Session, *, actor: Actor, school_id: UUID, school_year: int
) -> Sequence[TeacherRow]:
    """The teachers behind a school's numbers, who misses most first."""
    if (
        session.scalar(select(KnownSchool.id).where(KnownSchool.id == school_id, actor.reach(KnownSchool.id)))
        is None
    ):
        raise Missing("没有找到这所学校")
    _check_leads(actor)
    pack = pack_of_year(session, school_year=school_year)
    year = _totals(school_year, pack, school_id=school_id)
    found = session.execute(
        select(
            KnownTeacher.id,
            KnownTeacher.name,
            func.coalesce(year.c.counted, 0),
            func.coalesce(year.c.school_based, 0),
        )
        .outerjoin(year, year.c.teacher_id == KnownTeacher.id)
        .where(KnownTeacher.school_id == school_id)
        .order_by(func.coalesce(year.c.counted, 0), KnownTeacher.name, KnownTeacher.id)
    )
    return [
        TeacherRow(
            teacher_id=teacher_id, name=name, counted_hundredths=counted, total=total, school_based=part
        )
        for teacher_id, name, counted, school_based in found
        for total, part in [domain.floors_of(counted=counted, school_based=school_based, pack=pack)]
    ]


def _check_leads(actor: Actor) -> None:
    if not (actor.is_county or actor.is_system or actor.has(*SCHOOL_LEADERS)):
        raise Forbidden("只有学校负责人和县级管理员可以查看")


def _totals(school_year: int, pack: domain.RulePack | None, *, school_id: UUID | None) -> Subquery:
    """What counts of each teacher's year, in all and school-based, as `domain.standing_of` has it."""
    caps = pack.year_caps if pack else {}
    over = [
        (and_(Balance.category == category, Balance.earned_hundredths > cap), cap)
        for category, cap in caps.items()
    ]
    counted = case(*over, else_=Balance.earned_hundredths) if over else Balance.earned_hundredths
    school_based = case((Balance.category == HourCategory.SCHOOL_BASED, counted), else_=0)
    totals = (
        select(
            Balance.teacher_id,
            func.sum(counted).label("counted"),
            func.sum(school_based).label("school_based"),
        )
        .where(Balance.school_year == school_year)
        .group_by(Balance.teacher_id)
    )
    if school_id is not None:
        hers = select(KnownTeacher.id).where(KnownTeacher.school_id == school_id)
        totals = totals.where(Balance.teacher_id.in_(hers))
    return totals.subquery("year")


def _meets(year: Subquery, pack: domain.RulePack | None) -> ColumnElement[bool]:
    """Whether a teacher of the board reached both floors; without rules nobody can."""
    if pack is None:
        return false()
    return and_(
        KnownTeacher.id.is_not(None),
        func.coalesce(year.c.counted, 0) >= pack.required_hours_hundredths,
        func.coalesce(year.c.school_based, 0) >= pack.required_school_based_hours_hundredths,
    )
