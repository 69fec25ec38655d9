"""The usual form of events: read and written as the schema would; whatever is odd is the schema's."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events import usual
from shared.events.catalogue import CATALOGUE
from shared.events.codec import NESTING_MAX, Envelope, Event, UnreadableEvent
from shared.events.schemas import schema_for
from shared.events.usual import Unusual
from tests.kernel.toy import NOW

GOLDEN = Path(__file__).parents[1] / "contracts"
PAYLOADS: Mapping[str, dict[str, Any]] = {
    kind: json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))["data"] for kind in CATALOGUE
}
HAVE_MOMENTS = {"activities.session.announced.v1", "directory.access.revoked.v1"}
"""A moment has many spellings: these are the schema's."""

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=300),
    st.sampled_from(
        [
            *("2026-09-01", "20260901", "2026-W36-2", "2026-9-1", "\uff12026-09-01", "2026-09-01T00:00:00"),
            *("participant", "PARTICIPANT", "accrual", "home", "HOME", "1", "true", ""),
            "01990000-0000-7000-8000-000000000001",
            "01990000000070008000000000000001",
            "{01990000-0000-7000-8000-000000000001}",
            "urn:uuid:01990000-0000-7000-8000-000000000001",
            "01990000-0000-7000-8000-00000000000",
        ]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in these data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """What stands there."""
    for key in path:
        data = data[key]
    return data


def read(kind: str, data: Any) -> Event | None:
    """In the usual form; None when the schema has to be asked."""
    try:
        event: Event = usual.read(CATALOGUE[kind], data)
    except Unusual:
        return None
    return event


@pytest.mark.parametrize("kind", sorted(CATALOGUE.keys() - HAVE_MOMENTS))
def test_what_is_usual_is_read_and_written_as_the_schema_does(kind: str) -> None:
    schema, data = schema_for(CATALOGUE[kind]), PAYLOADS[kind]

    event = read(kind, data)

    assert event is not None
    assert event == schema.load(data)
    assert json.loads(usual.write(event)) == schema.dump(event)


@pytest.mark.parametrize("kind", sorted(HAVE_MOMENTS))
def test_a_moment_is_the_schemas(kind: str) -> None:
    assert read(kind, PAYLOADS[kind]) is None


@settings(deadline=None)  # a busy machine is no defect
@given(st.data())
def test_whatever_is_odd_is_read_alike_or_left_to_the_schema(chosen: st.DataObject) -> None:
    kind = chosen.draw(st.sampled_from(sorted(CATALOGUE)))
    data = deepcopy(PAYLOADS[kind])
    *way, last = chosen.draw(st.sampled_from(list(places(data))))
    holder = at(data, tuple(way))
    match chosen.draw(st.sampled_from(["change", "drop", "add"])):
        case "drop":
            del holder[last]
        case "add" if isinstance(holder, dict):
            holder["newer"] = chosen.draw(ODD)
        case _:
            holder[last] = chosen.draw(ODD)

    found = read(kind, data)

    if found is not None:
        assert found == schema_for(CATALOGUE[kind]).load(data)


@settings(deadline=None)  # a busy machine is no defect
@given(st.data())
def test_what_the_schema_would_not_say_is_not_said(chosen: st.DataObject) -> None:
    kind = chosen.draw(st.sampled_from(sorted(CATALOGUE.keys() - HAVE_MOMENTS)))
    schema = schema_for(CATALOGUE[kind])
    said = schema.load(PAYLOADS[kind])
    name = chosen.draw(st.sampled_from(list(schema.fields)))
    object.__setattr__(said, name, chosen.draw(ODD))

    try:
        written = json.loads(usual.write(said))
    except Unusual:
        return
    assert schema.load(written) == usual.read(CATALOGUE[kind], written)
    with suppress(AttributeError, TypeError, ValueError):  # the schema cannot even say it
        assert schema.dump(said) == written


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30]),
        st.floats(),
        st.text(st.characters(exclude_categories=()), max_size=5),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)
"""Whatever a newer producer may add, half characters and what is no number included."""

MOMENTS = st.one_of(
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.sampled_from(
        [
            *("2026-09-22T08:00:00Z", "2026-09-22t08:00:00z", "2026-09-22 08:00:00Z", "2026-09-22T08:00:00"),
            *(
                "2026-09-22T08:00:00.1234567Z",
                "2026-09-22T24:00:00Z",
                "2026-09-22T08:00:60Z",
                "2026-09-22T08Z",
            ),
            *(
                "2026-09-22T08:00:00+08",
                "2026-09-22T08:00:00-00:00",
                "0001-01-01T00:00:00+14:00",
                "20260922T080000Z",
            ),
        ]
    ),
)


@settings(deadline=None)  # a busy machine is no defect
@given(st.data())
def test_a_message_is_read_alike_whichever_way_it_goes(chosen: st.DataObject) -> None:
    golden = json.loads((GOLDEN / "activities.attendance.confirmed.v1.json").read_text(encoding="utf-8"))
    name = chosen.draw(st.sampled_from(sorted({*golden, "schoolid", "traceparent", "newer"})))
    golden[name] = chosen.draw(st.one_of(ODD, MOMENTS))

    check_read_alike(json.dumps(golden).encode())


@settings(deadline=None)  # a busy machine is no defect
@given(VALUES, st.integers(min_value=0, max_value=NESTING_MAX))
def test_what_a_newer_producer_adds_is_read_and_digested_alike(value: Any, wrapped: int) -> None:
    golden = json.loads((GOLDEN / "activities.attendance.confirmed.v1.json").read_text(encoding="utf-8"))
    for _ in range(wrapped):
        value = [value]
    golden["data"]["newer"] = value

    check_read_alike(json.dumps(golden).encode())


def check_read_alike(body: bytes) -> None:
    """The same message whichever way it goes, the same event again, and as it was when it is sent on."""
    short, long = decoded(Envelope.decode, body), decoded(Envelope.decode_odd, body)
    if short is None or long is None:
        assert short is long
        return
    assert abs(short.at - long.at) <= timedelta(microseconds=1), "what is finer is rounded, or cut off"
    assert replace(short, at=long.at) == long
    assert short.digest(None) == long.digest(None) == Envelope.decode(long.encode()).digest(None)


def decoded(way: Callable[[bytes], Envelope], body: bytes) -> Envelope | None:
    """The message; None when it is refused."""
    try:
        return way(body)
    except UnreadableEvent:
        return None


def test_as_many_parts_as_an_event_may_have_are_usual_and_one_more_is_refused() -> None:
    kind = "activities.attendance.confirmed.v1"
    one = PAYLOADS[kind]["attendees"][0]

    assert read(kind, {**PAYLOADS[kind], "attendees": [one] * 500}) is not None
    assert read(kind, {**PAYLOADS[kind], "attendees": [one] * 501}) is None
    with pytest.raises(ma.ValidationError):
        schema_for(CATALOGUE[kind]).load({**PAYLOADS[kind], "attendees": [one] * 501})


def test_an_envelope_gives_the_same_event_either_way() -> None:
    kind = "activities.attendance.confirmed.v1"
    newer = {**PAYLOADS[kind], "newer": 1}
    spelled = {**PAYLOADS[kind], "held_on": PAYLOADS[kind]["held_on"].replace("-", "")}

    events = [_envelope(kind, data).event(CATALOGUE[kind]) for data in (PAYLOADS[kind], newer, spelled)]

    assert events[0] == events[1] == events[2]


def _envelope(kind: str, data: Mapping[str, Any]) -> Envelope:
    golden = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    whole = Envelope.decode(json.dumps({**golden, "data": data}).encode())
    assert whole.at.tzinfo is NOW.tzinfo
    return whole
