"""The entries of the audit log: refusals added to it, and what its readers may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shared.auth import Actor
from shared.kernel_tables import audit_entries, audit_objects
from shared.rights import MAY, Act
from shared.trail.watch import Deed, row_of, write
from shared.values import COUNTY_ZONE

AuditPage = Mapping[str, Any]


def note_refusal(session: Session, deed: Deed, *, status: int, code: str) -> None:
    """That somebody was refused something, in a transaction of its own: the refused one left no trace."""
    refused = {"status": status, "code": code[:64]}
    write(session, {**row_of(deed, actor=deed.actor), **refused}, objects=deed.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries somebody asks for."""

    actor_id: UUID | None = None
    object_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    """The last day that counts."""
    refused: bool | None = None


def entries(session: Session, *, actor: Actor, wanted: Wanted, cursor: UUID | None, limit: int) -> AuditPage:
    """The newest first: all for the county office and its auditors, a school's own for its offices."""
    actor.require(*MAY[Act.READ_AUDIT_LOG])
    asked = _wanted(select(audit_entries), wanted).where(actor.charge(audit_entries.c.school_id))
    if cursor is not None:
        asked = asked.where(audit_entries.c.id < cursor)
    newest = asked.order_by(audit_entries.c.id.desc()).limit(limit + 1)
    found = [dict(row._mapping) for row in session.execute(newest)]
    more = len(found) > limit
    return {"items": found[:limit], "next_cursor": found[limit - 1]["id"] if more else None}


def _wanted(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    entry = audit_entries.c
    if wanted.actor_id is not None:
        asked = asked.where((entry.actor_id == wanted.actor_id) | (entry.real_id == wanted.actor_id))
    if wanted.object_id is not None:
        about = select(audit_objects.c.entry_id).where(audit_objects.c.object_id == wanted.object_id)
        asked = asked.where(entry.id.in_(about))
    if wanted.since is not None:
        asked = asked.where(entry.id >= _first_id(wanted.since))
    if wanted.until is not None:
        asked = asked.where(entry.id < _first_id(wanted.until + timedelta(days=1)))
    if wanted.refused is not None:
        asked = asked.where(entry.code.is_not(None) if wanted.refused else entry.code.is_(None))
    return asked


def _first_id(day: date) -> UUID:
    """Below every id made on that day of the county or later: ids begin with their moment."""
    midnight = datetime.combine(day, time.min, tzinfo=COUNTY_ZONE)
    return UUID(int=max(0, int(midnight.timestamp() * 1000)) << 80)
