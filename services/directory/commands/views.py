"""Looking with somebody's eyes (代查看): for support, with a reason, read-only, and never behind her back."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands.sign_in import SignedIn
from services.directory.domain import people
from services.directory.domain.acts import MAY, Act
from services.directory.models import ViewGrant
from shared import auth
from shared.auth import TOKEN_LIFE, Actor, Supporter
from shared.values import Refused, county_day, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A look that was granted: whose eyes, since when, noted under which id."""

    grant_id: UUID
    signed_in: SignedIn


def view_as(session: Session, *, actor: Actor, person_id: UUID, reason: str, now: datetime) -> View:
    """Let the county office see what somebody sees for as long as a token lasts; noted for good."""
    found = queries.managed(session, actor=actor, person_id=person_id, on=county_day(now))
    actor.require(*MAY[Act.VIEW_AS_OTHERS])
    people.check_may_manage(actor.roles, found.roles)
    seen = queries.actor_of(session, person_id=person_id, on=county_day(now))
    if seen is None:
        raise Refused("no_post", "这个人目前没有任职，没有可以查看的内容，请先登记任职")
    grant_id = new_id(now)
    row = {
        "id": grant_id,
        "officer_id": actor.person_id,
        "person_id": person_id,
        "reason": reason,
        "granted_at": now,
        "ends_at": now + TOKEN_LIFE,
    }
    session.execute(insert(ViewGrant), [row])
    at = auth.counts_from(session, person_id, actor.person_id, now=now)
    eyes = replace(seen, seen_by=Supporter(person_id=actor.person_id, name=actor.name))
    return View(grant_id=grant_id, signed_in=SignedIn(actor=eyes, at=at))
