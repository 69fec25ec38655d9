"""Districts (乡镇、街道、学区): entered, renamed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.schools import enter_district, say_schools
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.domain.people import check_day
from services.directory.domain.periods import Period
from services.directory.domain.schools import district_kind_of
from services.directory.models import District, DistrictRecord, SchoolRecord
from shared.auth import Actor
from shared.values import Refused, county_day


def add_district(session: Session, *, actor: Actor, name: str, now: datetime) -> UUID:
    """Enter a district before its first school; saying it twice changes nothing."""
    actor.require(*MAY[Act.RUN_SCHOOLS])
    return enter_district(session, name=name, now=now)


def rename_district(
    session: Session, *, actor: Actor, district_id: UUID, name: str, renamed_on: date, now: datetime
) -> None:
    """Let a district be called something else from a day on (撤乡设镇); earlier days keep its old name."""
    actor.require(*MAY[Act.RUN_SCHOOLS])
    district = queries.district_for_update(session, district_id=district_id)
    check_day(renamed_on, today=county_day(now))
    key = name_key(name)
    taken = session.scalar(select(District.id).where(District.name_key == key, District.id != district_id))
    if taken is not None:
        raise Refused("district_name_taken", "县里已有名为“{name}”的乡镇或学区，请换一个名称", name=name)
    facts.record(
        session,
        DistrictRecord,
        of={"district_id": district_id},
        period=Period(starts_on=renamed_on, ends_on=None),
        become=lambda _: {"name": name},
        now=now,
    )
    district.name, district.name_key, district.kind = name, key, district_kind_of(name)
    session.flush()
    there = select(SchoolRecord.school_id).where(
        SchoolRecord.district_id == district_id,
        SchoolRecord.withdrawn_at.is_(None),
        SchoolRecord.ends_on.is_(None),
    )
    for school_id in sorted(session.scalars(there)):
        say_schools(session, [school_id], now=now)
