"""A person's record: amended from a day on, corrected for the past, given a staff number, noted as absent."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.commands import facts
from services.directory.commands.people import say_teachers
from services.directory.domain.acts import MAY, Act
from services.directory.domain.names import name_key
from services.directory.domain.people import check_correction
from services.directory.domain.periods import Period
from services.directory.models import Membership, Person, PersonRecord
from shared import tenancy
from shared.auth import Actor
from shared.values import GONE, Missing, Refused, county_day
from shared.vocabulary import MembershipKind

OF_MEMBERSHIP = frozenset({"subject", "second_subjects"})


def amend_person(
    session: Session,
    *,
    actor: Actor,
    person_id: UUID,
    period: Period,
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    """Let a record be something else within a period; the days before and after keep what they held.

    From today on it is a change (改名、评上职称), before today a correction of what was known.
    """
    _kept_person(session, actor=actor, person_id=person_id, now=now)
    check_correction(period.starts_on, today=county_day(now), is_county=actor.is_county)
    own = {name: value for name, value in changes.items() if name not in OF_MEMBERSHIP}
    if "name" in own:
        own["name_key"] = name_key(own["name"])
    of_membership = {name: value for name, value in changes.items() if name in OF_MEMBERSHIP}
    if own:
        _overlay(session, PersonRecord, of={"person_id": person_id}, period=period, changes=own, now=now)
    if of_membership:
        home = {"person_id": person_id, "kind": MembershipKind.HOME}
        _overlay(session, Membership, of=home, period=period, changes=of_membership, now=now)
    say_teachers(session, [person_id], now=now)


def _overlay(
    session: Session,
    table: type[Any],
    *,
    of: Mapping[str, Any],
    period: Period,
    changes: Mapping[str, Any],
    now: datetime,
) -> None:
    facts.record(
        session,
        table,
        of=of,
        period=period,
        become=lambda held: {**held, **changes} if held is not None else None,
        now=now,
    )


def give_staff_no(
    session: Session, *, actor: Actor, person_id: UUID, staff_no: str | None, now: datetime
) -> None:
    """Enter the number the county's office of personnel knows somebody by (职工号)."""
    person = _kept_person(session, actor=actor, person_id=person_id, now=now)
    taken = select(Person.id).where(Person.staff_no == staff_no, Person.id != person_id)
    with tenancy.whole_county(session):  # a number is one person's in the whole county
        is_taken = staff_no is not None and session.scalar(taken) is not None
    if is_taken:
        raise Refused("staff_no_taken", "职工号{staff_no}已登记在另一位教师名下，请核对", staff_no=staff_no)
    person.staff_no = staff_no


def _kept_person(session: Session, *, actor: Actor, person_id: UUID, now: datetime) -> Person:
    """Somebody whose register the actor keeps: of the school where they are at home today, locked."""
    person = queries.person_for_update(session, actor=actor, person_id=person_id)
    today: date = county_day(now)
    if not actor.is_county and queries.home_of(session, person_id, on=today) != actor.school_id:
        raise Missing(GONE, what="这位教师")
    actor.require(*MAY[Act.KEEP_REGISTER])
    if queries.alias_of(session, person_id) is not None:
        raise Refused("person_merged", "这条记录已并入另一条，请在保留的那条上修改")
    return person
