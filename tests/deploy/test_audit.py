"""Each invariant is planted against in a county's databases, and the audit must name it."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from deploy import audit
from deploy.audit.look import Finding
from tests.simulation.chance import Weather
from tests.simulation.runs import replayable, settled_county
from tests.simulation.simulation import Simulation

WEEKS, DEEDS_A_WEEK = 12, 50
"""Enough for hours, reversals, notices of mentors and carried-out plans."""
NOBODY = "'00000000000000000000000000000001'"
WAITING = "INSERT INTO waiting_events (event_id, routing_key, body, attempts, reason, first_at, {until})"
WAITS = WAITING + f" VALUES ({NOBODY}, 'a.b.c.v1', x'', 5, 'why', '2026-10-01', '2026-10-01')"

PLANTED: Mapping[str, tuple[str, str, str]] = {
    "an entry that is worth more": (
        "INV1",
        "credits",
        "UPDATE ledger_entries SET hours_hundredths = hours_hundredths + 1 WHERE kind = 'accrual'",
    ),
    "an entry that is gone": (
        "INV1 sum of the ledger",
        "credits",
        "DELETE FROM ledger_entries WHERE kind = 'accrual'",
    ),
    "attendance that nobody confirmed": (
        "INV1",
        "activities",
        "UPDATE attendance SET minutes = minutes + 60",
    ),
    "an entry of another category": (
        "INV1 ledger entry: differs",
        "credits",
        "UPDATE ledger_entries SET category = 'online'",
    ),
    "other rules than those in force": ("INV1", "credits", "UPDATE rule_packs SET minutes_per_hour = 10"),
    "a balance that is not the sum": (
        "INV2 balance: differs",
        "credits",
        "UPDATE balances SET earned_hundredths = earned_hundredths + 100",
    ),
    "a notice that is gone": ("INV3 notice: missing", "notify", "DELETE FROM notices"),
    "a notice to somebody else": (
        "INV3 notice: nothing accounts for",
        "notify",
        "UPDATE notices SET recipient_id = lower(hex(randomblob(16))) WHERE kind = 'apprentice_accrued'",
    ),
    "a notice of another amount": (
        "INV3 notice: differs",
        "notify",
        "UPDATE notices SET hours_hundredths = hours_hundredths + 1",
    ),
    "a pairing that began earlier": (
        "INV3 notice: missing",
        "directory",
        "UPDATE pairings SET starts_on = '2026-01-01'",
    ),
    "an event that did not leave": (
        "INV4 activities: 1 events",
        "activities",
        "UPDATE outbox SET published_at = NULL WHERE seq = 1",
    ),
    "a number left out": ("INV5 activities: numbered", "activities", "DELETE FROM outbox WHERE seq = 2"),
    "a number nobody received": (
        "INV5 credits has of activities: missing 3",
        "credits",
        "DELETE FROM received_events WHERE producer = 'activities' AND seq = 3",
    ),
    "a number nobody gave": (
        "INV5 notify has of credits: nothing accounts for",
        "notify",
        "UPDATE received_events SET seq = seq + 1000 WHERE producer = 'credits'",
    ),
    "an event that is parked": (
        "INV6 plans",
        "plans",
        WAITS.format(until="parked_at"),
    ),
    "an event that waits": (
        "INV6 plans",
        "plans",
        WAITS.format(until="next_at"),
    ),
    "an entry of another school": (
        "INV10 entry of another school",
        "credits",
        "UPDATE ledger_entries SET school_id = activity_id",
    ),
    "a session moved to another school": (
        "INV10 attendance of somebody of another school",
        "activities",
        "UPDATE activity_sessions SET school_id = activity_id",
    ),
    "a plan moved to another school": (
        "INV10 session against an item of another school",
        "plans",
        "UPDATE plans SET school_id = plan_id",
    ),
    "an item not carried out": (
        "INV12 plans, fulfilled items",
        "plans",
        "DELETE FROM item_fulfilments",
    ),
    "a revocation not heard of": (
        "INV12 credits, known revocations: missing",
        "credits",
        "DELETE FROM known_revocations",
    ),
    "a teacher of an old name": (
        "INV12 notify, known people",
        "notify",
        "UPDATE known_people SET name = name || '-'",
    ),
    "a pairing nobody should have been told of": (
        "INV12 notify, known pairings",
        "directory",
        "UPDATE pairings SET state = 'proposed'",
    ),
    "a token that still counts": ("INV12 activities, deny list", "activities", "DELETE FROM revoked_access"),
}


@cache
def eventful_images() -> dict[str, bytes]:
    """A county after some busy weeks in fine weather."""
    county = settled_county()
    county.databases.set_back(county.images)
    simulation = Simulation(county, random=Random(8), weather=Weather(), say=lambda _: None)
    with replayable(8), simulation.processes.watching():
        simulation.publish_rules()
        for _ in range(WEEKS):
            for _ in range(DEEDS_A_WEEK):
                simulation.people.act(dies=False)
                simulation.clock.pass_by(timedelta(hours=4))
            simulation.settle()
    return county.databases.images()


@pytest.fixture
def engines() -> Mapping[str, Engine]:
    """Its databases, as nobody has touched them yet."""
    county, images = settled_county(), eventful_images()
    county.databases.set_back(images)
    return {name: running.engine for name, running in county.running.items()}


def plant(engine: Engine, statement: str) -> None:
    """Edit a database as nobody may: the triggers that forbid it are taken away first."""
    with engine.begin() as connection:
        listed = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for trigger in listed.scalars().all():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        assert connection.execute(text(statement)).rowcount > 0


def named(findings: list[Finding]) -> list[str]:
    """Each finding as one line."""
    return [f"{finding.invariant} {finding.text}" for finding in findings]


def test_nothing_is_found_where_nothing_is_wrong(engines: Mapping[str, Engine]) -> None:
    assert audit.run(engines) == []


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_not_as_promised_is_named(engines: Mapping[str, Engine], planted: str) -> None:
    expected, service, statement = PLANTED[planted]

    plant(engines[service], statement)

    assert any(line.startswith(expected) for line in named(audit.run(engines)))


def test_what_was_expected_to_be_parked_is_no_finding(engines: Mapping[str, Engine]) -> None:
    _, service, statement = PLANTED["an event that is parked"]
    plant(engines[service], statement)

    assert audit.run(engines, expected_parked={UUID(int=1)}) == []


def test_on_a_platform_at_work_nothing_is_missing_yet(engines: Mapping[str, Engine]) -> None:
    plant(engines["notify"], "DELETE FROM notices")
    plant(engines["credits"], "DELETE FROM received_events")
    plant(engines["activities"], "UPDATE outbox SET published_at = NULL")

    assert audit.run(engines, settled=False) == []
