"""The console's one table: who is signed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import ServiceBase, new_metadata, short


class Base(ServiceBase):
    """The table of the console."""

    metadata = new_metadata()


class ConsoleSession(Base):
    """One browser in which one person is signed in. Whoever reads this table finds no cookie in it."""

    __tablename__ = "console_sessions"
    __table_args__ = (
        CheckConstraint("opened_at <= seen_at", name="seen_after_opened"),
        CheckConstraint("opened_at < ends_at", name="ends_after_opened"),
        Index(None, "ends_at"),
        Index(None, "person_id"),
    )

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[UUID]
    token: Mapped[str]
    """The directory's bearer token, renewed before it runs out."""
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Whatever happens, after this the password is asked for again."""
    browser: Mapped[str | None] = mapped_column(short(40))
    """What its owner would call it, so that she knows which of her sign-ins this is."""
    view_token: Mapped[str | None]
    """While she looks with somebody else's eyes (代查看): the token to read with."""
