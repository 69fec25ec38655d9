"""Behind every wake-up the relay looks by itself: a lost notification costs seconds, not the event."""
# ruff: noqa: F401, F811  the kernel's own fixtures, over the county's half of them

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from deploy import loops
from deploy.servers.program import wait_until
from shared.bus import Bus, MemoryBus
from shared.events.codec import Envelope, data_of, subject_of
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream
from tests.kernel.conftest import COUNTY, clock, county_urls, toys
from tests.kernel.toy import ACTIVITIES, FOLLOWS, NOW, Toy, Toys, attendance

WAIT_SECONDS = 60.0
"""Many polls, for a machine with other things to do."""

SAY = """
INSERT INTO outbox (event_id, type, subject, said_at, data)
VALUES (:event_id, :type, :subject, :said_at, :data)
"""
"""As `shared.outbox` writes it, but nobody is woken."""


@pytest.fixture
def backend() -> str:
    """PostgreSQL only."""
    return COUNTY


@contextmanager
def relaying(toy: Toy, bus: Bus) -> Iterator[None]:
    """The relay's own loop at work, as the process of a county runs it."""
    stop = threading.Event()
    thread = threading.Thread(target=loops.run_relay, args=(toy.running, bus, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(WAIT_SECONDS)


def say_without_a_notification(toy: Toy) -> UUID:
    """The event's id."""
    event, event_id = attendance(), uuid4()
    said = {"event_id": event_id, "type": event.TYPE, "subject": subject_of(event), "said_at": NOW}
    with toy.running.engine.begin() as connection:
        connection.execute(text(SAY), {**said, "data": data_of(event).decode()})
    return event_id


def test_an_event_whose_notification_was_lost_leaves_with_the_next_poll(toys: Toys) -> None:
    """Nothing is said before, so that no wake-up of something else finds it."""
    toy, bus = toys(ACTIVITIES), MemoryBus(FOLLOWS)

    with relaying(toy, bus):
        wait_until(lambda: bool(toy.rows(stream)), seconds=WAIT_SECONDS, what="a first look at the outbox")
        event_id = say_without_a_notification(toy)
        wait_until(lambda: is_published(toy), seconds=WAIT_SECONDS, what="a poll")

    arrived = [Envelope.decode(one.body) for one in bus.inlet("credits").take(wait_seconds=0)]
    assert [one.id for one in arrived if one.seq is not None] == [event_id]


def is_published(toy: Toy) -> bool:
    """Whether all that was said has left and is marked so."""
    return all(row.published_at is not None for row in toy.rows(outbox_table))
