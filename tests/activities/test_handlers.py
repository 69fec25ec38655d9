"""Each handler keeps the same copies however often and in whatever order its events come."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from shared.events.codec import Event
from shared.events.directory import AccessRevoked, SchoolOpened
from shared.vocabulary import MembershipKind, SchoolStage
from tests.activities.facts import announcement, approved, joined
from tests.signed_in import CHEN, SCHOOL, WU, Door, code_of, said_in

NEW_SCHOOL = UUID(int=0x53)
SUN = UUID(int=0xD1)
NEW_ITEMS = [UUID(int=0x21), UUID(int=0x22)]

FACTS: Sequence[Event] = [
    SchoolOpened(
        school_id=NEW_SCHOOL,
        name="河口镇中学",
        stage=SchoolStage.JUNIOR,
        township="河口镇",
        opened_on=date(2026, 9, 1),
    ),
    joined(SUN, name="孙老师", school_id=NEW_SCHOOL),
    joined(SUN, name="孙老师", school_id=SCHOOL),
    approved(*NEW_ITEMS, school_id=NEW_SCHOOL),
]


def copies(door: Door) -> dict[str, object]:
    """What is kept of the new school and of Sun."""
    tables = ("known_schools", "known_teachers", "known_belongings", "known_plan_items")
    new = {NEW_SCHOOL, SUN}
    return {table: [row for row in door.rows(table) if not new.isdisjoint(row)] for table in tables}


KEPT = {
    "known_schools": [(NEW_SCHOOL, "河口镇中学", 0, None)],
    "known_teachers": [(SUN, "孙老师", 0)],
    "known_belongings": [
        (SUN, SCHOOL, MembershipKind.HOME, date(2020, 9, 1), None),
        (SUN, NEW_SCHOOL, MembershipKind.HOME, date(2020, 9, 1), None),
    ],
    "known_plan_items": [(item_id, NEW_SCHOOL) for item_id in NEW_ITEMS],
}


@pytest.mark.parametrize("order", list(permutations(range(len(FACTS)))), ids=str)
def test_in_any_order_the_same_is_kept(door: Door, order: Sequence[int]) -> None:
    for place in order:
        door.hear(FACTS[place])

    assert copies(door) == KEPT


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_heard_twice_is_kept_once(door: Door, fact: Event) -> None:
    door.hear(fact)
    once = copies(door)

    door.hear(fact)

    assert copies(door) == once


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_a_newer_producer_adds_is_ignored(door: Door, fact: Event) -> None:
    door.hear(fact, extra={"colour": "red"})
    kept = copies(door)

    door.hear(fact)

    assert copies(door) == kept != {table: [] for table in KEPT}


def test_a_teacher_who_joined_may_speak(door: Door) -> None:
    body = announcement(speaker_id=str(SUN))
    assert code_of(door.as_(WU).post("/sessions", body)) == (422, "teacher_not_here")

    door.hear(joined(SUN, name="孙老师"))

    assert said_in(door.as_(WU).post("/sessions", body))["speaker_id"] == str(SUN)


def revoked(door: Door, *, hours_ago: int) -> AccessRevoked:
    """Chen was signed out everywhere some hours ago; negative hours are still to come."""
    return AccessRevoked(
        person_id=CHEN.person_id,
        school_id=SCHOOL,
        issued_before=door.now - timedelta(hours=hours_ago),
    )


@pytest.mark.parametrize("order", [(1, -1), (-1, 1), (-1, -1)], ids=str)
@pytest.mark.parametrize("extra", [None, {"colour": "red"}])
def test_void_tokens_stay_out_in_any_order(
    door: Door, order: Sequence[int], extra: dict[str, str] | None
) -> None:
    chen = door.as_(CHEN)

    for hours_ago in order:
        door.hear(revoked(door, hours_ago=hours_ago), extra=extra)

    assert code_of(chen.get("/sessions")) == (401, "token_revoked")
    assert door.as_(WU).get("/sessions").status_code == 200
