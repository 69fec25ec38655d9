"""Mentor pairings (师徒结对): started, ended."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.directory import queries
from services.directory.domain import pairings, people
from services.directory.domain.periods import Period
from services.directory.models import Pairing
from shared import outbox
from shared.auth import Actor
from shared.db import insert_new
from shared.events.directory import PairingEnded, PairingStarted
from shared.values import Refused, county_day, new_id


def start_pairing(
    session: Session, *, actor: Actor, mentor_id: UUID, apprentice_id: UUID, started_on: date, now: datetime
) -> UUID:
    """Pair a mentor with an apprentice of the same school."""
    found = queries.members(session, actor=actor, people=[mentor_id, apprentice_id], on=started_on)
    actor.require(*people.KEEPERS)
    school_id, mentor = found[mentor_id]
    pairings.check_pairing(
        mentor=mentor,
        apprentice=found[apprentice_id][1],
        started_on=started_on,
        before=queries.periods_of_pairing(session, mentor_id=mentor_id, apprentice_id=apprentice_id),
        today=county_day(now),
    )
    said = PairingStarted(
        pairing_id=new_id(now),
        school_id=school_id,
        mentor_id=mentor_id,
        apprentice_id=apprentice_id,
        started_on=started_on,
    )
    row = {
        "id": said.pairing_id,
        "school_id": school_id,
        "mentor_id": mentor_id,
        "apprentice_id": apprentice_id,
        "starts_on": started_on,
    }
    if not insert_new(session, Pairing, [row]):  # somebody else was faster
        raise Refused("already_paired", "两人已经结对")
    outbox.add(session, said, now=now)
    return said.pairing_id


def end_pairing(session: Session, *, actor: Actor, pairing_id: UUID, ended_on: date, now: datetime) -> None:
    """End a pairing; `ended_on` is the first day without it. Saying it twice changes nothing."""
    pairing = queries.pairing_for_update(session, actor=actor, pairing_id=pairing_id)
    actor.require(*people.KEEPERS)
    if pairing.ends_on == ended_on:
        return
    period = Period(starts_on=pairing.starts_on, ends_on=pairing.ends_on)
    pairings.check_ending(period=period, ended_on=ended_on, today=county_day(now))
    pairing.ends_on = ended_on
    said = PairingEnded(pairing_id=pairing.id, school_id=pairing.school_id, ended_on=ended_on)
    outbox.add(session, said, now=now)
