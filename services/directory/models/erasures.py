"""Who was erased: known by a pseudonym since, in the register and wherever her name was copied."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base
from shared.db import short


class PersonErasure(Base):
    """That an entry of the register was erased (注销). Append-only."""

    __tablename__ = "person_erasures"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(short(64))
    erased_at: Mapped[datetime]
    erased_by: Mapped[UUID]
