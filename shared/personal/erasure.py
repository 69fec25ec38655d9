"""Erasing a person (注销): the kernel's own tables name her no more, and every event stays the same event."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.orm import Session

from shared.events.catalogue import CATALOGUE
from shared.events.codec import Envelope, UnreadableEvent, renamed
from shared.kernel_tables import (
    audit_entries,
    idempotency_keys,
    looks,
    outbox,
    received_events,
    waiting_events,
)

NAMES = (
    (audit_entries, "actor_id", "actor_name"),
    (audit_entries, "real_id", "real_name"),
    (looks, "viewer_id", "viewer_name"),
)
"""Where the kernel keeps the name of whoever has an id."""


class Erasure(Protocol):
    """That somebody is known by a pseudonym; the directory's `PersonErased` is one."""

    @property
    def person_id(self) -> UUID:
        """Who."""

    @property
    def pseudonym(self) -> str:
        """What she is called from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """How much of the kernel's tables named somebody."""

    said: int
    waiting: int
    logged: int
    answers: int


def forget(session: Session, erased: Erasure) -> Traces:
    """Let the kernel's tables name her by her pseudonym; saying it twice changes nothing more."""
    return Traces(
        said=_forget_said(session, erased),
        waiting=_forget_waiting(session, erased),
        logged=_forget_names(session, erased),
        answers=_forget_answers(session, erased),
    )


def _forget_said(session: Session, erased: Erasure) -> int:
    """Events that are kept and may be published again, with the same id and the same digest."""
    asked = select(outbox.c.position, outbox.c.type, outbox.c.data).where(
        outbox.c.subject == str(erased.person_id)
    )
    changed = []
    for row in session.execute(asked):
        said = json.loads(row.data)
        without = renamed(said, CATALOGUE[row.type], name=erased.pseudonym)
        if without != said:
            changed.append((row.position, json.dumps(without, ensure_ascii=False)))
    for position, data in changed:
        session.execute(update(outbox).where(outbox.c.position == position).values(data=data))
    return len(changed)


def _forget_waiting(session: Session, erased: Erasure) -> int:
    """Messages set aside or parked; one of a type that was unknown when it came is digested as known now."""
    changed = 0
    for row in session.execute(select(waiting_events.c.event_id, waiting_events.c.body)).all():
        envelope = _about(row.body, erased)
        cls = CATALOGUE.get(envelope.type) if envelope else None
        if envelope is None or cls is None:
            continue
        without = replace(envelope, data=renamed(envelope.data, cls, name=erased.pseudonym))
        if without.data != envelope.data:
            here = waiting_events.c.event_id == row.event_id
            session.execute(update(waiting_events).where(here).values(body=without.encode()))
            claimed = received_events.c.event_id == envelope.id
            same = received_events.c.digest == envelope.digest(None)
            session.execute(update(received_events).where(claimed, same).values(digest=without.digest(cls)))
            changed += 1
    return changed


def _about(body: bytes, erased: Erasure) -> Envelope | None:
    """The message, if it can be read and is about her."""
    if str(erased.person_id).encode() not in body:
        return None
    try:
        envelope = Envelope.decode(body)
    except UnreadableEvent:
        return None
    return envelope if envelope.subject == str(erased.person_id) else None


def _forget_names(session: Session, erased: Erasure) -> int:
    changed = 0
    for table, key, name in NAMES:
        hers = table.c[key] == erased.person_id
        still = table.c[name] != erased.pseudonym
        again = update(table).where(hers, still).values({name: erased.pseudonym})
        changed += session.connection().execute(again).rowcount
    return changed


def _forget_answers(session: Session, erased: Erasure) -> int:
    """Answers kept for requests that may be sent again: those that tell of her are dropped."""
    return session.connection().execute(delete(idempotency_keys).where(_tells_of(session, erased))).rowcount


def _tells_of(session: Session, erased: Erasure) -> Any:
    """Whether the bytes of an answer hold her id."""
    sought = literal(str(erased.person_id).encode(), idempotency_keys.c.body.type)
    find = func.pg_catalog.position if session.get_bind().dialect.name == "postgresql" else func.instr
    return find(idempotency_keys.c.body, sought) > 0


def note_erasure(session: Session, event: Erasure, *, now: datetime) -> None:
    """What every service does when it hears of it; copies of her name follow what is told of her anew."""
    del now
    forget(session, event)
