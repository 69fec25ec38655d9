"""From an event to the wire and back: CloudEvents 1.0 in JSON."""

import hashlib
import json
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, ClassVar, Self
from uuid import UUID

import marshmallow as ma
import msgspec
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from msgspec import UNSET, Raw

from shared.events import usual
from shared.events.schemas import display_names, schema_for
from shared.events.usual import Unusual

CONTENT_TYPE = "application/cloudevents+json"
EVENT_BYTES_MAX = 256_000
"""What one message may weigh; the producer refuses more before anything is stored."""
NESTING_MAX = 20
"""How deep data may be nested: ours needs three levels, and what reads must never run out of stack."""
NUMBER_MAX = 2**63 - 2
"""What a column can hold, and the number after it too: gaps are looked for up to there."""

_FORMAT = JSONFormat()
_UNREADABLE = (ValueError, AttributeError, TypeError, OverflowError, RecursionError)
_SERVICE = re.compile(r"[a-z]{1,40}")


class Event:
    """Base of every event: a frozen dataclass with its wire `TYPE` and the field that names its subject."""

    __slots__ = ()
    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str]

    @classmethod
    def owner(cls) -> str:
        """The service that alone may say this."""
        return cls.TYPE.split(".", 1)[0]


def catalogue_of(*classes: type[Event]) -> Mapping[str, type[Event]]:
    """The table type -> class; a type said twice is a mistake of ours."""
    table = {cls.TYPE: cls for cls in classes}
    if len(table) != len(classes):
        raise ValueError("two events share one type")
    return types.MappingProxyType(table)


class UnreadableEvent(Exception):
    """The message cannot be taken for an event; `reason` is a stable code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class UnfitEvent(Exception):
    """Its own schema refuses what is to be said: no consumer could ever read it."""


# --- envelope ----------------------------------------------------------------------------------------------


EventClass = type[Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A message but for its data: who said it, when, about what, its number in the producer's stream."""

    id: UUID
    deployment: str
    producer: str
    type: str
    at: datetime
    subject: str
    school_id: UUID | None
    incarnation: UUID
    seq: int | None
    """Gapless within (producer, incarnation); None on signals, which are not facts and may be lost."""
    traceparent: str | None

    def over(self, data: bytes) -> bytes:
        """The structured-mode JSON of this heading over these data, which are JSON already."""
        return msgspec.json.encode({**self.attributes(), "data": Raw(data)})

    def attributes(self) -> dict[str, Any]:
        """Those of CloudEvents, and the house's extensions; what there is none of is left out."""
        named = {
            "id": str(self.id),
            "source": f"urn:yanxun:{self.deployment}:{self.producer}",
            "type": self.type,
            "specversion": "1.0",
            "time": self.at.astimezone(UTC),
            "subject": self.subject,
            "datacontenttype": "application/json",
            "incarnation": str(self.incarnation),
            "schoolid": str(self.school_id) if self.school_id else None,
            "seq": self.seq,
            "traceparent": self.traceparent,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope(Heading):
    """One message as it travels."""

    data: Mapping[str, Any]

    def encode(self) -> bytes:
        """The structured-mode JSON of this message."""
        try:
            return self.over(msgspec.json.encode(dict(self.data)))
        except ValueError:  # half a character somewhere, which only escapes can carry
            return _FORMAT.write(CloudEvent(self.attributes(), dict(self.data)))

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read a message; anything that is not one raises UnreadableEvent."""
        if len(body) > EVENT_BYTES_MAX:
            raise UnreadableEvent("too_large", f"{len(body)} bytes")
        try:
            return cls._usual(body)
        except (Unusual, ValueError, OverflowError):
            return cls.decode_odd(body)

    @classmethod
    def _usual(cls, body: bytes) -> Self:
        read = usual.message(body)
        deployment, producer = _speaker(read.source)
        return cls(
            id=read.id,
            deployment=deployment,
            producer=producer,
            type=read.type,
            at=read.time.astimezone(UTC),
            subject=read.subject,
            school_id=None if read.schoolid is UNSET else read.schoolid,
            incarnation=read.incarnation,
            seq=_number(read.seq),
            traceparent=read.traceparent,
            data=read.data,
        )

    @classmethod
    def decode_odd(cls, body: bytes) -> Self:
        """The same, by the CloudEvents library: whatever is of another form than the usual."""
        said, data = _read(body)
        try:
            deployment, producer = _speaker(said["source"])
            trace = said.get("traceparent")
            return cls(
                id=UUID(said["id"]),
                deployment=deployment,
                producer=producer,
                type=said["type"],
                at=said["time"].astimezone(UTC),
                subject=said["subject"],
                school_id=UUID(said["schoolid"]) if "schoolid" in said else None,
                incarnation=UUID(said["incarnation"]),
                seq=_number(said.get("seq")),
                traceparent=trace if isinstance(trace, str) else None,
                data=data,
            )
        except (KeyError, ValueError, AttributeError, TypeError, OverflowError) as error:
            raise UnreadableEvent("bad_envelope", repr(error)) from error

    def event(self, cls: EventClass) -> Event:
        """The fact itself, checked against its schema."""
        try:
            event: Event = usual.read(cls, self.data)
        except Unusual:
            return self._loaded(cls)
        return event

    def _loaded(self, cls: EventClass) -> Event:
        try:
            loaded: Event = schema_for(cls).load(self.data)
        except ma.ValidationError as error:
            raise UnreadableEvent("wrong_schema", json.dumps(error.messages, ensure_ascii=False)) from error
        return loaded

    def digest(self, cls: EventClass | None) -> bytes:
        """What makes this the same event again: all of its data but display names, which may be erased."""
        hidden = display_names(cls) if cls else frozenset()
        kept = {name: value for name, value in self.data.items() if name not in hidden}
        return hashlib.sha256(_canonical([self.type, kept])).digest()


def _canonical(said: Any) -> bytes:
    """The same bytes for the same values, in whatever order and spelling they came."""
    try:
        return msgspec.json.encode(said, order="deterministic")
    except ValueError:  # half a character
        return json.dumps(said, sort_keys=True).encode()


def renamed(data: Mapping[str, Any], cls: EventClass, *, name: str) -> dict[str, Any]:
    """The same data with another display name, as erasing a person leaves it: still the same event."""
    return {**data, **dict.fromkeys(display_names(cls) & data.keys(), name)}


def _speaker(source: str) -> tuple[str, str]:
    """Deployment and service of a `source`."""
    scheme, name, deployment, producer = source.split(":")
    if (scheme, name) == ("urn", "yanxun") and _SERVICE.fullmatch(producer):
        return deployment, producer
    raise ValueError(source)


def _number(seq: object) -> int | None:
    """A place in a stream; True would pass for 1, and what no column holds would fail too late."""
    if seq is None or (type(seq) is int and 1 <= seq <= NUMBER_MAX):
        return seq
    raise ValueError(f"seq {seq!r}"[:100])


def _complete(said: dict[str, Any], data: Any) -> CloudEvent:
    """The library would invent what is missing, a new id each time."""
    if missing := {"id", "time", "specversion"} - set(said):
        raise ValueError(f"no {', '.join(sorted(missing))}")
    return CloudEvent(said, data)


def _is_plain(value: Any, *, levels: int = NESTING_MAX) -> bool:
    """Whether nothing is nested deeper than that, and every number is one: JSON knows no NaN."""
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_plain(one, levels=levels - 1) for one in inner)


def _read(body: bytes) -> tuple[dict[str, Any], Mapping[str, Any]]:
    try:
        read = _FORMAT.read(_complete, body)
        said, data = dict(read.get_attributes()), read.get_data()
    except (CloudEventValidationError, *_UNREADABLE) as error:
        raise UnreadableEvent("not_an_event", type(error).__name__) from error
    if not isinstance(data, dict) or not _is_plain(data):
        raise UnreadableEvent(
            "not_an_event", "data is no object, nested too deep, or holds what is no number"
        )
    return said, data


def data_of(event: Event) -> bytes:
    """The event's data as JSON; what its own schema refuses is not said."""
    try:
        return usual.write(event)
    except Unusual:
        return _dumped(event)


def _dumped(event: Event) -> bytes:
    schema = schema_for(type(event))
    dumped: dict[str, Any] = schema.dump(event)
    if wrong := schema.validate(dumped):
        raise UnfitEvent(f"{event.TYPE}: {json.dumps(wrong, ensure_ascii=False)}")
    try:
        return msgspec.json.encode(dumped)
    except ValueError as error:
        raise UnfitEvent(f"{event.TYPE}: {error}") from error


def subject_of(event: Event) -> str:
    """Whom or what the event is about."""
    return str(getattr(event, event.SUBJECT))


def school_of(event: Event) -> UUID | None:
    """The school the event belongs to; None for one of the whole county."""
    school: UUID | None = getattr(event, "school_id", None)
    return school
