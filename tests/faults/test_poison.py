"""F19: what nobody can read or survive is parked, exactly that, and all else goes on (PR7, INV6)."""

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from deploy.loops import utc_now
from services.credits.models import LedgerEntry
from shared import db, inbox
from shared.events.activities import AttendanceConfirmed
from shared.events.codec import Envelope
from shared.kernel_tables import waiting_events
from shared.values import new_id
from tests.faults.admin import Letter
from tests.faults.county import FaultCounty
from tests.faults.workers import Plan

BYSTANDERS, MANY_BYSTANDERS = 5, 500
"""How many events come before it and how many after it; in full, in the first trial of each kind, many."""
FOLLOWERS = ("plans", "credits")
"""Who receives what activities says."""
TEN_MEGABYTES = 10_000_000
SIX_DEATHS_SECONDS_MAX = 240.0
"""A process dies of the event when it comes and at each of five attempts, and another one starts."""


def bad_json() -> tuple[bytes, UUID]:
    """Not even a message; the id it is parked under."""
    body = b'{"id": ' + uuid4().bytes.hex().encode()
    return body, inbox.id_of_unreadable(body)


def wrong_schema() -> tuple[bytes, UUID]:
    """A message whose data says nothing that was agreed."""
    envelope = Envelope(
        id=new_id(utc_now()),
        deployment="county",
        producer="activities",
        type=AttendanceConfirmed.TYPE,
        at=utc_now(),
        subject="nobody",
        school_id=None,
        incarnation=uuid4(),
        seq=1,
        traceparent=None,
        data={"attendees": "everybody"},
    )
    return envelope.encode(), envelope.id


def far_too_large() -> tuple[bytes, UUID]:
    """Ten megabytes of JSON, forty times what an event may weigh."""
    body = json.dumps({"id": str(uuid4()), "filler": "x" * TEN_MEGABYTES}).encode()
    return body, inbox.id_of_unreadable(body)


@pytest.mark.trials(20, smoke=2)
@pytest.mark.parametrize("made", [bad_json, wrong_schema, far_too_large])
def test_f19_what_nobody_can_read_is_parked_and_bystanders_are_not(
    county: FaultCounty,
    made: Callable[[], tuple[bytes, UUID]],
    in_full: bool,  # noqa: FBT001  a fixture is given by its name
    trials: int,
) -> None:
    for trial in range(trials):
        bystanders = MANY_BYSTANDERS if in_full and trial == 0 else BYSTANDERS
        body, poison = made()
        county.confirm(bystanders)
        county.admin.publish([Letter(routing_key=AttendanceConfirmed.TYPE, body=body)])
        county.confirm(bystanders)
        county.until(lambda: parked_by(county, poison) == set(FOLLOWERS))  # noqa: B023  asked at once
        county.whole_again(parked=[poison])
        throw_away(county, poison)
    county.whole_again()


def parked_by(county: FaultCounty, poison: UUID) -> set[str]:
    """Which services have parked it."""
    asked = select(waiting_events.c.event_id).where(
        waiting_events.c.event_id == poison, waiting_events.c.parked_at.is_not(None)
    )
    found = set()
    for service, engine in county.engines.items():
        with engine.connect() as connection:
            found |= {service for _ in connection.execute(asked)}
    return found


def throw_away(county: FaultCounty, poison: UUID) -> None:
    """Nobody will ever want it."""
    for engine in county.engines.values():
        with engine.begin() as connection:
            connection.execute(delete(waiting_events).where(waiting_events.c.event_id == poison))


@pytest.mark.trials(20, smoke=3)
@pytest.mark.parametrize("manner", ["exit", "loop"])
def test_f19_a_handler_that_ends_or_blocks_its_process_parks_its_event_alone(
    county: FaultCounty, manner: str, trials: int
) -> None:
    for _ in range(trials):
        poisoned = (county.held_activity(), county.teachers[0])
        county.settle()
        county.workers.restart("credits", Plan(poison=poisoned[0], manner=manner))

        county.confirm(BYSTANDERS)
        assert county.say(poisoned, key=str(uuid4()))
        county.confirm(BYSTANDERS)
        county.until(lambda: county.mended() and len(county.parked()) == 1, seconds=SIX_DEATHS_SECONDS_MAX)
        county.settle()

        assert not_credited(county) == {poisoned}
        county.workers.restart("credits")
        with db.transaction(county.engines["credits"]) as session:
            assert inbox.retry(session, None, now=utc_now()) == 1
        county.whole_again()


def not_credited(county: FaultCounty) -> set[tuple[str, str]]:
    """Whatever was acknowledged and the ledger does not know."""
    asked = select(LedgerEntry.activity_id, LedgerEntry.teacher_id)
    with db.transaction(county.engines["credits"], write=False) as session:
        return county.acknowledged - {(str(row[0]), str(row[1])) for row in session.execute(asked)}
