"""Tables of notify: notices, and copies of people and pairings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata, short, term
from shared.tenancy import OWN_WORK, Walls, of_person, through_own
from shared.trail import Telling
from shared.vocabulary import HourCategory, NoticeKind


class Base(ServiceBase):
    """All tables of notify."""

    metadata = new_metadata()


class Notice(Base):
    """One notice in somebody's inbox: ids, kinds and amounts; it is put into words when it is read.

    It tells of one entry of the ledger, once to each recipient however often its event arrives; entries' ids
    sort by time, and so does an inbox. A teacher's notice about herself is also the record from which a
    mentor's is made when the pairing is heard of later: that one stands where the entry has its place.
    """

    __tablename__ = "notices"

    recipient_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    about_id: Mapped[UUID]
    activity_id: Mapped[UUID]
    round_no: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[NoticeKind] = mapped_column(term(NoticeKind))
    hours_hundredths: Mapped[int]
    category: Mapped[HourCategory] = mapped_column(term(HourCategory))
    form: Mapped[str] = mapped_column(short(64))
    held_on: Mapped[date]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("hours_hundredths >= 0", name="amounts_are_positive"),
        Index(
            "ix_notices_unread",
            "recipient_id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
    )


class KnownPerson(Base):
    """A person's name, as the directory said."""

    __tablename__ = "known_people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    version: Mapped[int] = mapped_column(default=0)
    """Of what was told of her; 0 is what was told when she joined."""


class KnownPairing(Base):
    """A pairing that started, as the directory said."""

    __tablename__ = "known_pairings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mentor_id: Mapped[UUID]
    apprentice_id: Mapped[UUID]
    started_on: Mapped[date]

    __table_args__ = (Index("ix_known_pairings_apprentice_id", "apprentice_id"),)


class KnownPairingEnd(Base):
    """The first day on which a pairing no longer holds; heard of before its start, it waits here."""

    __tablename__ = "known_pairing_ends"

    pairing_id: Mapped[UUID] = mapped_column(primary_key=True)
    ended_on: Mapped[date]


WALLS: Walls = {
    "notices": of_person("recipient_id"),
    "known_people": of_person("id") | through_own("id", "notices", "about_id", person="recipient_id"),
    "known_pairings": OWN_WORK,
    "known_pairing_ends": OWN_WORK,
}
"""Whose the rows of each table are."""

TELLING = Telling(
    told={
        "notices": ("form",),
    },
    hidden={
        "known_people": ("name",),
    },
    unwatched={
        "notices": "a person's own: that she has read one stands in it, and nobody else is concerned",
    },
)
"""What of these tables the audit log may repeat; free text stays in its own row."""
