"""The worker: one culprit hurts nobody else, attempts are counted, nothing is handled twice or dropped."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared import inbox, log
from shared.bus import BusLost
from shared.checkpoints import watch
from shared.events.activities import AttendanceConfirmed
from shared.events.codec import Envelope
from shared.inbox import ATTEMPTS_MAX
from shared.kernel_tables import heartbeats, received_events, stream_positions, waiting_events
from shared.kernel_tables import outbox as outbox_table
from shared.worker import DatabaseAway
from tests.kernel.toy import (
    CREDITS,
    NOW,
    POISON,
    Toy,
    Toys,
    about,
    aside,
    attendance,
    batch,
    delivery,
    envelope,
    hear_attendance,
    with_handler,
)


@pytest.fixture(autouse=True)
def _unwatched() -> Iterator[None]:
    """No test leaves a fault planted."""
    yield
    watch(None)


# --- a batch ---------------------------------------------------------------------------------------------


def test_a_batch_is_handled_in_order_and_settled(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = batch("a", "b", "c")

    assert toy.handle(*map(delivery, said)) == 3

    assert toy.heard() == about(*said)
    assert toy.claimed() == [1, 2, 3]
    assert [row.type for row in toy.rows(outbox_table)] == ["credits.hours.accrued.v1"] * 3
    assert toy.inlet.settled == 3


def test_an_event_delivered_again_does_nothing(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")

    toy.handle(delivery(said), delivery(said))
    toy.handle(delivery(said))
    toy.handle(delivery(said, redelivered=True))

    assert toy.heard() == about(said)
    assert toy.aside() == {}


def test_one_culprit_is_set_aside_and_the_bystanders_are_done_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = batch("a", POISON, "b")

    toy.handle(*map(delivery, said))

    assert toy.heard() == about(said[0], said[2])
    assert len(toy.rows(outbox_table)) == 2
    (waits,) = toy.aside().values()
    assert (waits.event_id, waits.attempts, waits.parked_at) == (said[1].id, 1, None)
    assert waits.reason == "poison: 这个事件不能处理"
    assert toy.inlet.settled == 3


def test_a_culprit_is_parked_after_five_attempts_with_its_reason_and_body(toys: Toys) -> None:
    toy = toys(CREDITS)
    tries: list[datetime] = []

    def count(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        tries.append(now)
        hear_attendance(session, event, now=now)

    with_handler(toy, count)
    (said,) = batch(POISON)

    toy.handle(delivery(said))
    tries_in_batch = len(tries)
    for _ in range(20):
        toy.clock.advance(seconds=61)
        toy.handle()

    waits = toy.aside()[said.id]
    assert (waits.attempts, waits.next_at) == (ATTEMPTS_MAX, None)
    assert waits.parked_at is not None
    assert Envelope.decode(waits.body) == said
    assert toy.reasons() == ["poison"]
    assert len(tries) - tries_in_batch == ATTEMPTS_MAX - 1
    assert toy.heard() == []


def test_a_parked_event_is_handled_once_its_cause_is_gone_and_retried(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch(POISON)
    with toy.transaction() as session:
        inbox.claim(session, [said], now=NOW)
        inbox.park(session, [aside(delivery(said), event_id=said.id)], now=NOW)
    handled: list[str] = []

    def mended(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        del session, now
        handled.append(event.form)

    with_handler(toy, mended)

    with toy.transaction() as session:
        inbox.retry(session, None, now=NOW)
    toy.handle()

    assert handled == [POISON]
    assert toy.aside() == {}


def test_while_much_arrives_what_is_due_is_looked_for_a_few_times_a_second(toys: Toys) -> None:
    toy = toys(CREDITS)
    worker = toy.worker()
    late, *arriving = batch("late", "a", "b", "c")
    toy.handle(delivery(arriving[0]), worker=worker)
    with toy.transaction() as session:
        inbox.claim(session, [late], now=NOW)
        inbox.set_aside(session, [aside(delivery(late), event_id=late.id)], now=NOW)

    toy.clock.advance(seconds=0.1)
    toy.handle(delivery(arriving[1]), worker=worker)
    assert toy.heard() == about(*arriving[:2])

    toy.clock.advance(seconds=0.1)
    toy.handle(delivery(arriving[2]), worker=worker)
    assert toy.heard() == about(*arriving, late)


def test_a_redelivered_event_has_its_attempt_counted_before_it_is_handled_alone(toys: Toys) -> None:
    toy = toys(CREDITS)
    good, again = batch("a", "b")
    seen: list[list[int]] = []

    def look(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        del session, now
        seen.append([row.attempts for row in toy.rows(waiting_events)] if event.form == "b" else [])

    with_handler(toy, look)

    class Died(BaseException):
        """As kill -9 in the middle of the attempt."""

    def dies(place: str) -> None:
        if place == "worker.attempt_counted":
            raise Died

    watch(dies)
    with pytest.raises(Died):
        toy.handle(delivery(again, redelivered=True), delivery(good))

    (waits,) = toy.aside().values()
    assert (waits.event_id, waits.attempts) == (again.id, 1)
    assert seen == [[]]
    watch(None)
    toy.clock.advance(seconds=2)
    toy.handle()
    assert toy.aside() == {}


def test_an_event_that_kills_every_process_is_parked_and_its_neighbours_live(toys: Toys) -> None:
    toy = toys(CREDITS)
    good, killer = batch("a", "killer")

    class Died(BaseException):
        """As kill -9 would."""

    def kills(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if event.form == "killer":
            raise Died
        hear_attendance(session, event, now=now)

    with_handler(toy, kills)
    toy.inlet.waiting += [delivery(good), delivery(killer)]
    deaths = 0
    for _ in range(12):
        try:
            toy.worker().step(clock=toy.clock, wait_seconds=0)
        except Died:
            deaths += 1
        toy.clock.advance(seconds=61)

    assert deaths == 1 + ATTEMPTS_MAX
    assert toy.heard() == about(good)
    assert toy.aside()[killer.id].parked_at is not None
    assert toy.inlet.waiting == []


def test_a_lost_settlement_brings_the_batch_again_and_changes_nothing(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = batch("a", "b")
    toy.inlet.loses_settlement = True

    with pytest.raises(BusLost):
        toy.handle(*map(delivery, said))
    toy.handle()

    assert toy.heard() == about(*said)
    assert (toy.inlet.settled, toy.aside()) == (2, {})


def test_a_failure_outside_the_handlers_settles_nothing(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")

    class Bug(Exception):
        """Nobody expected it."""

    def fails(place: str) -> None:
        if place == "worker.attempt_counted":
            raise Bug

    watch(fails)
    with pytest.raises(Bug):
        toy.handle(delivery(said, redelivered=True))

    assert toy.inlet.closed == 1


# --- whose fault -----------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_nobodys_fault(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    with toy.running.engine.begin() as connection:
        connection.execute(text("ALTER TABLE received_events RENAME TO elsewhere"))

    with pytest.raises(DatabaseAway):
        toy.handle(delivery(said))
    with toy.running.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO received_events"))
    toy.handle()

    assert toy.heard() == about(said)


def test_a_statement_that_is_wrong_is_the_fault_of_its_handler(toys: Toys) -> None:
    toy = toys(CREDITS)
    good, bad = batch("a", "b")

    def wrong(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if event.form == "b":
            session.execute(text("SELECT nothing FROM nowhere"))
        hear_attendance(session, event, now=now)

    with_handler(toy, wrong).handle(delivery(good), delivery(bad))

    assert toy.heard() == about(good)
    assert [row.event_id for row in toy.aside().values()] == [bad.id]


def test_an_attempt_cut_short_by_the_database_is_given_back(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    away = [True]

    def cut(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if away.pop():
            raise away_error(toy)
        hear_attendance(session, event, now=now)

    with_handler(toy, cut)
    with pytest.raises(DatabaseAway):
        toy.handle(delivery(said, redelivered=True))
    assert toy.aside()[said.id].attempts == 0

    away.append(False)
    toy.clock.advance(seconds=2)
    toy.handle()
    assert toy.heard() == about(said)


def away_error(toy: Toy) -> Exception:
    """What the driver raises when the connection cannot be had."""
    driver: Any = toy.running.engine.dialect.dbapi
    return OperationalError("SELECT 1", {}, driver.OperationalError("the server closed the connection"))


# --- two workers -----------------------------------------------------------------------------------------


def test_what_another_worker_handles_meanwhile_is_not_handled_twice(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    stalled = [True]

    def stalls(place: str) -> None:
        if place == "worker.attempt_counted" and stalled:
            stalled.clear()
            toy.clock.advance(seconds=2)
            toy.handle(worker=toy.worker())

    watch(stalls)
    toy.handle(delivery(said, redelivered=True))

    assert toy.heard() == about(said)


# --- the rest --------------------------------------------------------------------------------------------


def test_what_a_handler_says_carries_the_trace_of_what_it_heard(toys: Toys) -> None:
    toy = toys(CREDITS)
    with log.bound_trace(None) as trace:
        said = envelope(attendance(), seq=1, traceparent=log.traceparent())

    toy.handle(delivery(said))

    (row,) = toy.rows(outbox_table)
    assert row.traceparent.split("-")[1] == trace


def test_a_worker_that_ends_gives_back_what_it_holds(toys: Toys) -> None:
    toy = toys(CREDITS)
    worker = toy.worker()
    toy.inlet.unsettled += map(delivery, batch("a"))

    worker.close()

    assert [one.redelivered for one in toy.inlet.waiting] == [True]


def test_a_handler_that_never_ends_ends_its_process(tmp_path: Path) -> None:
    stuck = subprocess.run(
        [sys.executable, "-m", "tests.kernel.stuck", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert stuck.returncode == 1
    assert "Timeout" in stuck.stderr
    assert "never_ends" in stuck.stderr


def test_a_worker_shows_signs_of_life(toys: Toys) -> None:
    toy = toys(CREDITS)
    worker = toy.worker()

    toy.handle(worker=worker)
    toy.clock.advance(seconds=1)
    toy.handle(worker=worker)

    (row,) = toy.rows(heartbeats)
    assert (row.part, row.at) == ("worker", NOW)


def test_a_claim_that_was_purged_lets_the_event_in_again(toys: Toys) -> None:
    """Why the ledger has a key of its own besides: a purge of claims must not pay twice."""
    toy = toys(CREDITS)
    (said,) = batch("a")
    toy.handle(delivery(said))
    with toy.transaction() as session:
        session.execute(delete(received_events))
        session.execute(update(stream_positions).values(contiguous=0))

    toy.handle(delivery(said))

    assert toy.heard() == about(said, said)
