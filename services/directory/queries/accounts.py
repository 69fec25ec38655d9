"""Accounts, locked for whoever may change them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.models import Account, Post
from services.directory.queries.pages import known
from shared.auth import Actor
from shared.values import Missing


def account_for_update(session: Session, *, person_id: UUID) -> Account | None:
    """The row of an account, locked; for its owner, and for commands that checked the reach."""
    return session.scalar(select(Account).where(Account.person_id == person_id).with_for_update())


def manageable_account(session: Session, *, actor: Actor, person_id: UUID) -> tuple[Account, UUID | None]:
    """An account within reach, locked, and the school of its owner."""
    asked = select(Post.school_id).where(
        Post.person_id == person_id, known(Post), actor.reach(Post.school_id)
    )
    within = session.execute(asked.limit(1)).one_or_none()
    account = account_for_update(session, person_id=person_id) if within else None
    if account is None or within is None:
        raise Missing("没有找到这个账号")
    return account, within.school_id
