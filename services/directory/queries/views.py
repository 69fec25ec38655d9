"""Who looked with whose eyes."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services.directory.domain.acts import MAY, Act
from services.directory.models import PersonRecord, ViewGrant
from services.directory.queries.pages import Page, lasting, page
from shared.auth import Actor


def views_of_me(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Who looked with one's own eyes, newest first."""
    mine = ViewGrant.person_id == actor.person_id
    rows = session.execute(_views(cursor).where(mine).limit(limit + 1)).all()
    return page(rows, limit, key="id")


def views(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Every look there was, newest first; for the county office."""
    actor.require(*MAY[Act.VIEW_AS_OTHERS])
    rows = session.execute(_views(cursor).limit(limit + 1)).all()
    return page(rows, limit, key="id")


def _views(cursor: UUID | None) -> Any:
    officer, person = aliased(PersonRecord), aliased(PersonRecord)
    asked = (
        select(
            ViewGrant.id,
            ViewGrant.officer_id,
            officer.name.label("officer_name"),
            ViewGrant.person_id,
            person.name.label("person_name"),
            ViewGrant.reason,
            ViewGrant.granted_at,
            ViewGrant.ends_at,
        )
        .join(officer, lasting(officer, officer.person_id, of=ViewGrant.officer_id))
        .join(person, lasting(person, person.person_id, of=ViewGrant.person_id))
        .order_by(ViewGrant.id.desc())
    )
    return asked.where(ViewGrant.id < cursor) if cursor else asked
