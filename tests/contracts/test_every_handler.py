"""Every handler of every service: once, twice with one id, with unknown fields, and out of order (0002).

Each through its service's own worker and inbox, from the golden messages.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from deploy.services import SERVICES
from shared.events.activities import AttendanceConfirmed
from shared.events.plans import ItemFulfilled
from shared.service import Service
from tests.contracts.cases import EFFECTS, Fact, said_of, things_of
from tests.contracts.hearing import (
    ACTIVITY,
    OTHER,
    Hearer,
    Said,
    Tables,
    anew,
    from_a_newer_producer,
    message,
    opened,
)

NAMED = {service.name: service for service in SERVICES}
EVERY = [(service, fact) for service in SERVICES for fact in service.handlers]
"""From the services themselves, so that a handler without a case fails."""
PAIRS = [
    pytest.param(service, *pair, id=f"{service.name}: {pair[0]} and {pair[1]}")
    for service in SERVICES
    for said in [said_of(service)]
    for pair in combinations(said, 2)
    if not things_of(said[pair[0]]).isdisjoint(things_of(said[pair[1]]))
]

# --- comparing --------------------------------------------------------------------------------------------

COUNTS_DELIVERIES = {"received_events", "stream_positions", "heartbeats"}
"""The worker's own: what was taken, and when it last was at work."""
LEFT_OUT: Mapping[str, Sequence[str]] = {
    "received_events": ("received_at", "digest"),  # a digest is also of the fields nobody knows
    "heartbeats": ("at",),
    "outbox": ("position", "said_at", "traceparent"),  # a step of a trace is numbered at random
    "ledger_entries": ("appended_at",),
    "notices": ("told_at",),
}
"""When something came, and after what."""
MADE = (("ledger_entries", "id"), ("outbox", "event_id"))
"""Ids made at random here: they are numbered, so that who refers to whom is compared nevertheless."""


def settled(tables: Tables) -> Mapping[str, Sequence[str]]:
    """The tables as text, without when and under which random id."""
    named: dict[str, str] = {}
    found = {
        name: [
            {key: value for key, value in row.items() if key not in LEFT_OUT.get(name, ())} for row in rows
        ]
        for name, rows in tables.items()
    }
    for table, column in MADE:
        others = {row[column]: _text({**row, column: None}, named) for row in found.get(table, ())}
        for place, made in enumerate(sorted(others, key=lambda made: others[made])):
            named[str(made)] = f"{table} {place}"
    return {name: sorted(_text(row, named) for row in rows) for name, rows in found.items()}


def _text(row: Mapping[str, Any], named: Mapping[str, str]) -> str:
    text = repr({key: str(value) for key, value in row.items()})
    for made, name in named.items():
        text = text.replace(made, name)
    return text


def but_deliveries(tables: Tables) -> Tables:
    """All but the worker's own."""
    return {name: rows for name, rows in tables.items() if name not in COUNTS_DELIVERIES}


# --- the tests --------------------------------------------------------------------------------------------


Hears = Callable[..., Hearer]
"""A service that heard these messages, one after the other, and before them nothing."""


@pytest.fixture(scope="session")
def hears(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hears]:
    """One database a service for all tests; each begins anew."""
    with ExitStack() as stack:

        @cache
        def hearer_of(name: str) -> Hearer:
            return stack.enter_context(opened(tmp_path_factory.mktemp(name), NAMED[name]))

        def heard(service: Service, *said: Said) -> Hearer:
            hearer = hearer_of(service.name)
            hearer.forget()
            for one in said:
                hearer.hear(one)
            return hearer

        yield heard


every_handler = pytest.mark.parametrize(
    ("service", "fact"), EVERY, ids=[f"{service.name}: {fact.__name__}" for service, fact in EVERY]
)
every_pair = pytest.mark.parametrize(("service", "first", "second"), PAIRS)


def test_every_handler_has_its_case() -> None:
    cases = [(service, fact) for service, effects in EFFECTS.items() for fact in effects]

    assert sorted(cases, key=str) == sorted(((service.name, fact) for service, fact in EVERY), key=str)


@every_handler
def test_once_its_effect_stands(hears: Hears, service: Service, fact: Fact) -> None:
    before = but_deliveries(hears(service).tables())

    after = but_deliveries(hears(service, said_of(service)[fact.__name__]).tables())

    effect = EFFECTS[service.name][fact]
    assert {name for name in after if after[name] != before[name]} == set(effect)
    for name, expected in effect.items():
        found = [row for row in after[name] if row not in before[name]]
        if expected is None:
            assert (found, len(after[name])) == ([], len(before[name]) - 1)
        else:
            assert [{key: row[key] for key in expected} for row in found] == [expected]


@every_handler
def test_twice_with_one_id_it_stands_once(hears: Hears, service: Service, fact: Fact) -> None:
    said = said_of(service)[fact.__name__]
    hearer = hears(service, said)
    once = hearer.tables()

    hearer.hear(said)

    twice = hearer.tables()
    assert twice == {**once, "heartbeats": twice["heartbeats"]}


@every_handler
def test_twice_in_one_batch_it_stands_once(hears: Hears, service: Service, fact: Fact) -> None:
    said = said_of(service)[fact.__name__]
    once = settled(hears(service, said).tables())

    hearer = hears(service)
    hearer.hear(said, said)

    assert settled(hearer.tables()) == once


@every_handler
def test_said_anew_under_another_id_it_stands_once(hears: Hears, service: Service, fact: Fact) -> None:
    said = said_of(service)[fact.__name__]
    hearer = hears(service, said)
    once = hearer.tables()

    hearer.hear(anew(said))

    twice = hearer.tables()
    assert but_deliveries(twice) == but_deliveries(once)
    assert len(twice["received_events"]) == 2


@every_handler
def test_fields_nobody_knows_change_nothing(hears: Hears, service: Service, fact: Fact) -> None:
    said = said_of(service)[fact.__name__]
    today = settled(hears(service, said).tables())

    newer = settled(hears(service, from_a_newer_producer(said)).tables())

    assert newer == today


@every_pair
def test_in_either_order_the_same_stands(hears: Hears, service: Service, *, first: str, second: str) -> None:
    said = said_of(service)
    in_order = settled(hears(service, said[first], said[second]).tables())

    other_way = settled(hears(service, said[second], said[first]).tables())

    assert other_way == in_order


@every_pair
def test_in_either_order_after_all_else_the_same_stands(
    hears: Hears, in_order: Callable[[Service], object], service: Service, *, first: str, second: str
) -> None:
    said = dict(said_of(service))
    late = [said.pop(second), said.pop(first)]
    hearer = hears(service)

    hearer.hear(*said.values())
    for one in late:
        hearer.hear(one)

    assert settled(hearer.tables()) == in_order(service)


@pytest.fixture(scope="session")
def in_order(hears: Hears) -> Callable[[Service], object]:
    """How a service stands that heard everything, one after the other."""

    @cache
    def ended(name: str) -> object:
        return settled(hears(NAMED[name], *said_of(NAMED[name]).values()).tables())

    return lambda service: ended(service.name)


def test_of_two_sessions_that_fulfil_an_item_the_one_heard_first_is_named(hears: Hears) -> None:
    """By design: `ItemFulfilled` is said of the first. Nobody follows it; all else is the same."""
    both = [message(AttendanceConfirmed, seq=1), message(AttendanceConfirmed, seq=2, activity_id=str(OTHER))]
    ends = [dict(hears(NAMED["plans"], *order).tables()) for order in (both, both[::-1])]

    named = [json.loads(said["data"])["activity_id"] for end in ends for said in end.pop("outbox")]

    assert named == [str(ACTIVITY), str(OTHER)]
    assert settled(ends[0]) == settled(ends[1])
    assert ItemFulfilled not in {fact for _, fact in EVERY}
