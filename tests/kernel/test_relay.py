"""The relay: numbers without a gap, the same when it sends again, marks only for what was confirmed."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from shared import outbox
from shared.bus import PublishFailed
from shared.events.signals import StreamGap, StreamHead
from shared.kernel_tables import heartbeats, stream
from shared.kernel_tables import outbox as outbox_table
from shared.relay import BATCH_MAX, SIGNAL_EVERY, Relay
from tests.kernel.toy import ACTIVITIES, CREDITS, NOW, Change, Toy, Toys, attendance, delivery, envelope

WRITERS, EACH = 6, 10


def drain(relay: Relay, toy: Toy) -> None:
    """Step until nothing is left to send or to mark."""
    while relay.step(now=toy.clock()):
        pass


def published(toy: Toy) -> list[int]:
    """The numbers marked as published."""
    return sorted(row.seq for row in toy.rows(outbox_table) if row.published_at is not None)


def test_events_leave_in_the_order_they_were_said_with_numbers_from_one(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    events = [attendance() for _ in range(3)]
    toy.say(*events)

    drain(toy.relay(), toy)

    facts = toy.sent.facts()
    assert [(fact.seq, fact.subject) for fact in facts] == [
        (number, str(event.activity_id)) for number, event in enumerate(events, 1)
    ]
    assert {(fact.deployment, fact.producer, fact.at) for fact in facts} == {("toy", "activities", NOW)}
    assert [fact.event(type(event)) for fact, event in zip(facts, events, strict=True)] == events


def test_what_is_marked_was_confirmed_before(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance())
    relay = toy.relay()

    relay.step(now=NOW)
    marked_at_once = published(toy)
    relay.step(now=NOW)

    assert marked_at_once == []
    assert published(toy) == [1]


def test_a_failed_publish_marks_nothing_and_sends_the_same_again(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance(), attendance(), attendance())
    toy.sent.fails_after = 2
    relay = toy.relay()

    with pytest.raises(PublishFailed):
        relay.step(now=NOW)
    marked = published(toy)
    drain(relay, toy)

    facts = toy.sent.facts()
    assert marked == []
    assert [fact.seq for fact in facts] == [1, 2, 1, 2, 3]
    assert facts[0:2] == facts[2:4]
    assert published(toy) == [1, 2, 3]


def test_a_relay_that_died_before_it_marked_is_followed_by_one_that_sends_the_same_again(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance(), attendance())
    lease = toy.lease_in_time()
    Relay(toy.running, toy.sent, lease).step(now=NOW)
    lease.release()

    drain(toy.relay(), toy)

    facts = toy.sent.facts()
    assert facts[0:2] == facts[2:4]
    assert published(toy) == [1, 2]


def test_more_than_a_batch_leaves_in_several(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(*[attendance() for _ in range(BATCH_MAX + 10)])
    relay = toy.relay()

    assert [relay.step(now=NOW) for _ in range(3)] == [BATCH_MAX, 10, 0]
    assert published(toy) == list(range(1, BATCH_MAX + 11))


def test_an_event_taken_back_takes_no_number(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    relay = toy.relay()
    toy.say(attendance())
    drain(relay, toy)
    with pytest.raises(Change):
        toy.say_in_vain(attendance())
    toy.say(attendance())

    drain(relay, toy)

    assert [fact.seq for fact in toy.sent.facts()] == [1, 2]


def test_concurrent_writers_leave_no_gap_and_nothing_behind(toys: Toys) -> None:
    """A cursor on an id loses what commits late: with six writers, 22 of 100 events (FACT10)."""
    toy = toys(ACTIVITIES)
    relay = toy.relay()
    slow = threading.Barrier(WRITERS)

    def write() -> None:
        slow.wait()
        for _ in range(EACH):
            toy.say(attendance())
            with suppress(Change):
                toy.say_in_vain(attendance())

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        relay.step(now=NOW)
    drain(relay, toy)

    said = WRITERS * EACH
    assert sorted(fact.seq or 0 for fact in toy.sent.facts()) == list(range(1, said + 1))
    assert len({fact.id for fact in toy.sent.facts()}) == said
    assert published(toy) == list(range(1, said + 1))


def test_a_second_relay_waits_until_the_first_is_gone(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    first = toy.lease_in_time()
    second = toy.lease()
    first.release()

    assert second is None
    assert toy.lease_in_time() is not first


def test_each_relay_of_a_database_speaks_for_the_same_incarnation(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    for _ in range(2):
        toy.say(attendance())
        lease = toy.lease_in_time()
        drain(Relay(toy.running, toy.sent, lease), toy)
        lease.release()

    (own,) = toy.rows(stream)
    assert {fact.incarnation for fact in toy.sent.facts()} == {own.incarnation}
    assert own.head == 2


# --- replay ----------------------------------------------------------------------------------------------


def test_a_replay_sends_the_same_again_and_nothing_else(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(*[attendance() for _ in range(5)])
    relay = toy.relay()
    drain(relay, toy)
    before = toy.sent.facts()
    toy.sent.sent.clear()

    with toy.transaction() as session:
        again = outbox.unpublish(session.connection(), first=2, last=4, sent_before=NOW + timedelta(1))
    drain(relay, toy)

    assert again == 3
    assert toy.sent.facts() == before[1:4]
    assert published(toy) == [1, 2, 3, 4, 5]


def test_what_was_sent_a_moment_ago_is_not_sent_again(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance())
    drain(toy.relay(), toy)

    with toy.transaction() as session:
        assert outbox.unpublish(session.connection(), first=1, last=1, sent_before=NOW) == 0
        assert outbox.unpublish(session.connection(), first=2, last=9, sent_before=NOW + timedelta(1)) == 0


# --- signals ---------------------------------------------------------------------------------------------


def test_a_stream_says_how_far_it_reaches_now_and_then(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    relay = toy.relay()
    drain(relay, toy)
    assert toy.sent.signals() == []

    toy.say(attendance(), attendance())
    toy.clock.advance(seconds=SIGNAL_EVERY.total_seconds())
    drain(relay, toy)
    toy.clock.advance(seconds=1)
    drain(relay, toy)

    (signal,) = toy.sent.signals()
    assert (signal.type, signal.producer) == ("activities.stream.head.v1", "activities")
    assert StreamHead.read(signal.data).head == 2


def test_a_signal_may_find_nobody_but_a_fact_must_arrive(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    toy.say(attendance())

    drain(toy.relay(), toy)

    assert {message.routing_key: message.must_arrive for message in toy.sent.sent} == {
        "activities.attendance.confirmed.v1": True,
        "activities.stream.head.v1": False,
    }


def test_a_gap_that_stays_open_is_asked_for(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = [envelope(attendance(), seq=seq) for seq in (1, 3)]
    toy.handle(*map(delivery, said))
    relay = toy.relay()

    drain(relay, toy)
    asked_at_once = [one for one in toy.sent.signals() if one.type == "credits.stream.gap.v1"]
    toy.clock.advance(seconds=SIGNAL_EVERY.total_seconds())
    toy.running.heads_said["activities", said[0].incarnation] = toy.clock()
    drain(relay, toy)
    asked = [StreamGap.read(one.data) for one in toy.sent.signals() if one.type == "credits.stream.gap.v1"]

    assert asked_at_once == []
    assert asked == [StreamGap(producer="activities", incarnation=said[0].incarnation, first=2, last=2)]


def test_a_relay_at_work_shows_signs_of_life(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    relay = toy.relay()

    relay.step(now=NOW)
    relay.step(now=NOW + SIGNAL_EVERY)

    (row,) = toy.rows(heartbeats)
    assert (row.part, row.at) == ("relay", NOW + SIGNAL_EVERY)
