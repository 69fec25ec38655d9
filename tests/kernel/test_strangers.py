"""What is no event of ours: refused with its reason, kept, never handled, and a hindrance to nobody."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from shared import inbox
from shared.bus import Delivery
from shared.events.activities import SessionHeld
from shared.inbox import ATTEMPTS_MAX
from tests.kernel.toy import (
    CREDITS,
    NOW,
    SCHOOL,
    Toy,
    Toys,
    about,
    aside,
    attendance,
    batch,
    delivery,
    envelope,
)


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
