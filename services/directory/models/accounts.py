"""Accounts, and failed sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base
from shared.db import short


class Account(Base):
    """How somebody signs in. The password itself is nowhere."""

    __tablename__ = "accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    username: Mapped[str] = mapped_column(short(32), unique=True)
    password_hash: Mapped[str] = mapped_column(short(200))
    disabled_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]


class SignInTries(Base):
    """Failed sign-ins under a username, whether or not anybody has it."""

    __tablename__ = "sign_in_tries"

    username: Mapped[str] = mapped_column(short(32), primary_key=True)
    recent_since: Mapped[datetime]
    recent_failures: Mapped[int]
    day_since: Mapped[datetime] = mapped_column(index=True)
    day_failures: Mapped[int]
