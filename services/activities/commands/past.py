"""Sessions that took place before anybody entered them (补登), each with its record and its attendance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.activities import domain, queries
from services.activities.commands.attendance import Confirmation, confirm
from services.activities.commands.sessions import announce, file, hold, own_school
from services.activities.domain import Act, Enterer, Known, PastSession
from shared.auth import Actor
from shared.values import county_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A session as it was entered, and how many were confirmed."""

    activity_id: UUID
    confirmed: int


def enter_past_sessions(
    session: Session, *, actor: Actor, past: Sequence[PastSession], now: datetime
) -> Sequence[Entered]:
    """Announce, hold, record and confirm sessions that have taken place, all of them or none; in their order.

    Those who lead the sessions of a school enter its own, the county office those of any school.
    """
    by = Enterer(person_id=actor.person_id, school_id=_school_of(actor))
    domain.check_size(past)
    past = [replace(one, school_id=one.school_id or by.school_id) for one in past]
    domain.check_past_sessions(past, by=by, known=_known_of(session, past, by=by), now=now)
    confirmations = []
    for one in past:
        assert one.school_id is not None  # noqa: S101  it was checked
        activity = announce(session, one.announcement, school_id=one.school_id, actor=actor, now=now)
        hold(session, activity, now=now)
        file(session, activity, one.report, actor=actor, now=now)
        rounds = domain.newcomers(one.presences, rounds={})
        held_on = county_day(activity.starts_at)
        confirmations.append(
            Confirmation(activity=activity, held_on=held_on, presences=one.presences, rounds=rounds)
        )
    session.flush()
    confirmed = confirm(session, confirmations, actor=actor, now=now)
    return [
        Entered(activity_id=one.activity.activity_id, confirmed=confirmed[one.activity.activity_id])
        for one in confirmations
    ]


def _school_of(actor: Actor) -> UUID | None:
    """The school whose sessions somebody may enter; None for the county office, which enters any school's."""
    if actor.is_county and actor.has(*domain.MAY[Act.ENTER_PAST_SESSIONS]):
        return None
    return own_school(actor)


def _known_of(session: Session, past: Sequence[PastSession], *, by: Enterer) -> Known:
    """What is known of everything they name within reach, each kind read once.

    Whoever was there is locked first: nobody is confirmed at the same moment in a session we do not see.
    """
    beginnings = {
        (one.school_id, one.announcement.starts_at)
        for one in past
        if one.school_id is not None and by.school_id in {None, one.school_id}
    }
    school_ids = {school_id for school_id, _ in beginnings}
    attendees = {teacher_id for one in past for teacher_id in one.attendees}
    people = {person_id for one in past for person_id in one.people}
    named = (one.announcement.plan_item_id for one in past)
    queries.lock_teachers(session, attendees)
    return Known(
        school_ids=queries.schools_among(session, school_ids),
        belongings=queries.belongings(session, school_ids=school_ids, teacher_ids=people),
        items=queries.plan_items_among(session, {item_id for item_id in named if item_id is not None}),
        stays=queries.stays_around(session, beginnings=beginnings, teacher_ids=attendees),
    )
