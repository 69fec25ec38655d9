"""Whose hours they are, where she is at home on a day, and what of her year somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Subquery, exists, func, or_, select
from sqlalchemy.orm import Session

from services.credits import domain
from services.credits.domain import MAY, Act
from services.credits.models import KnownAlias, KnownBelonging, KnownUnmerge
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import MembershipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Which school year is asked for, as of today or of a day before."""

    school_year: int
    today: date
    on: date | None = None

    @property
    def judged_on(self) -> date:
        """Whoever is at home in a school on this day is counted there."""
        return domain.judged_on(self.school_year, today=self.today, on=self.on)


def aliases_now() -> Subquery:
    """Entries of the register that are another's; of two merges that stand, as events may come, the later."""
    undone = exists().where(KnownUnmerge.merge_id == KnownAlias.merge_id)
    place = func.row_number().over(partition_by=KnownAlias.alias_id, order_by=KnownAlias.merge_id.desc())
    ranked = (
        select(KnownAlias.alias_id, KnownAlias.teacher_id, place.label("place")).where(~undone).subquery()
    )
    return select(ranked.c.alias_id, ranked.c.teacher_id).where(ranked.c.place == 1).subquery("aliases")


def _ids_of(session: Session, teacher_id: UUID) -> Sequence[UUID]:
    """The entry that is kept of a person, then those that were merged into it; all are in reach then."""
    ids: Sequence[UUID] = ()
    while (found := _known_ids_of(session, teacher_id)) != ids and len(found) > 1:
        ids = found
        tenancy.widen(session, people=ids)  # which may show one more
    return found


def reach_merged(session: Session) -> None:
    """Whoever is of ours under one entry is in reach under the others too: they decide where she counts."""
    asked = select(KnownAlias.alias_id, KnownAlias.teacher_id)
    ids: set[UUID] = set()
    while (found := {one for pair in session.execute(asked).all() for one in pair}) != ids:
        ids = found
        tenancy.widen(session, people=ids)


def _known_ids_of(session: Session, teacher_id: UUID) -> Sequence[UUID]:
    aliases = aliases_now()
    kept = session.scalar(select(aliases.c.teacher_id).where(aliases.c.alias_id == teacher_id)) or teacher_id
    merged = select(aliases.c.alias_id).where(aliases.c.teacher_id == kept).order_by(aliases.c.alias_id)
    return [kept, *session.scalars(merged)]


def homes_on(day: date) -> Subquery:
    """Where everybody is at home on a day, one school each: by the kept entry, else by one merged into it."""
    aliases, belonging = aliases_now(), KnownBelonging
    teacher = func.coalesce(aliases.c.teacher_id, belonging.teacher_id)
    place = func.row_number().over(
        partition_by=teacher,
        order_by=(aliases.c.alias_id.is_not(None), belonging.starts_on.desc(), belonging.school_id),
    )
    ranked = (
        select(teacher.label("teacher_id"), belonging.school_id, place.label("place"))
        .outerjoin(aliases, aliases.c.alias_id == belonging.teacher_id)
        .where(
            belonging.kind == MembershipKind.HOME,
            belonging.starts_on <= day,
            or_(belonging.ends_on.is_(None), belonging.ends_on > day),
        )
        .subquery()
    )
    return select(ranked.c.teacher_id, ranked.c.school_id).where(ranked.c.place == 1).subquery("homes")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of somebody's school year the actor may see: all of it, or some days."""

    ids: Sequence[UUID]
    """Under which it is kept; the first is hers, the others were merged into it."""
    days: Sequence[tuple[date, date]] | None

    def shows(self, day: date) -> bool:
        """Whether the hours of a day are among them."""
        return self.days is None or any(first <= day < after for first, after in self.days)


def schools_led(actor: Actor) -> frozenset[UUID]:
    """The schools of which somebody sees everybody's hours; the county, which sees all, is not asked."""
    leads = actor.is_system or actor.has(*MAY[Act.READ_SCHOOL_HOURS])
    return actor.schools if leads else actor.beyond or frozenset()


def view(session: Session, *, actor: Actor, teacher_id: UUID, year: Year) -> View:
    """A teacher sees all of hers, the county too, and the school that is her home on the day that counts.

    Any other school where she belonged in that year sees her days there, and nothing of the time after.
    """
    ids = _ids_of(session, teacher_id)
    if actor.is_county or actor.person_id in ids:
        return View(ids=ids, days=None)
    homes = homes_on(year.judged_on)
    home = select(homes.c.school_id).where(homes.c.teacher_id == ids[0])
    led = schools_led(actor)
    if session.scalar(home) in led:
        return View(ids=ids, days=None)
    days = _days_at(session, ids, led, year=year)
    if not days:
        raise Missing(GONE, what="这位教师")
    return View(ids=ids, days=days)


def _days_at(
    session: Session, ids: Sequence[UUID], schools: frozenset[UUID], *, year: Year
) -> Sequence[tuple[date, date]]:
    there = select(KnownBelonging).where(
        KnownBelonging.teacher_id.in_(ids),
        KnownBelonging.school_id.in_(sorted(schools)),
        KnownBelonging.starts_on <= year.judged_on,
    )
    found = [
        domain.Belonging(
            school_id=one.school_id, kind=one.kind, starts_on=one.starts_on, ends_on=one.ends_on
        ).within_year(year.school_year)
        for one in session.scalars(there)
    ]
    return sorted({days for days in found if days is not None})
