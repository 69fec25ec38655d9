"""Other ways in: the county's own sign-in, API keys, and looking with somebody's eyes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base
from shared.db import short


class ProviderLink(Base):
    """Who somebody is at the county's own sign-in (统一身份认证): its issuer's name for them."""

    __tablename__ = "provider_links"

    issuer: Mapped[str] = mapped_column(short(200), primary_key=True)
    subject: Mapped[str] = mapped_column(short(200), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    linked_at: Mapped[datetime]


class ApiKey(Base):
    """What another system shows to read here (接口密钥). The key itself is nowhere, only its hash."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint("expires_at > made_at", name="expires_after_made"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    secret_hash: Mapped[str] = mapped_column(short(64), unique=True)
    scopes: Mapped[str] = mapped_column(short(200))
    """Codes of the vocabulary's ApiScope, with spaces between."""
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    """None reads the whole county."""
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class ViewGrant(Base):
    """Somebody of the county office looked with a person's eyes (代查看). Append-only."""

    __tablename__ = "view_grants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(short(200))
    granted_at: Mapped[datetime]
    ends_at: Mapped[datetime]
