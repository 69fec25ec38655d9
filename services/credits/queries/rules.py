"""Rules, and what commands ask of the ledger."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from services.credits import domain
from services.credits.models import KnownRevocation, LedgerEntry, RulePack
from shared.db import among
from shared.vocabulary import EntryKind, HourCategory, SessionRole

ROLES = {role.value: role for role in SessionRole}
CATEGORIES = {category.value: category for category in HourCategory}
PACKS = RulePack.metadata.tables[RulePack.__tablename__]

# What every event asks is made once: making a statement costs more than running it.
IN_FORCE = (
    select(PACKS).where(PACKS.c.valid_from <= bindparam("day")).order_by(PACKS.c.valid_from.desc()).limit(1)
)
REVOKED = select(KnownRevocation.activity_id, KnownRevocation.teacher_id, KnownRevocation.round_no).where(
    KnownRevocation.activity_id.in_(bindparam("activities", expanding=True))
)


def pack_in_force(session: Session, *, on: date) -> domain.RulePack | None:
    """The rules of a day: the newest pack that had begun by then."""
    row = session.execute(IN_FORCE, {"day": on}).one_or_none()
    return pack_of(row) if row else None


def pack_of_year(session: Session, *, school_year: int) -> domain.RulePack | None:
    """The rules a school year is judged by: those in force on its last day."""
    first_of_next = domain.first_day_of(school_year + 1)
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


# --- what commands ask ---


def revoked_rounds(session: Session, *, activity_ids: Collection[UUID]) -> set[tuple[UUID, UUID, int]]:
    """Whose confirmations of these activities were taken back, as (activity, teacher, round)."""
    found = session.execute(REVOKED, {"activities": sorted(activity_ids)})
    return {(activity_id, teacher_id, round_no) for activity_id, teacher_id, round_no in found}


def accruals(
    session: Session, *, activity_ids: Collection[UUID], teacher_ids: Collection[UUID]
) -> list[dict[str, Any]]:
    """What these teachers' confirmations of these activities earned, every round of them."""
    found = session.execute(
        select(LedgerEntry.__table__).where(
            among(session, LedgerEntry.teacher_id, sorted(teacher_ids)),
            LedgerEntry.activity_id.in_(sorted(activity_ids)),
            LedgerEntry.kind == EntryKind.ACCRUAL,
        )
    )
    return [dict(row) for row in found.mappings()]
