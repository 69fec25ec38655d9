"""API keys (接口密钥), without their secrets."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services.directory.domain.acts import MAY, Act
from services.directory.models import ApiKey, PersonRecord, SchoolRecord
from services.directory.queries.pages import Page, lasting, page
from shared.auth import Actor


def api_keys(session: Session, *, actor: Actor, cursor: UUID | None, limit: int) -> Page:
    """Every key there was, newest first; for the county office."""
    actor.require(*MAY[Act.KEEP_API_KEYS])
    maker = aliased(PersonRecord)
    asked: Any = (
        select(
            ApiKey.id,
            ApiKey.name,
            ApiKey.scopes,
            ApiKey.school_id,
            SchoolRecord.name.label("school_name"),
            maker.name.label("made_by_name"),
            ApiKey.made_at,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            ApiKey.revoked_at,
        )
        .join(maker, lasting(maker, maker.person_id, of=ApiKey.made_by))
        .outerjoin(SchoolRecord, lasting(SchoolRecord, SchoolRecord.school_id, of=ApiKey.school_id))
        .order_by(ApiKey.id.desc())
    )
    if cursor is not None:
        asked = asked.where(ApiKey.id < cursor)
    return page(session.execute(asked.limit(limit + 1)).all(), limit, key="id")
