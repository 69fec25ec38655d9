"""Signals between streams: heads tell of what is missing, gaps are published again, nonsense is let go."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared import outbox
from shared.bus import Delivery
from shared.events.signals import StreamGap, StreamHead, signal_data, signal_type
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream, stream_positions
from tests.kernel.toy import (
    ACTIVITIES,
    CREDITS,
    INCARNATION,
    NOW,
    POISON,
    Toys,
    about,
    attendance,
    batch,
    delivery,
    envelope,
)


def signal(speaker: str, said: StreamHead | StreamGap, **changed: Any) -> Delivery:
    kind = signal_type(speaker, said)
    facts = {"type": kind, "producer": speaker, "data": signal_data(said)} | changed
    return delivery(replace(envelope(attendance(), seq=None), **facts))


def test_a_head_tells_how_far_a_stream_reaches(toys: Toys) -> None:
    toy = toys(CREDITS)

    toy.handle(signal("activities", StreamHead(head=7)))

    (position,) = toy.rows(stream_positions)
    assert (position.producer, position.incarnation, position.head) == ("activities", INCARNATION, 7)
    assert toy.running.heads_said == {("activities", INCARNATION): NOW}
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
