"""API keys (接口密钥): made, exchanged for a token, revoked."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.accounts import void_tokens
from services.directory.commands.sign_in import SignedIn
from services.directory.domain import api_keys
from services.directory.domain.acts import MAY, Act
from services.directory.models import ApiKey
from shared import auth
from shared.auth import API_SCOPES, Actor, Kind, NotSignedIn
from shared.values import GONE, Missing, new_id
from shared.vocabulary import ApiScope


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key as whoever made it sees it, once."""

    api_key_id: UUID
    api_key: str


def make_api_key(
    session: Session,
    *,
    actor: Actor,
    name: str,
    scopes: Collection[ApiScope],
    school_id: UUID | None,
    expires_at: datetime,
    now: datetime,
) -> NewKey:
    """Let another system read some of the county, or of one school."""
    actor.require(*MAY[Act.KEEP_API_KEYS])
    api_keys.check_expiry(expires_at, now=now)
    if school_id is not None:
        queries.check_charge(session, actor=actor, school_id=school_id)
    made = NewKey(
        api_key_id=new_id(now), api_key=api_keys.PREFIX + secrets.token_urlsafe(api_keys.SECRET_BYTES)
    )
    row = {
        "id": made.api_key_id,
        "name": name,
        "secret_hash": api_keys.secret_hash(made.api_key),
        "scopes": " ".join(sorted(scopes)),
        "school_id": school_id,
        "made_by": actor.person_id,
        "made_at": now,
        "expires_at": expires_at,
    }
    session.execute(insert(ApiKey), [row])
    return made


def exchange_api_key(session: Session, *, key: str, now: datetime) -> SignedIn:
    """The system that shows this key; every other text is nobody's."""
    if not api_keys.looks_like_one(key):
        raise NotSignedIn("api_key_needed")
    asked = select(ApiKey).where(ApiKey.secret_hash == api_keys.secret_hash(key))
    found = session.scalar(asked.with_for_update())
    if found is None or not api_keys.opens(expires_at=found.expires_at, revoked_at=found.revoked_at, now=now):
        raise NotSignedIn("api_key_needed")
    found.last_used_at = now
    actor = Actor(
        person_id=found.id,
        name=found.name,
        school_id=found.school_id,
        roles=frozenset(),
        kind=Kind.SERVICE,
        api_scopes=frozenset(API_SCOPES[scope] for scope in found.scopes.split()),
    )
    return SignedIn(actor=actor, at=auth.counts_from(session, found.id, now=now))


def revoke_api_key(session: Session, *, actor: Actor, api_key_id: UUID, now: datetime) -> None:
    """End a key and every token it was exchanged for; saying it twice changes nothing."""
    actor.require(*MAY[Act.KEEP_API_KEYS])
    found = session.scalar(select(ApiKey).where(ApiKey.id == api_key_id).with_for_update())
    if found is None:
        raise Missing(GONE, what="这个接口密钥")
    if found.revoked_at is not None:
        return
    found.revoked_at, found.revoked_by = now, actor.person_id
    void_tokens(session, person_id=found.id, school_id=found.school_id, issued_before=now, now=now)
