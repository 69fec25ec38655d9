"""A relay whose session is ended while it waits, and statements beyond PostgreSQL's limits."""
# ruff: noqa: F401, F811  the kernel's own fixtures, over the county's half of them

import threading
import time
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from deploy import loops
from shared.bus import MemoryBus
from shared.events.activities import AttendanceConfirmed
from shared.kernel_tables import outbox as outbox_table
from shared.relay import LeaseLost
from tests.kernel.conftest import COUNTY, clock, county_urls, toys
from tests.kernel.toy import ACTIVITIES, CREDITS, FOLLOWS, Toy, Toys, attendance, delivery, envelope

WAIT_SECONDS = 20.0
PROMPT_SECONDS = 10.0

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def backend() -> str:
    """PostgreSQL only."""
    return COUNTY


def end_other_sessions(toy: Toy) -> None:
    """As an administrator, or a crash, would."""
    with toy.running.engine.begin() as connection:
        connection.execute(text(END_OTHERS))


def test_a_lease_whose_session_ends_while_it_waits_is_lost_at_once(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    lease = toy.lease()
    assert lease is not None
    ending = threading.Timer(0.5, end_other_sessions, args=(toy,))
    ending.start()

    begun = time.monotonic()
    with pytest.raises(LeaseLost):
        lease.wait(WAIT_SECONDS)
    waited = time.monotonic() - begun
    ending.join()

    assert waited < PROMPT_SECONDS


def test_a_relay_takes_its_lost_lease_anew_and_goes_on(toys: Toys) -> None:
    """As something expected: the loop itself goes on, and its thread is not started anew."""
    toy = toys(ACTIVITIES)
    stop = threading.Event()
    relay = threading.Thread(target=loops.run_relay, args=(toy.running, MemoryBus(FOLLOWS), stop))
    relay.start()

    toy.say(attendance())
    wait_until_published(toy, 1)
    end_other_sessions(toy)
    toy.say(attendance())
    wait_until_published(toy, 2)
    alive = relay.is_alive()
    stop.set()
    relay.join(WAIT_SECONDS)

    assert alive
    assert [row.seq for row in toy.rows(outbox_table)] == [1, 2]


def wait_until_published(toy: Toy, many: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if len([row for row in toy.rows(outbox_table) if row.published_at is not None]) == many:
            return
        time.sleep(0.1)


def test_a_statement_beyond_a_limit_is_the_fault_of_its_event(toys: Toys) -> None:
    """The driver calls it an operational error, as it does a lost connection."""
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)

    def beyond(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        del event, now
        session.execute(text("DO $$ BEGIN RAISE 'too much' USING ERRCODE = 'program_limit_exceeded'; END $$"))

    service = replace(toy.running.service, handlers={AttendanceConfirmed: beyond})
    toy.running = replace(toy.running, service=service)
    toy.handle(delivery(said))

    assert [row.attempts for row in toy.aside().values()] == [1]
    assert list(toy.aside()) == [UUID(str(said.id))]
