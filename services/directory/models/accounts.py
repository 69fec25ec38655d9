"""Accounts, failed sign-ins, and the places from which people sign in."""

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
    password_set_at: Mapped[datetime | None]
    """When its owner chose the password; None until she has, and for accounts older than this column."""
    initial_until: Mapped[datetime | None]
    """While this is set, the password was made by somebody else (初始密码) and opens once, until then."""
    initial_used_at: Mapped[datetime | None]


class SignInTries(Base):
    """Failed sign-ins under a username from anywhere, whether or not anybody has it."""

    __tablename__ = "sign_in_tries"

    username: Mapped[str] = mapped_column(short(32), primary_key=True)
    recent_since: Mapped[datetime]
    recent_failures: Mapped[int]
    day_since: Mapped[datetime] = mapped_column(index=True)
    day_failures: Mapped[int]


class AddressTries(Base):
    """Failed sign-ins from an address: under a username, or, with an empty one, under any."""

    __tablename__ = "address_tries"

    username: Mapped[str] = mapped_column(short(32), primary_key=True)
    address: Mapped[str] = mapped_column(short(45), primary_key=True)
    recent_since: Mapped[datetime]
    recent_failures: Mapped[int]
    day_since: Mapped[datetime] = mapped_column(index=True)
    day_failures: Mapped[int]


class SignInPlace(Base):
    """An address from which somebody has signed in: guesses made elsewhere do not shut her out there."""

    __tablename__ = "sign_in_places"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    address: Mapped[str] = mapped_column(short(45), primary_key=True)
    last_at: Mapped[datetime]
