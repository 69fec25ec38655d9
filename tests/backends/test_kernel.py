"""What the kernel promises and only PostgreSQL can show: late commits, two at once, sessions that die."""
# ruff: noqa: F401, F811  the kernel's own fixtures, over the county's half of them

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import outbox
from shared.bus import PublishFailed, RabbitBus
from shared.events.activities import AttendanceConfirmed
from shared.kernel_tables import outbox as outbox_table
from shared.relay import Lease
from shared.worker import DatabaseAway
from tests.fixtures_servers import VirtualHosts
from tests.kernel.conftest import COUNTY, clock, county_urls, toys
from tests.kernel.toy import (
    ACTIVITIES,
    CREDITS,
    NOW,
    Handed,
    Toy,
    Toys,
    attendance,
    delivery,
    envelope,
    hear_attendance,
    with_handler,
)

WAIT_SECONDS = 20.0
PROMPT_SECONDS = 10.0
"""Less than the wait, and enough for a machine with other things to do."""

END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def backend() -> str:
    """PostgreSQL only."""
    return COUNTY


# --- the relay -------------------------------------------------------------------------------------------


def test_what_commits_late_is_not_passed_over(toys: Toys) -> None:
    """A cursor on an id would have moved past it (FACT10)."""
    toy = toys(ACTIVITIES)
    relay = toy.relay()
    early, late = attendance(), attendance()

    with toy.transaction() as session:
        outbox.add(session, late, now=NOW)
        outbox._write(session)  # inserted, its place taken, and not committed
        toy.say(early)
        relay.step(now=NOW)
    relay.step(now=NOW)

    facts = toy.sent.facts()
    assert [(fact.seq, fact.subject) for fact in facts] == [
        (1, str(early.activity_id)),
        (2, str(late.activity_id)),
    ]
    assert [row.seq for row in toy.rows(outbox_table)] == [2, 1]


def test_a_lease_ends_with_its_session(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance())
    relay = toy.relay()
    relay.step(now=NOW)
    end_other_sessions(toy)

    with pytest.raises(SQLAlchemyError):
        relay.step(now=NOW)
    toy.relay().step(now=NOW)

    first, again = toy.sent.facts()
    assert first == again


def end_other_sessions(toy: Toy) -> None:
    """As an administrator, or a crash, would."""
    with toy.running.engine.begin() as connection:
        connection.execute(text(END_OTHERS))


@pytest.mark.parametrize("while_busy", [False, True])
def test_a_commit_wakes_the_relay(toys: Toys, while_busy: bool) -> None:  # noqa: FBT001  a case
    toy = toys(ACTIVITIES)
    lease = toy.lease_in_time()
    saying = threading.Timer(0.5, toy.say, args=(attendance(),))

    if while_busy:
        with lease.transaction():
            toy.say(attendance())
    else:
        saying.start()
    waited = seconds_waited(lease)
    if not while_busy:
        saying.join()  # it wakes the lease before it has given its connection back

    assert waited < PROMPT_SECONDS


def seconds_waited(lease: Lease) -> float:
    begun = time.monotonic()
    lease.wait(WAIT_SECONDS)
    return time.monotonic() - begun


def test_a_transaction_rolled_back_wakes_nobody(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    lease = toy.lease_in_time()
    with toy.transaction() as session:
        outbox.add(session, attendance(), now=NOW)
        outbox._write(session)
        session.rollback()

    begun = time.monotonic()
    lease.wait(0.5)

    assert time.monotonic() - begun >= 0.5


# --- two workers -----------------------------------------------------------------------------------------


def test_two_workers_given_the_same_events_handle_each_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = [envelope(attendance(), seq=seq) for seq in range(1, 21)]
    ready = Barrier(2)

    def work(order: int) -> None:
        inlet = Handed(waiting=[delivery(one) for one in said[::order]])
        ready.wait()
        toy.worker(inlet).step(clock=toy.clock, wait_seconds=0)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (1, -1)))

    assert sorted(toy.heard()) == sorted(UUID(one.subject) for one in said)
    assert (toy.claimed(), toy.aside()) == (list(range(1, 21)), {})


def test_what_one_worker_is_handling_another_does_not_take_up(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)
    others: list[int] = []

    def slow(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if not others:
            toy.clock.advance(seconds=61)
            others.append(toy.handle(worker=toy.worker(Handed())))
        hear_attendance(session, event, now=now)

    with_handler(toy, slow)
    toy.handle(delivery(said, redelivered=True))

    assert others == [0]
    assert toy.heard() == [UUID(said.subject)]
    assert toy.aside() == {}


# --- whose fault -----------------------------------------------------------------------------------------


def test_a_session_that_dies_under_a_handler_is_nobodys_attempt(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)
    dies = [True, True]

    def killed(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if dies and dies.pop():
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        hear_attendance(session, event, now=now)

    with_handler(toy, killed)
    with pytest.raises(DatabaseAway):
        toy.handle(delivery(said))
    assert toy.aside() == {}
    toy.handle()

    assert toy.heard() == [UUID(said.subject)]


def test_a_statement_without_end_is_the_fault_of_its_event(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)

    def endless(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        del event, now
        session.execute(text("SET LOCAL statement_timeout = 50"))
        session.execute(text("SELECT pg_sleep(10)"))

    with_handler(toy, endless)
    toy.handle(delivery(said))

    assert [row.attempts for row in toy.aside().values()] == [1]


def test_two_that_lock_each_other_out_are_nobodys_attempt(toys: Toys) -> None:
    toy = toys(CREDITS)
    toy.handle(
        delivery(envelope(attendance(), seq=1))
    )  # the first event of a stream makes the next ones wait
    said = [envelope(attendance(form), seq=seq) for seq, form in enumerate(("ab", "ba"), 2)]
    both_hold = Barrier(2)
    met: list[str] = []

    def lock(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        first, second = event.form[0], event.form[1]
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ord(first)})
        if len(met) < 2:
            met.append(event.form)
            both_hold.wait()
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ord(second)})
        hear_attendance(session, event, now=now)

    def work(message: int) -> None:
        inlet = Handed(waiting=[delivery(said[message])])
        worker = toy.worker(inlet)
        while inlet.waiting:
            worker.step(clock=toy.clock, wait_seconds=0)

    with_handler(toy, lock)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (0, 1)))

    assert sorted(toy.heard()[1:]) == sorted(UUID(one.subject) for one in said)
    assert toy.aside() == {}


# --- a topology that is not there ------------------------------------------------------------------------


def test_a_fact_that_no_queue_takes_stays_unpublished_until_one_does(
    toys: Toys, virtual_hosts: VirtualHosts
) -> None:
    """Confirmed without `mandatory`, it would be marked as published and be gone (FACT6)."""
    toy = toys(ACTIVITIES)
    host = virtual_hosts({"activities": ()})
    publisher = RabbitBus(host.url("activities")).publisher()
    toy.stack.callback(publisher.close)
    relay = toy.relay(publisher)
    toy.say(attendance())

    with pytest.raises(PublishFailed):
        relay.step(now=NOW)
    left = [(row.seq, row.published_at) for row in toy.rows(outbox_table)]
    host.declare({"activities": (), "credits": ("activities",)})
    while relay.step(now=NOW):
        pass

    assert left == [(1, None)]
    assert [(row.seq, row.published_at) for row in toy.rows(outbox_table)] == [(1, NOW)]
