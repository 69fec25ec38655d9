"""Schools within reach."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.models import School
from services.directory.queries.pages import Page, after, page
from shared.auth import Actor
from shared.values import Missing


def schools(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Schools within reach, in the order they were entered."""
    asked = select(School).where(actor.reach(School.id), after(School.id, cursor)).order_by(School.id)
    return page(session.scalars(asked.limit(limit + 1)).all(), limit, key="id")


def school(session: Session, *, actor: Actor, school_id: UUID) -> School:
    """One school; Missing when it is not within reach."""
    found = session.scalar(select(School).where(School.id == school_id, actor.reach(School.id)))
    if found is None:
        raise Missing("没有找到这所学校")
    return found
