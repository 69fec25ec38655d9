"""The kernel at its limits: the last number there is, savepoints, more than a step's worth of work."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from shared import outbox, worker
from shared.events.activities import AttendanceConfirmed
from shared.events.codec import NUMBER_MAX, Envelope
from shared.events.signals import StreamGap, StreamHead, signal_data, signal_type
from shared.inbox import GAP_PATIENCE, SILENCES_MAX
from shared.kernel_tables import outbox as outbox_table
from shared.kernel_tables import stream
from tests.kernel.toy import (
    ACTIVITIES,
    CREDITS,
    DEPLOYMENT,
    INCARNATION,
    NOW,
    Toys,
    attendance,
    delivery,
    envelope,
    hear_attendance,
)


def signal(speaker: str, said: StreamHead | StreamGap) -> Envelope:
    """As a relay would send it."""
    return Envelope(
        id=uuid4(),
        deployment=DEPLOYMENT,
        producer=speaker,
        type=signal_type(speaker, said),
        at=NOW,
        subject=speaker,
        school_id=None,
        incarnation=INCARNATION,
        seq=None,
        traceparent=None,
        data=signal_data(said),
    )


@pytest.mark.parametrize("said", ["an event", "a head"])
def test_the_last_number_there_is_does_not_stop_the_relay_of_who_hears_it(toys: Toys, said: str) -> None:
    toy = toys(CREDITS)
    last = (
        envelope(attendance(), seq=NUMBER_MAX)
        if said == "an event"
        else signal("activities", StreamHead(head=NUMBER_MAX))
    )
    toy.handle(delivery(last))
    relay = toy.relay()
    relay.step(now=toy.clock())
    toy.clock.advance(seconds=(GAP_PATIENCE * SILENCES_MAX).total_seconds())
    relay.step(now=toy.clock())

    gaps = [one.data for one in toy.sent.signals() if one.type.endswith(StreamGap.KIND)]
    highest = NUMBER_MAX - 1 if said == "an event" else NUMBER_MAX
    assert [(gap["first"], gap["last"]) for gap in gaps] == [(1, highest)]


def test_a_savepoint_rolled_back_takes_nothing_said_before_it_along(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    rung: list[int] = []
    toy.running.bell.ring = lambda: rung.append(len(toy.rows(outbox_table)))  # type: ignore[method-assign]  # listens in

    with toy.transaction() as session:
        outbox.add(session, attendance(), now=NOW)
        session.begin_nested().rollback()
        session.begin_nested().commit()
        outbox.add(session, attendance(), now=NOW)

    assert len(toy.rows(outbox_table)) == 2
    assert rung == [2]


def test_a_step_retries_so_many_and_then_looks_up(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RETRIES_MAX", 2)
    toy = toys(CREDITS)
    said = [envelope(attendance(), seq=seq) for seq in (1, 2, 3)]

    steps = [toy.handle(*[delivery(one, redelivered=True) for one in said]), toy.handle(), toy.handle()]

    assert steps == [3 + 2, 1, 0]
    assert sorted(toy.heard()) == subjects(said)


def subjects(said: Sequence[Envelope]) -> list[UUID]:
    return sorted(UUID(one.subject) for one in said)


def test_one_request_brings_back_so_many_numbers(toys: Toys, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a long stream in one statement would end at the statement's time limit, again and again."""
    monkeypatch.setattr(outbox, "REPLAY_MAX", 2)
    toy = toys(ACTIVITIES)
    toy.say(*[attendance() for _ in range(4)])
    relay = toy.relay()
    while relay.step(now=toy.clock()):
        pass
    (own,) = toy.rows(stream)
    toy.clock.advance(seconds=outbox.REPLAY_PAUSE.total_seconds() + 1)

    gap = StreamGap(producer="activities", incarnation=own.incarnation, first=2, last=NUMBER_MAX)
    toy.handle(delivery(signal("credits", gap)))

    assert sorted(row.seq for row in toy.rows(outbox_table) if row.published_at is None) == [2, 3]


def test_that_no_connection_was_free_is_nobodys_fault(toys: Toys) -> None:
    toy = toys(CREDITS)
    said = envelope(attendance(), seq=1)
    busy = [True, True]

    def crowded_out(session: Session, event: AttendanceConfirmed, *, now: datetime) -> None:
        if busy and busy.pop():
            raise NoConnectionFree
        hear_attendance(session, event, now=now)

    service = replace(toy.running.service, handlers={AttendanceConfirmed: crowded_out})
    toy.running = replace(toy.running, service=service)
    with pytest.raises(NoConnectionFree):
        toy.handle(delivery(said))
    assert toy.aside() == {}
    toy.handle()

    assert toy.heard() == subjects([said])
