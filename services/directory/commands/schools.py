"""Schools: opened."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from services.directory.domain.names import name_key
from services.directory.domain.people import check_day
from services.directory.models import School
from shared import outbox
from shared.auth import Actor
from shared.db import insert_new
from shared.events.directory import SchoolOpened
from shared.values import Refused, county_day, new_id
from shared.vocabulary import Role, SchoolStage


def open_school(
    session: Session,
    *,
    actor: Actor,
    name: str,
    stage: SchoolStage,
    township: str,
    opened_on: date,
    now: datetime,
) -> School:
    """Enter a school; the county office does."""
    actor.require(Role.COUNTY_OFFICER)
    check_day(opened_on, today=county_day(now))
    row = {
        "id": new_id(now),
        "name": name,
        "name_key": name_key(name),
        "stage": stage,
        "township": township,
        "opened_on": opened_on,
        "entered_at": now,
    }
    if not insert_new(session, School, [row]):
        raise Refused("school_name_taken", "县里已有名为“{name}”的学校", name=name)
    school = School(**row)
    said = SchoolOpened(school_id=school.id, name=name, stage=stage, township=township, opened_on=opened_on)
    outbox.add(session, said, now=now)
    return school
