"""Who looked at somebody's file (阅览留痕): one line a viewer, day and part of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.auth import Actor, Kind
from shared.inserts import insert_new
from shared.kernel_tables import looks
from shared.values import county_day, new_id
from shared.vocabulary import FilePart

LookPage = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody reads a part of a person's file."""

    subject_id: UUID
    part: FilePart
    actor: Actor
    at: datetime

    @property
    def viewer_id(self) -> UUID:
        """Who really looks."""
        return self.actor.seen_by.person_id if self.actor.seen_by else self.actor.person_id

    @property
    def is_ones_own(self) -> bool:
        """Whether it is her own file she looks at."""
        return self.viewer_id == self.subject_id

    def row(self) -> dict[str, Any]:
        """The line. Of who borrows eyes nothing is known but id and name: she is of the county office."""
        real = self.actor.seen_by
        roles = "" if real else " ".join(sorted(role.value for role in self.actor.roles))
        return {
            "id": new_id(self.at),
            "subject_id": self.subject_id,
            "on_day": county_day(self.at),
            "viewer_id": self.viewer_id,
            "part": self.part.value,
            "viewer_name": (real.name if real else self.actor.name)[:64],
            "viewer_kind": Kind.USER.value if real else self.actor.kind.value,
            "viewer_roles": roles,
            "viewer_school_id": None if real else self.actor.school_id,
            "at": self.at,
        }


def note_look(look: Look, *, transaction: Callable[..., AbstractContextManager[Session]]) -> None:
    """Keep it, unless today's line is there: most looks then cost a short read and no lock."""
    this = (
        looks.c.subject_id == look.subject_id,
        looks.c.on_day == county_day(look.at),
        looks.c.viewer_id == look.viewer_id,
        looks.c.part == look.part.value,
    )
    with transaction(write=False) as session:
        known = session.execute(select(looks.c.id).where(*this)).first()
    if known is None:
        with transaction(write=True) as session:
            insert_new(session, looks, [look.row()])


def looks_at(session: Session, *, subject_id: UUID, cursor: UUID | None, limit: int) -> LookPage:
    """Who looked at a person's file, the newest first."""
    asked = select(looks).where(looks.c.subject_id == subject_id)
    if cursor is not None:
        asked = asked.where(looks.c.id < cursor)
    newest = asked.order_by(looks.c.id.desc()).limit(limit + 1)
    found = [dict(row._mapping) for row in session.execute(newest)]
    more = len(found) > limit
    return {"items": found[:limit], "next_cursor": found[limit - 1]["id"] if more else None}
