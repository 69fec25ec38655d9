"""Tables of plans: plans with the items of each revision, their reviews, and what was heard of each item."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.plans.domain import SessionFact, Verdict
from shared.db import ServiceBase, new_metadata, short, term
from shared.tenancy import Walls, of_school, through
from shared.trail import Telling
from shared.vocabulary import PlanState


class Base(ServiceBase):
    """The tables of this service."""

    __abstract__ = True
    metadata = new_metadata()


class Plan(Base):
    """A plan (计划) of a school for one school year."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("school_year BETWEEN 2000 AND 2100", name="school_year"),
        CheckConstraint("revision_no >= 1", name="revision_no"),
        Index(None, "school_id", "plan_id"),
    )

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID]
    school_year: Mapped[int]
    title: Mapped[str] = mapped_column(short(100))
    state: Mapped[PlanState] = mapped_column(term(PlanState))
    revision_no: Mapped[int]
    author_id: Mapped[UUID]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]


class PlanItem(Base):
    """One scheduled item of one revision of a plan. Revising adds items and leaves the earlier ones."""

    __tablename__ = "plan_items"
    __table_args__ = (
        UniqueConstraint("plan_id", "revision_no", "place_no"),
        CheckConstraint("place_no BETWEEN 1 AND 500", name="place_no"),
    )

    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.plan_id"))
    revision_no: Mapped[int]
    place_no: Mapped[int]
    form: Mapped[str] = mapped_column(short(64))
    topic: Mapped[str] = mapped_column(short(200))
    due_on: Mapped[date]


class PlanReview(Base):
    """What a reviewer decided about one revision (审核): append-only."""

    __tablename__ = "plan_reviews"
    __table_args__ = (
        CheckConstraint("(verdict = 'returned') = (reason IS NOT NULL)", name="reason_when_returned"),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    revision_no: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(term(Verdict))
    reason: Mapped[str | None] = mapped_column(short(500))
    reviewer_id: Mapped[UUID]
    reviewed_at: Mapped[datetime]


class ItemSession(Base):
    """What was heard of a session announced against an item: append-only facts, so order cannot matter."""

    __tablename__ = "item_sessions"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.item_id"), primary_key=True)
    activity_id: Mapped[UUID] = mapped_column(primary_key=True)
    fact: Mapped[SessionFact] = mapped_column(term(SessionFact), primary_key=True)


class ItemFulfilment(Base):
    """Attendance of a session announced against an item was confirmed (落实): append-only."""

    __tablename__ = "item_fulfilments"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("plan_items.item_id"), primary_key=True)
    activity_id: Mapped[UUID] = mapped_column(primary_key=True)


WALLS: Walls = {
    "plans": of_school("school_id"),
    "plan_items": through("plan_id", "plans", "plan_id"),
    "plan_reviews": through("plan_id", "plans", "plan_id"),
    "item_sessions": through("item_id", "plan_items", "item_id"),
    "item_fulfilments": through("item_id", "plan_items", "item_id"),
}
"""Whose the rows of each table are."""

TELLING = Telling(
    told={
        "plan_items": ("form", "topic"),
        "plans": ("title",),
    },
    hidden={
        "plan_reviews": ("reason",),
    },
)
"""What of these tables the audit log may repeat; free text stays in its own row."""
