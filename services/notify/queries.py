"""What can be asked of notify: one's own inbox, and what its commands look up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.notify import domain
from services.notify.models import KnownPairing, KnownPairingEnd, KnownPerson, Notice
from shared.auth import Actor
from shared.db import among
from shared.values import GONE, Missing
from shared.vocabulary import NoticeKind

# --- what commands ask ------------------------------------------------------------------------------------


def periods_of_apprentices(session: Session, apprentice_ids: Sequence[UUID]) -> list[domain.Period]:
    """Every pairing of these apprentices, ended or not."""
    return _periods(session, _pairings().where(among(session, KnownPairing.apprentice_id, apprentice_ids)))


def period_of(session: Session, *, pairing_id: UUID) -> domain.Period | None:
    """One pairing, if its start was heard of."""
    return next(iter(_periods(session, _pairings().where(KnownPairing.id == pairing_id))), None)


def end_of(session: Session, *, pairing_id: UUID) -> date | None:
    """When a pairing ended, if that was heard of."""
    return session.scalar(select(KnownPairingEnd.ended_on).where(KnownPairingEnd.pairing_id == pairing_id))


def _pairings() -> Select[*tuple[Any, ...]]:
    return select(
        KnownPairing.mentor_id, KnownPairing.apprentice_id, KnownPairing.started_on, KnownPairingEnd.ended_on
    ).outerjoin(KnownPairingEnd, KnownPairingEnd.pairing_id == KnownPairing.id)


def _periods(session: Session, found: Select[*tuple[Any, ...]]) -> list[domain.Period]:
    return [domain.Period(*row) for row in session.execute(found)]


def own_notices(session: Session, *, teacher_id: UUID, since: date) -> list[dict[str, Any]]:
    """What a teacher was told of her own hours of days from `since` on."""
    return _rows(
        session, recipient_id=teacher_id, about_id=teacher_id, kinds=domain.OF_APPRENTICE.keys(), since=since
    )


def mentor_notices(session: Session, *, period: domain.Period, since: date) -> list[dict[str, Any]]:
    """What the mentor of a pairing was told of the apprentice's hours of days from `since` on."""
    return _rows(
        session,
        recipient_id=period.mentor_id,
        about_id=period.apprentice_id,
        kinds=domain.OF_APPRENTICE.values(),
        since=since,
    )


def _rows(
    session: Session, *, recipient_id: UUID, about_id: UUID, kinds: Collection[NoticeKind], since: date
) -> list[dict[str, Any]]:
    found = select(Notice.__table__).where(
        Notice.recipient_id == recipient_id,
        Notice.about_id == about_id,
        Notice.kind.in_(kinds),
        Notice.held_on >= since,
    )
    return [dict(row) for row in session.execute(found).mappings()]


# --- the inbox --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice as its recipient reads it."""

    notice: Notice
    about_name: str | None

    @property
    def id(self) -> UUID:
        """It is known by the entry it tells of."""
        return self.notice.entry_id

    @property
    def title(self) -> str:
        """The line that is read first."""
        return domain.title_for(
            kind=self.notice.kind, about=self.about_name, hours_hundredths=self.notice.hours_hundredths
        )

    @property
    def body(self) -> str:
        """What happened."""
        return domain.body_for(
            kind=self.notice.kind,
            category=self.notice.category,
            held_on=self.notice.held_on,
            hours_hundredths=self.notice.hours_hundredths,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of somebody's messages."""

    items: Sequence[Message]
    next_cursor: UUID | None
    unread: int


def inbox(session: Session, *, actor: Actor, before: UUID | None, most: int) -> Inbox:
    """One's own notices, newest first, from before a given one on."""
    found = _messages(actor).order_by(Notice.entry_id.desc())  # an id of version 7 sorts by its moment
    if before is not None:
        found = found.where(Notice.entry_id < before)
    rows = session.execute(found.limit(most + 1)).all()  # one more tells whether there is a next page
    items = [Message(notice=notice, about_name=name) for notice, name in rows[:most]]
    return Inbox(
        items=items,
        next_cursor=items[-1].notice.entry_id if len(rows) > most else None,
        unread=_unread(session, actor=actor),
    )


def message(session: Session, *, actor: Actor, notice_id: UUID) -> Message:
    """One of one's own notices."""
    row = session.execute(_messages(actor).where(Notice.entry_id == notice_id)).one_or_none()
    if row is None:
        raise Missing(GONE, what="这条通知")
    notice, name = row
    return Message(notice=notice, about_name=name)


def _unread(session: Session, *, actor: Actor) -> int:
    counted = select(func.count()).where(Notice.recipient_id == actor.person_id, Notice.read_at.is_(None))
    return session.scalar(counted) or 0


def _messages(actor: Actor) -> Select[Notice, str | None]:
    return (
        select(Notice, KnownPerson.name)
        .outerjoin(KnownPerson, KnownPerson.id == Notice.about_id)
        .where(Notice.recipient_id == actor.person_id)
    )
