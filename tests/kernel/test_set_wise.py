"""Handlers that take a batch at once: the same effects, traces and culprits as one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from shared import log, worker
from shared.events.activities import AttendanceConfirmed
from shared.events.codec import Envelope
from shared.kernel_tables import outbox as outbox_table
from shared.service import Arrival, SetWise
from tests.kernel.toy import (
    CREDITS,
    POISON,
    Toy,
    Toys,
    about,
    batch,
    delivery,
    hear_attendance,
    with_handler,
)


@dataclass(slots=True)
class Together:
    """Hears attendance like the toy's own handler; keeps how many came at once."""

    sizes: list[int] = field(default_factory=list)

    def __call__(
        self, session: Session, arrivals: Sequence[Arrival[AttendanceConfirmed]], *, now: datetime
    ) -> None:
        self.sizes.append(len(arrivals))
        for one in arrivals:
            with log.bound_trace(one.trace):
                hear_attendance(session, one.event, now=now)


@pytest.fixture
def together() -> Together:
    """What the handler was called with."""
    return Together()


@pytest.fixture
def toy(toys: Toys, together: Together) -> Toy:
    """Credits, where attendance is handled set by set."""
    return with_handler(toys(CREDITS), SetWise(together))


def test_a_batch_is_one_call(toy: Toy, together: Together) -> None:
    said = batch("a", "b", "c")

    toy.handle(*map(delivery, said))

    assert together.sizes == [3]
    assert toy.heard() == about(*said)
    assert toy.claimed() == [1, 2, 3]
    assert toy.inlet.settled == 3


def test_what_came_before_is_not_taken_again(toy: Toy, together: Together) -> None:
    said = batch("a", "b", "c")

    toy.handle(delivery(said[1]))
    toy.handle(*map(delivery, said), delivery(said[0]))

    assert together.sizes == [1, 2]
    assert sorted(toy.heard()) == sorted(about(*said))


def test_one_culprit_of_a_set_is_set_aside_and_the_bystanders_are_done_once(
    toy: Toy, together: Together
) -> None:
    said = batch("a", POISON, "b")

    toy.handle(*map(delivery, said))

    assert together.sizes == [3, 1, 1, 1]
    assert toy.heard() == about(said[0], said[2])
    assert len(toy.rows(outbox_table)) == 2
    (waits,) = toy.aside().values()
    assert (waits.event_id, waits.attempts) == (said[1].id, 1)


def test_an_event_that_waited_is_a_set_of_one(toy: Toy, together: Together) -> None:
    (said,) = batch("a")

    toy.handle(delivery(said, redelivered=True))

    assert together.sizes == [1]
    assert toy.heard() == about(said)


def test_what_is_said_carries_the_trace_of_what_it_follows_from(toy: Toy) -> None:
    said = [traced(one, number) for number, one in enumerate(batch("a", "b", "c"), 1)]

    toy.handle(*map(delivery, said[:2]))
    toy.handle(delivery(said[2], redelivered=True))

    assert [trace_in(row.traceparent) for row in toy.rows(outbox_table)] == [f"{n:032x}" for n in (1, 2, 3)]


def traced(said: Envelope, number: int) -> Envelope:
    return replace(said, traceparent=f"00-{number:032x}-{number:016x}-01")


def trace_in(traceparent: str) -> str:
    return traceparent.split("-")[1]


def test_a_set_weighs_no_more_than_one_event_may(
    toy: Toy, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = batch("a", "b", "c", "d", "e")
    monkeypatch.setattr(worker, "SET_BYTES_MAX", 2 * len(said[0].encode()) + 10)

    toy.handle(*map(delivery, said))

    assert together.sizes == [2, 2, 1]
    assert toy.heard() == about(*said)
