"""The board: completion by school, and the teachers behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, select, true
from sqlalchemy.orm import Session

from services.credits import domain
from services.credits.models import Balance, KnownSchool, KnownTeacher, LedgerEntry
from services.credits.queries.rules import pack_of_year
from services.credits.queries.whose import Year, aliases_now, homes_on, reach_merged, schools_led
from shared.auth import Actor
from shared.values import GONE, Forbidden, Missing
from shared.vocabulary import HourCategory


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


def board(session: Session, *, actor: Actor, year: Year) -> Board:
    """Every school in the actor's reach, with those who are at home there on the day that counts."""
    _check_leads(actor)
    reach_merged(session)
    pack = pack_of_year(session, school_year=year.school_year)
    homes = homes_on(year.judged_on)
    totals = _totals(year, pack, homes=homes, school_id=actor.school_id)
    found = session.execute(
        select(
            KnownSchool.id,
            KnownSchool.name,
            KnownSchool.township,
            KnownSchool.closed_on,
            func.count(homes.c.teacher_id).label("teachers"),
            func.coalesce(func.sum(case((_meets(homes, totals, pack), 1), else_=0)), 0).label("met"),
            func.coalesce(func.sum(totals.c.counted), 0).label("counted"),
        )
        .outerjoin(homes, homes.c.school_id == KnownSchool.id)
        .outerjoin(totals, totals.c.teacher_id == homes.c.teacher_id)
        .where(_leads(actor))
        .group_by(KnownSchool.id)
    )
    rows = [
        SchoolRow(
            school_id=row.id,
            name=row.name,
            township=row.township,
            teachers=row.teachers,
            met=row.met,
            counted_hundredths=int(row.counted),
        )
        for row in found
        if row.teachers or row.closed_on is None or row.closed_on > year.judged_on
    ]
    rows.sort(key=lambda row: (-row.short, row.name, row.school_id))
    return Board(school_year=year.school_year, pack=pack, schools=rows)


def school_teachers(session: Session, *, actor: Actor, school_id: UUID, year: Year) -> Sequence[TeacherRow]:
    """The teachers behind a school's numbers, who misses most first."""
    within = actor.reach(KnownSchool.id)
    if session.scalar(select(KnownSchool.id).where(KnownSchool.id == school_id, within)) is None:
        raise Missing(GONE, what="这所学校")
    _check_leads(actor, school_id)
    reach_merged(session)
    pack = pack_of_year(session, school_year=year.school_year)
    homes = homes_on(year.judged_on)
    totals = _totals(year, pack, homes=homes, school_id=school_id)
    found = session.execute(
        select(
            KnownTeacher.id,
            KnownTeacher.name,
            func.coalesce(totals.c.counted, 0),
            func.coalesce(totals.c.school_based, 0),
        )
        .join(homes, homes.c.teacher_id == KnownTeacher.id)
        .outerjoin(totals, totals.c.teacher_id == KnownTeacher.id)
        .where(homes.c.school_id == school_id)
        .order_by(func.coalesce(totals.c.counted, 0), KnownTeacher.name, KnownTeacher.id)
    )
    return [
        TeacherRow(
            teacher_id=teacher_id, name=name, counted_hundredths=counted, total=total, school_based=part
        )
        for teacher_id, name, counted, school_based in found
        for total, part in [domain.floors_of(counted=counted, school_based=school_based, pack=pack)]
    ]


def _check_leads(actor: Actor, school_id: UUID | None = None) -> None:
    led = schools_led(actor)
    if not actor.is_county and (not led if school_id is None else school_id not in led):
        raise Forbidden("只有学校负责人和县级管理员可以查看")


def _leads(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_county else KnownSchool.id.in_(sorted(schools_led(actor)))


def _totals(year: Year, pack: domain.RulePack | None, *, homes: Subquery, school_id: UUID | None) -> Subquery:
    """What counts of each teacher's year, in all and school-based, as `domain.standing_of` has it."""
    earned = _earned(year, homes=homes, school_id=school_id)
    caps = pack.year_caps if pack else {}
    over = [
        (and_(earned.c.category == category, earned.c.earned > cap), cap) for category, cap in caps.items()
    ]
    counted = case(*over, else_=earned.c.earned) if over else earned.c.earned
    school_based = case((earned.c.category == HourCategory.SCHOOL_BASED, counted), else_=0)
    return (
        select(
            earned.c.teacher_id,
            func.sum(counted).label("counted"),
            func.sum(school_based).label("school_based"),
        )
        .group_by(earned.c.teacher_id)
        .subquery("totals")
    )


def _earned(year: Year, *, homes: Subquery, school_id: UUID | None) -> Subquery:
    """What each earned by category, under every entry of hers; up to a day, it is read from the ledger."""
    kept: type[Balance] | type[LedgerEntry] = Balance if year.on is None else LedgerEntry
    hours = Balance.earned_hundredths if year.on is None else LedgerEntry.hours_hundredths
    aliases = aliases_now()
    teacher = func.coalesce(aliases.c.teacher_id, kept.teacher_id)
    asked = (
        select(teacher.label("teacher_id"), kept.category, func.sum(hours).label("earned"))
        .select_from(kept)
        .outerjoin(aliases, aliases.c.alias_id == kept.teacher_id)
        .where(kept.school_year == year.school_year)
        .group_by(teacher, kept.category)
    )
    if year.on is not None:
        asked = asked.where(LedgerEntry.held_on <= year.judged_on)
    if school_id is not None:
        asked = asked.where(teacher.in_(select(homes.c.teacher_id).where(homes.c.school_id == school_id)))
    return asked.subquery("earned")


def _meets(homes: Subquery, totals: Subquery, pack: domain.RulePack | None) -> ColumnElement[bool]:
    """Whether a teacher of the board reached both floors; without rules nobody can."""
    if pack is None:
        return false()
    return and_(
        homes.c.teacher_id.is_not(None),
        func.coalesce(totals.c.counted, 0) >= pack.required_hours_hundredths,
        func.coalesce(totals.c.school_based, 0) >= pack.required_school_based_hours_hundredths,
    )
