"""Statements: a teacher's year, and every entry behind it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.credits import domain
from services.credits.models import KnownTeacher, LedgerEntry
from services.credits.queries.rules import pack_of_year, packs
from services.credits.queries.whose import View, Year, view
from shared.auth import Actor
from shared.values import GONE, Missing
from shared.vocabulary import HourCategory

NO_ENTRY = "没有这条学时记录"


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
    note: str | None
    """Why it is not the whole year."""


def statement(session: Session, *, actor: Actor, teacher_id: UUID, year: Year) -> Statement:
    """A teacher's year: her own, the county's, and her schools' leaders' to see."""
    seen = view(session, actor=actor, teacher_id=teacher_id, year=year)
    pack = pack_of_year(session, school_year=year.school_year)
    entries = _entries_of_year(session, seen, year=year)
    earned: Counter[HourCategory] = Counter()
    for one in entries:
        earned[one.row.category] += one.row.hours_hundredths
    standing = domain.standing_of(earned, pack=pack)
    if seen.days is not None:  # a part of a year meets no floor and misses none
        standing = replace(standing, total=None, school_based=None)
    return Statement(
        teacher_id=seen.ids[0],
        name=_name(session, actor=actor, seen=seen),
        school_year=year.school_year,
        pack=pack,
        standing=standing,
        entries=entries,
        note=domain.note_on(seen.days) if seen.days is not None else None,
    )


def entry(session: Session, *, actor: Actor, entry_id: UUID, today: date) -> Entry:
    """One entry, for whoever may see it in its teacher's statement."""
    row = session.scalar(select(LedgerEntry).where(LedgerEntry.id == entry_id))
    if row is None:
        raise Missing(NO_ENTRY)
    try:
        year = Year(school_year=row.school_year, today=today)
        seen = view(session, actor=actor, teacher_id=row.teacher_id, year=year)
    except Missing:
        raise Missing(NO_ENTRY) from None
    if not seen.shows(row.held_on):
        raise Missing(NO_ENTRY)
    return Entry(row=row, pack=_packs_by_id(session)[row.rule_pack_id])


def _entries_of_year(session: Session, seen: View, *, year: Year) -> Sequence[Entry]:
    asked = select(LedgerEntry).where(
        LedgerEntry.teacher_id.in_(seen.ids), LedgerEntry.school_year == year.school_year
    )
    if year.on is not None:
        asked = asked.where(LedgerEntry.held_on <= year.judged_on)
    rows = session.scalars(
        asked.order_by(LedgerEntry.held_on.desc(), LedgerEntry.appended_at.desc(), LedgerEntry.id.desc())
    ).all()
    by_id = _packs_by_id(session) if rows else {}
    return [Entry(row=row, pack=by_id[row.rule_pack_id]) for row in rows if seen.shows(row.held_on)]


def _packs_by_id(session: Session) -> Mapping[UUID, domain.RulePack]:
    return {pack.id: pack for pack in packs(session)}


def _name(session: Session, *, actor: Actor, seen: View) -> str:
    """What a teacher is called; she herself may ask even before anybody is known."""
    if actor.person_id == seen.ids[0]:
        return actor.name
    name = session.scalar(select(KnownTeacher.name).where(KnownTeacher.id == seen.ids[0]))
    if name is None:
        raise Missing(GONE, what="这位教师")
    return name
