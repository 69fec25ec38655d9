"""Districts (乡镇、街道、学区), as they were called on a day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.directory.models import District, DistrictRecord
from services.directory.queries.schools import district_named
from shared.values import GONE, Missing


def districts(session: Session, *, on: date, known_at: datetime | None = None) -> Sequence[Any]:
    """Every district, by name; anybody in the county may know where it is."""
    called = func.coalesce(DistrictRecord.name, District.name)
    asked = select(District.id, called.label("name"), District.kind).outerjoin(
        DistrictRecord, district_named(on, known_at)
    )
    if known_at is not None:
        asked = asked.where(District.entered_at <= known_at)
    return session.execute(asked.order_by(called, District.id)).all()


def district_for_update(session: Session, *, district_id: UUID) -> District:
    """The row of a district, locked."""
    found = session.scalar(select(District).where(District.id == district_id).with_for_update())
    if found is None:
        raise Missing(GONE, what="这个乡镇或学区")
    return found
