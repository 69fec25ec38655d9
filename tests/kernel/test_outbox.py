"""An event exists if and only if the transaction that said it has committed."""

import json
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared import log, outbox
from shared.events.codec import EVENT_BYTES_MAX, Event, UnfitEvent
from shared.events.schemas import text
from shared.kernel_tables import outbox as outbox_table
from shared.outbox import EventTooLarge
from tests.kernel.toy import ACTIVITIES, CREDITS, NOW, SCHOOL, Change, Toys, attendance


@dataclass(frozen=True, slots=True, kw_only=True)
class Sung(Event):
    """A toy with room for more than the wire takes; none of the catalogue's has."""

    TYPE: ClassVar[str] = "activities.song.sung.v1"
    SUBJECT: ClassVar[str] = "teacher_id"

    teacher_id: UUID
    words: Annotated[str, text(most=EVENT_BYTES_MAX)]


def test_what_was_said_in_a_committed_transaction_is_there(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    event = attendance()

    toy.say(event)

    (row,) = toy.rows(outbox_table)
    assert (row.type, row.subject, row.school_id) == (event.TYPE, str(event.activity_id), SCHOOL)
    assert (row.said_at, row.seq, row.published_at) == (NOW, None, None)
    assert json.loads(row.data)["attendees"][0]["minutes"] == 90


def test_what_was_said_in_a_transaction_rolled_back_is_not_there(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    with pytest.raises(Change):
        toy.say_in_vain(attendance())

    assert toy.rows(outbox_table) == []


def test_a_rollback_forgets_what_was_said_before_it(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    kept = attendance()

    with Session(toy.running.engine) as session:
        with session.begin() as first:
            outbox.add(session, attendance(), now=NOW)
            first.rollback()
        with session.begin():
            outbox.add(session, kept, now=NOW)

    assert [row.subject for row in toy.rows(outbox_table)] == [str(kept.activity_id)]


def test_events_of_one_transaction_keep_their_order(toys: Toys) -> None:
    toy = toys(ACTIVITIES)
    events = [attendance() for _ in range(20)]

    toy.say(*events)

    assert [row.subject for row in toy.rows(outbox_table)] == [str(one.activity_id) for one in events]


def test_an_event_within_a_savepoint_is_a_mistake_of_ours(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    with toy.transaction() as session, session.begin_nested(), pytest.raises(RuntimeError):
        outbox.add(session, attendance(), now=NOW)

    assert toy.rows(outbox_table) == []


def test_an_event_that_its_schema_refuses_is_not_stored(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    with pytest.raises(UnfitEvent, match="form"):
        toy.say(attendance(), attendance(form="x" * 65))

    assert toy.rows(outbox_table) == []


def test_an_event_too_large_for_the_wire_is_refused_before_it_is_stored(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    with pytest.raises(EventTooLarge, match=Sung.TYPE):
        toy.say(Sung(teacher_id=SCHOOL, words="小" * (EVENT_BYTES_MAX // 3)))

    assert toy.rows(outbox_table) == []


def test_an_event_carries_the_trace_it_was_said_in(toys: Toys) -> None:
    toy = toys(ACTIVITIES)

    with log.bound_trace(None) as trace:
        toy.say(attendance())
    toy.say(attendance())

    within, outside = toy.rows(outbox_table)
    assert within.traceparent.split("-")[1] == trace
    assert outside.traceparent is None


def test_the_bell_rings_after_the_commit_and_only_then(toys: Toys) -> None:
    toy = toys(CREDITS)
    rung = []
    toy.running.bell.ring = lambda: rung.append(len(toy.rows(outbox_table)))  # type: ignore[method-assign]  # only listens

    with toy.transaction():
        pass
    with pytest.raises(Change):
        toy.say_in_vain(attendance())
    toy.say(attendance())

    assert rung == [1]
