"""The envelope: whatever is no event is refused with a reason, and never with anything else."""

import json
import pickle
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import pytest

from shared.events.activities import ATTENDEES_PER_EVENT_MAX, AttendanceConfirmed
from shared.events.codec import (
    EVENT_BYTES_MAX,
    NESTING_MAX,
    NUMBER_MAX,
    Envelope,
    Event,
    UnfitEvent,
    UnreadableEvent,
    catalogue_of,
    data_of,
)
from shared.events.directory import AccessRevoked, SchoolOpened
from shared.events.document import json_schema
from shared.events.schemas import text
from shared.events.signals import StreamGap, StreamHead
from shared.vocabulary import SchoolStage
from tests.kernel.toy import CHEN, NOW, SCHOOL, attendance, envelope

GOOD: dict[str, Any] = json.loads(envelope(attendance(), seq=1).encode())
FACTS = GOOD["data"]


def deep(levels: int) -> Any:
    """A list in a list in a list ..."""
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


# --- what is no event ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        b"hello",
        b"null",
        b"42",
        b'"time"',
        b"[]",
        b"{}",
        b'{"a": 1}',
        pickle.dumps(GOOD),
        zlib.compress(json.dumps(GOOD).encode()),
        b"!!python/object/apply:os.system ['true']",
        json.dumps(GOOD).encode("utf-16"),
        b"[" * 100_000,
        b'{"data": ' * 20_000,
        b'{"seq": ' + b"9" * 5_000 + b"}",
        b" " * (EVENT_BYTES_MAX + 1),
    ],
    ids=lambda body: repr(body[:2]),  # more of it would show the example's own id, another in every process
)
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableEvent) as refusal:
        Envelope.decode(body)

    assert refusal.value.reason in {"not_an_event", "too_large"}


@pytest.mark.parametrize(
    "missing", ["id", "source", "specversion", "type", "time", "subject", "incarnation", "data"]
)
def test_a_message_without_one_of_its_attributes_is_refused(missing: str) -> None:
    body = json.dumps({name: value for name, value in GOOD.items() if name != missing}).encode()

    with pytest.raises(UnreadableEvent):
        Envelope.decode(body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", ""),
        ("id", 7),
        ("id", "not-a-uuid"),
        ("specversion", "0.3"),
        ("specversion", "2.0"),
        ("source", "urn:yanxun:toy"),
        ("source", "urn:other:toy:activities"),
        ("source", "urn:yanxun:toy:activities:more"),
        ("source", "urn:yanxun:toy:"),
        ("source", "urn:yanxun:toy:Activities"),
        ("source", "urn:yanxun:toy:" + "a" * 41),
        ("source", "urn:yanxun:toy:\ud800"),
        ("source", "urn:yanxun:toy:a\0"),
        ("type", ""),
        ("type", None),
        ("type", ["activities"]),
        ("subject", ""),
        ("subject", 3),
        ("time", None),
        ("time", "yesterday"),
        ("time", "2026-09-22T08:00:00"),
        ("time", "0001-01-01T00:00:00+14:00"),
        ("time", "9999-12-31T23:59:59-14:00"),
        ("time", 1_790_000_000),
        ("incarnation", "first"),
        ("incarnation", None),
        ("schoolid", 5),
        ("schoolid", "x"),
        ("seq", 0),
        ("seq", -1),
        ("seq", 1.0),
        ("seq", True),
        ("seq", "1"),
        ("seq", NUMBER_MAX + 1),
        ("data", None),
        ("data", []),
        ("data", "text"),
        ("data", {"nan": float("nan")}),
        ("data", {"deep": [float("-inf")]}),
        ("data", {"deep": deep(NESTING_MAX)}),
        ("data", {"deep": deep(900)}),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_wrong_attribute_is_refused(name: str, value: Any) -> None:
    with pytest.raises(UnreadableEvent):
        Envelope.decode(json.dumps(GOOD | {name: value}).encode())


def test_data_hidden_in_base64_is_no_data_of_ours() -> None:
    hidden = {name: value for name, value in GOOD.items() if name != "data"} | {"data_base64": "e30="}

    with pytest.raises(UnreadableEvent, match="not_an_event"):
        Envelope.decode(json.dumps(hidden).encode())


# --- what is one -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trace", [None, "00-" + "a" * 32 + "-" + "b" * 16 + "-01"])
@pytest.mark.parametrize("seq", [None, 1, NUMBER_MAX])
def test_an_envelope_is_read_as_it_was_written(trace: str | None, seq: int | None) -> None:
    said = envelope(attendance(), seq=seq, traceparent=trace)

    assert Envelope.decode(said.encode()) == said


def test_an_event_of_the_whole_county_belongs_to_no_school() -> None:
    revoked = AccessRevoked(person_id=CHEN, school_id=None, issued_before=NOW)

    read = Envelope.decode(envelope(revoked, seq=1).encode())

    assert b"schoolid" not in read.encode()
    assert read.school_id is None
    assert read.event(AccessRevoked) == revoked


def test_a_trace_nobody_can_follow_does_not_cost_the_event() -> None:
    read = Envelope.decode(json.dumps(GOOD | {"traceparent": {"a": 1}}).encode())

    assert read.traceparent is None


@pytest.mark.parametrize("odd", [{"data": FACTS | {"newer": "\ud800"}}, {"traceparent": "\ud800"}])
def test_half_a_character_that_came_is_sent_on_and_still_the_same_event(odd: dict[str, Any]) -> None:
    read = Envelope.decode(json.dumps(GOOD | odd).encode())

    again = Envelope.decode(read.encode())

    assert again == read
    assert again.digest(AttendanceConfirmed) == read.digest(AttendanceConfirmed)


def test_data_that_were_written_with_escapes_and_spaces_are_the_same_event() -> None:
    opened = SchoolOpened(
        school_id=SCHOOL, name="青石小学", stage=SchoolStage.PRIMARY, township="青山镇", opened_on=NOW.date()
    )
    said = envelope(opened, seq=1)

    read = Envelope.decode(said.over(json.dumps(said.data, ensure_ascii=True, indent=1).encode()))

    assert (read, read.digest(SchoolOpened)) == (said, said.digest(SchoolOpened))


@pytest.mark.parametrize("at", [NOW - timedelta(days=3650), NOW + timedelta(days=3650)])
def test_an_old_event_and_one_from_the_future_are_events(at: datetime) -> None:
    assert Envelope.decode(envelope(attendance(), seq=1, at=at).encode()).at == at


def test_the_largest_event_fits_the_wire() -> None:
    (attendee,) = attendance().attendees
    event = AttendanceConfirmed(
        activity_id=uuid4(),
        school_id=SCHOOL,
        form="x" * 64,
        held_on=NOW.date(),
        plan_item_id=uuid4(),
        attendees=(attendee,) * ATTENDEES_PER_EVENT_MAX,
    )

    body = envelope(event, seq=NUMBER_MAX).encode()

    assert len(body) < EVENT_BYTES_MAX / 2
    assert Envelope.decode(body).event(AttendanceConfirmed) == event


# --- facts that are none ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("activity_id", "x"),
        ("activity_id", None),
        ("form", ""),
        ("form", "x" * 65),
        ("form", 3),
        ("held_on", "22.9.2026"),
        ("held_on", "2026-02-30"),
        ("plan_item_id", "none"),
        ("attendees", None),
        ("attendees", {}),
        ("attendees", ["Chen"]),
        ("attendees", FACTS["attendees"] * (ATTENDEES_PER_EVENT_MAX + 1)),
        ("attendees", [FACTS["attendees"][0] | {"minutes": "90"}]),
        ("attendees", [FACTS["attendees"][0] | {"minutes": 90.5}]),
        ("attendees", [FACTS["attendees"][0] | {"minutes": True}]),
        ("attendees", [FACTS["attendees"][0] | {"role": "ghost"}]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_facts_of_the_wrong_form_are_refused(field: str, value: Any) -> None:
    read = Envelope.decode(json.dumps(GOOD | {"data": FACTS | {field: value}}).encode())

    with pytest.raises(UnreadableEvent, match=f"wrong_schema.*{field}"):
        read.event(AttendanceConfirmed)


@pytest.mark.parametrize(
    "event",
    [
        attendance(form=""),
        attendance(form="x" * 65),
        AccessRevoked(person_id=CHEN, school_id=None, issued_before=NOW.replace(tzinfo=None)),
        SchoolOpened(
            school_id=SCHOOL,
            name="小" * 65,
            stage=SchoolStage.PRIMARY,
            township="青山镇",
            opened_on=NOW.date(),
        ),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_consumers_would_refuse_is_not_said(event: Event) -> None:
    with pytest.raises(UnfitEvent, match=event.TYPE):
        data_of(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Praised(Event):
    """A toy that grew: `aloud` and `reason` came later."""

    TYPE: ClassVar[str] = "toy.teacher.praised.v1"
    SUBJECT: ClassVar[str] = "teacher_id"

    teacher_id: UUID
    aloud: bool = True
    reason: Annotated[str, text(most=64)] | None = None


@pytest.mark.parametrize(
    ("more", "aloud", "reason"),
    [({}, True, None), ({"aloud": False}, False, None), ({"reason": "公开课"}, True, "公开课")],
)
def test_what_an_older_producer_does_not_say_has_its_default(
    more: dict[str, Any],
    aloud: bool,  # noqa: FBT001  a case
    reason: str | None,
) -> None:
    said = Envelope.decode(json.dumps(GOOD | {"data": {"teacher_id": str(CHEN)} | more}).encode())

    assert said.event(Praised) == Praised(teacher_id=CHEN, aloud=aloud, reason=reason)
    assert json_schema(Praised)["required"] == ["teacher_id"]


def test_two_events_of_one_type_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="share one type"):
        catalogue_of(AttendanceConfirmed, AttendanceConfirmed)


# --- signals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [0, -1, True, 1.5, "3", None, float("inf"), 2**63, [1]])
def test_a_head_that_is_no_place_in_a_stream_is_refused(head: Any) -> None:
    with pytest.raises(ValueError, match="no place in a stream"):
        StreamHead.read({"head": head})


@pytest.mark.parametrize("spoilt", [{"incarnation": "x"}, {"first": "1"}, {"last": 2**63}])
def test_a_gap_of_the_wrong_form_is_refused(spoilt: dict[str, Any]) -> None:
    good = {"producer": "activities", "incarnation": str(UUID(int=1)), "first": 1, "last": 2}

    assert StreamGap.read(good).last == 2
    with pytest.raises(ValueError, match=r".+"):
        StreamGap.read(good | spoilt)
