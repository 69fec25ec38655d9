"""Whatever is heard of an item, in whatever order and however often, the item shows the same."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from shared.events.codec import Event
from shared.events.directory import AccessRevoked
from shared.events.plans import ItemFulfilled
from shared.values import Refused
from tests.plans.facts import (
    FIRST,
    NOBODY,
    SECOND,
    announced,
    approved,
    attended,
    cancelled,
    drafted,
    first_item,
    shown,
    submitted,
)
from tests.signed_in import CHEN, OTHER_SCHOOL, SCHOOL, WU, Door, code_of

Saying = Callable[..., Event]
SAYINGS: Sequence[Saying] = [announced, cancelled, attended]


def standing(door: Door, path: str) -> tuple[str, list[str]]:
    """State of the first item, and the activities that brought it there."""
    item = shown(door, path)["items"][0]
    return item["state"], item["activity_ids"]


def fulfilments(door: Door) -> list[ItemFulfilled]:
    """What was said of fulfilled items."""
    return [event for event in door.said() if isinstance(event, ItemFulfilled)]


def test_an_item_is_announced_and_then_fulfilled(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear(announced(item_id))
    before = standing(door, path)
    door.hear(attended(item_id))

    assert before == ("announced", [str(FIRST)])
    assert standing(door, path) == ("fulfilled", [str(FIRST)])
    (said,) = fulfilments(door)
    assert (said.item_id, said.school_id, said.activity_id) == (item_id, SCHOOL, FIRST)
    assert path == f"/plans/{said.plan_id}"


def test_of_many_sessions_of_an_item_heard_together_one_is_said_to_fulfil_it(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear_together(announced(item_id), announced(item_id, activity_id=SECOND), announced(None))
    door.hear_together(attended(item_id), attended(item_id, activity_id=SECOND), attended(None))

    assert standing(door, path) == ("fulfilled", [str(FIRST), str(SECOND)])
    assert [said.activity_id for said in fulfilments(door)] == [FIRST]


def test_a_set_with_an_item_nobody_approved_is_refused_whole(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    with pytest.raises(Refused, match="item_unknown"):
        door.hear_together(attended(item_id), attended(NOBODY))

    assert fulfilments(door) == []


def test_a_cancelled_session_takes_its_announcement_back(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear(announced(item_id))
    door.hear(cancelled(item_id))

    assert standing(door, path) == ("scheduled", [])


def test_only_its_own_announcement_is_taken_back(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear(announced(item_id))
    door.hear(announced(item_id, activity_id=SECOND))
    door.hear(cancelled(item_id))

    assert standing(door, path) == ("announced", [str(SECOND)])


HEARD = [
    (announced, FIRST),
    (cancelled, FIRST),
    (announced, SECOND),
    (attended, SECOND),
]


@pytest.mark.parametrize("order", list(permutations(range(len(HEARD)))), ids=str)
def test_in_any_order_the_item_shows_the_same(door: Door, order: Sequence[int]) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    for place in order:
        saying, activity_id = HEARD[place]
        door.hear(saying(item_id, activity_id=activity_id))

    assert standing(door, path) == ("fulfilled", [str(SECOND)])
    assert len(door.rows("item_sessions")) == 3
    assert len(fulfilments(door)) == 1


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.__name__)
def test_what_is_heard_twice_counts_once(door: Door, saying: Saying) -> None:
    path = approved(door)
    item_id = first_item(door, path)
    door.hear(saying(item_id))
    once = (door.rows("item_sessions"), door.rows("item_fulfilments"), door.said())

    door.hear(saying(item_id))

    assert (door.rows("item_sessions"), door.rows("item_fulfilments"), door.said()) == once


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.__name__)
def test_what_a_newer_producer_adds_is_ignored(door: Door, saying: Saying) -> None:
    path = approved(door)
    item_id = first_item(door, path)
    door.hear(saying(item_id), extra={"colour": "red"})
    with_extra = (door.rows("item_sessions"), door.rows("item_fulfilments"))

    door.hear(saying(item_id))

    assert (door.rows("item_sessions"), door.rows("item_fulfilments")) == with_extra != ([], [])


def test_a_second_part_of_the_same_session_fulfils_nothing_more(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear(attended(item_id))
    door.hear(attended(item_id))

    assert len(fulfilments(door)) == 1


def test_a_second_session_is_shown_and_not_said(door: Door) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    door.hear(attended(item_id, activity_id=SECOND))
    door.hear(attended(item_id, activity_id=FIRST))

    assert standing(door, path) == ("fulfilled", [str(FIRST), str(SECOND)])
    assert [said.activity_id for said in fulfilments(door)] == [SECOND]


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.__name__)
def test_a_session_outside_every_plan_is_nothing_to_us(door: Door, saying: Saying) -> None:
    approved(door)
    before = door.said()

    door.hear(saying(None))

    assert (door.rows("item_sessions"), door.rows("item_fulfilments"), door.said()) == ([], [], before)


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.__name__)
def test_an_item_nobody_knows_is_refused(door: Door, saying: Saying) -> None:
    with pytest.raises(Refused, match=r"^item_unknown:"):
        door.hear(saying(NOBODY))


@pytest.mark.parametrize("reach", [drafted, submitted], ids=lambda reach: reach.__name__)
def test_an_item_that_was_never_approved_is_refused(door: Door, reach: Callable[[Door], str]) -> None:
    item_id = first_item(door, reach(door))

    with pytest.raises(Refused, match=r"^item_unknown:"):
        door.hear(announced(item_id))


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.__name__)
def test_an_event_of_another_school_is_refused_and_leaves_nothing(door: Door, saying: Saying) -> None:
    path = approved(door)
    item_id = first_item(door, path)

    with pytest.raises(Refused, match=r"^item_of_another_school:"):
        door.hear(saying(item_id, school_id=OTHER_SCHOOL))

    assert standing(door, path) == ("scheduled", [])


@pytest.mark.parametrize("order", [(1, -1), (-1, 1), (-1, -1)], ids=str)
@pytest.mark.parametrize("extra", [None, {"colour": "red"}])
def test_void_tokens_stay_out_in_any_order(
    door: Door, order: Sequence[int], extra: dict[str, str] | None
) -> None:
    chen = door.as_(CHEN)

    for hours_ago in order:
        moment = door.now - timedelta(hours=hours_ago)
        revoked = AccessRevoked(person_id=CHEN.person_id, school_id=SCHOOL, issued_before=moment)
        door.hear(revoked, extra=extra)

    assert code_of(chen.get("/plans")) == (401, "token_revoked")
    assert door.as_(WU).get("/plans").status_code == 200
