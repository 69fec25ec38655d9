"""The worker: one culprit hurts nobody else, attempts are counted, nothing is handled twice or dropped."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shared import inbox, log, outbox
from shared.bus import BusLost, Delivery
from shared.checkpoints import watch
from shared.events.activities import AttendanceConfirmed, SessionHeld
from shared.events.codec import Envelope
from shared.events.signals import StreamGap, StreamHead, signal_data, signal_type
from shared.inbox import ATTEMPTS_MAX
from shared.kernel_tables import heartbeats, received_events, stream, stream_positions, waiting_events
from shared.kernel_tables import outbox as outbox_table
from shared.service import Service
from shared.worker import DatabaseAway
from tests.kernel.toy import (
    ACTIVITIES,
    CREDITS,
    INCARNATION,
    NOW,
    POISON,
    SCHOOL,
    Toy,
    Toys,
    attendance,
    delivery,
    envelope,
    hear_attendance,
)


@pytest.fixture(autouse=True)
def _unwatched() -> Iterator[None]:
    """No test leaves a fault planted."""
    yield
    watch(None)


def batch(*forms: str, start: int = 1) -> list[Envelope]:
    """An attendance of each form, numbered in order."""
    return [envelope(attendance(form), seq=seq) for seq, form in enumerate(forms, start)]


def about(*said: Envelope) -> list[UUID]:
    """What the handler should have written for these."""
    return [UUID(one.subject) for one in said]


def aside(message: Delivery, *, event_id: UUID) -> inbox.Aside:
    """The message as an earlier worker put it aside."""
    return inbox.Aside(event_id=event_id, routing_key=message.routing_key, body=message.body, reason="once")


def with_handler(toy: Toy, handler: Any) -> Toy:
    """The same toy, where attendance is handled so."""
    service: Service = replace(toy.running.service, handlers={AttendanceConfirmed: handler})
    toy.running = replace(toy.running, service=service)
    return toy


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


# --- what is no event of ours ----------------------------------------------------------------------------


def parked_reasons(toy: Toy, *deliveries: Delivery) -> list[str]:
    toy.handle(*deliveries)
    assert toy.inlet.unsettled == []
    return toy.reasons()


def test_an_unreadable_message_is_parked_once(toys: Toys) -> None:
    toy = toys(CREDITS)
    junk = Delivery(routing_key="activities.attendance.confirmed.v1", body=b"\x80junk")

    assert parked_reasons(toy, junk, junk) == ["not_an_event"]
    assert parked_reasons(toy, replace(junk, redelivered=True)) == ["not_an_event"]


@pytest.mark.parametrize("seq", [1, None])
def test_an_event_of_an_unknown_type_or_version_is_parked_and_its_number_recorded(
    toys: Toys, seq: int | None
) -> None:
    toy = toys(CREDITS)
    kind = "activities.attendance.confirmed.v9"
    said = envelope(attendance(), seq=seq, type=kind)

    reasons = parked_reasons(toy, delivery(said), delivery(said, redelivered=True))

    assert reasons == (["unknown_type"] if seq else ["bad_envelope"])
    assert toy.claimed() == ([1] if seq else [])


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"deployment": "another-county"}, "foreign_deployment"),
        ({"producer": "plans"}, "foreign_family"),
        ({"producer": "attendance"}, "foreign_family"),
        ({"data": {}}, None),
    ],
)
def test_what_others_may_not_say_is_parked(toys: Toys, spoilt: dict[str, Any], reason: str | None) -> None:
    toy = toys(CREDITS)
    good, bad = batch("a", "b")
    bad = replace(bad, **spoilt)

    toy.handle(delivery(good), delivery(bad))

    assert toy.heard() == about(good)
    assert toy.reasons() == ([reason] if reason else [])
    assert len(toy.aside()) == 1


def test_a_message_under_another_key_than_its_type_is_parked(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")

    wrong = replace(delivery(said), routing_key="activities.session.held.v1")

    assert parked_reasons(toy, wrong) == ["type_is_not_routing_key"]
    assert toy.heard() == []


@pytest.mark.parametrize("redelivered", [False, True])
def test_what_contradicts_an_earlier_event_is_parked_and_changes_nothing(
    toys: Toys,
    redelivered: bool,  # noqa: FBT001  a case
) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    other_content = replace(said, data=batch("b")[0].data)
    other_id = replace(batch("c")[0], id=uuid4())
    unknown = replace(other_id, id=uuid4(), type="activities.attendance.confirmed.v9")
    toy.handle(delivery(said))

    false = [delivery(one, redelivered=redelivered) for one in (other_content, other_id, unknown)]

    assert parked_reasons(toy, *false) == ["contradicts_an_earlier_event"] * 3
    assert toy.heard() == about(said)


@pytest.mark.parametrize("what", ["contradiction", "foreign", "unknown"])
def test_what_was_refused_is_refused_again_when_it_is_retried(toys: Toys, what: str) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    false = {
        "contradiction": replace(said, data=batch("b")[0].data),
        "foreign": replace(said, id=uuid4(), seq=2, deployment="another-county"),
        "unknown": replace(said, id=uuid4(), seq=2, type="activities.attendance.confirmed.v9"),
    }[what]
    toy.handle(delivery(said))
    toy.handle(delivery(false))
    reasons = toy.reasons()

    with toy.transaction() as session:
        assert inbox.retry(session, None, now=NOW) == 1
    for _ in range(ATTEMPTS_MAX + 1):
        toy.clock.advance(seconds=61)
        toy.handle()

    assert toy.reasons() == reasons
    assert toy.heard() == about(said)


def test_a_message_refused_before_it_was_claimed_counts_once_when_its_retry_succeeds(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch("a")
    message = delivery(said)
    with toy.transaction() as session:
        early = aside(message, event_id=inbox.id_of_unreadable(message.body))
        inbox.set_aside(session, [early], now=NOW)

    toy.handle()
    toy.handle(message)

    assert toy.heard() == about(said)
    assert toy.claimed() == [1]


def test_an_event_nobody_here_acts_on_is_recorded_all_the_same(toys: Toys) -> None:
    toy = toys(CREDITS)
    held = SessionHeld(activity_id=uuid4(), school_id=SCHOOL, held_on=NOW.date(), plan_item_id=None)

    toy.handle(delivery(envelope(held, seq=1)))

    assert (toy.claimed(), toy.heard(), toy.aside()) == ([1], [], {})


def test_a_thing_in_the_message_that_no_column_takes_stops_nobody(toys: Toys) -> None:
    toy = toys(CREDITS)
    good, *_ = batch("a")
    raw = json.loads(good.encode())
    odd = [raw | {"source": f"urn:yanxun:{name}:activities"} for name in ("a\0b", "\ud800")]
    wide = raw | {"id": str(uuid4()), "seq": 2, "data": raw["data"] | {"more": 10**400}}

    toy.handle(
        *[Delivery(routing_key=good.type, body=json.dumps(one).encode()) for one in (*odd, wide)],
        delivery(good),
    )

    assert toy.claimed() == [1, 2]
    assert toy.reasons() == ["foreign_deployment"] * 2


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


# --- signals and streams ---------------------------------------------------------------------------------


def signal(speaker: str, said: StreamHead | StreamGap, **changed: Any) -> Delivery:
    kind = signal_type(speaker, said)
    facts = {"type": kind, "producer": speaker, "data": signal_data(said)} | changed
    return delivery(replace(envelope(attendance(), seq=None), **facts))


def test_a_head_tells_how_far_a_stream_reaches(toys: Toys) -> None:
    toy = toys(CREDITS)

    toy.handle(signal("activities", StreamHead(head=7)))

    (position,) = toy.rows(stream_positions)
    assert (position.producer, position.incarnation, position.head) == ("activities", INCARNATION, 7)
    assert (toy.claimed(), toy.aside()) == ([], {})


@pytest.mark.parametrize("data", [{}, {"head": "x"}, {"head": 2**80}, {"head": float("inf")}, {"head": None}])
def test_a_signal_nobody_understands_is_let_go(toys: Toys, data: dict[str, Any]) -> None:
    toy = toys(CREDITS)
    (good,) = batch("a")

    toy.handle(signal("activities", StreamHead(head=1), data=data), delivery(good))

    assert toy.heard() == about(good)
    assert toy.aside() == {}


def test_a_gap_somebody_asks_for_is_published_again(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(*[attendance() for _ in range(4)])
    relay = toy.relay()
    while relay.step(now=toy.clock()):
        pass
    (own,) = toy.rows(stream)
    gap = StreamGap(producer="activities", incarnation=own.incarnation, first=2, last=3)

    def pending() -> list[int]:
        return sorted(row.seq for row in toy.rows(outbox_table) if row.published_at is None)

    toy.handle(signal("credits", gap))
    assert pending() == []
    toy.clock.advance(seconds=outbox.REPLAY_PAUSE.total_seconds() + 1)
    toy.handle(signal("credits", replace(gap, producer="plans")))
    toy.handle(signal("credits", replace(gap, incarnation=uuid4())))
    assert pending() == []
    toy.handle(signal("credits", gap))
    assert pending() == [2, 3]


def test_a_stream_is_watched_from_its_first_event_on_even_if_that_fails(toys: Toys) -> None:
    toy = toys(CREDITS)
    (said,) = batch(POISON)

    toy.handle(delivery(said))

    (position,) = toy.rows(stream_positions)
    assert (position.producer, position.incarnation) == ("activities", INCARNATION)


# --- the rest --------------------------------------------------------------------------------------------


def test_what_a_handler_says_carries_the_trace_of_what_it_heard(toys: Toys) -> None:
    toy = toys(CREDITS)
    with log.bound_trace(None) as trace:
        said = envelope(attendance(), seq=1, traceparent=log.traceparent())

    toy.handle(delivery(said))

    (row,) = toy.rows(outbox_table)
    assert row.traceparent.split("-")[1] == trace


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
