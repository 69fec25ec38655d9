"""Schools."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.directory.models.tables import Base
from shared.db import short, term
from shared.vocabulary import SchoolStage


class School(Base):
    """A school (学校). `name_key` is its name without the differences a reader does not see."""

    __tablename__ = "schools"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))
    name_key: Mapped[str] = mapped_column(short(256), unique=True)
    stage: Mapped[SchoolStage] = mapped_column(term(SchoolStage))
    township: Mapped[str] = mapped_column(short(32))
    opened_on: Mapped[date]
    entered_at: Mapped[datetime]
