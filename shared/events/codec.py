"""From an event to the wire and back: CloudEvents 1.0 in JSON, with schemas derived from the dataclasses."""

import hashlib
import json
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import marshmallow as ma
import msgspec
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from msgspec import UNSET, Meta, Raw

from shared.events import usual
from shared.events.usual import Unusual

CONTENT_TYPE = "application/cloudevents+json"
EVENT_BYTES_MAX = 256_000
"""What one message may weigh; the producer refuses more before anything is stored."""
TEXT_MOST = 200
NESTING_MOST = 20
"""How deep data may be nested: ours needs three levels, and what reads must never run out of stack."""
NUMBER_MOST = 2**63 - 2
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


class Shown:
    """A display name that consumers must show. Erasing a person rewrites it, so the digest leaves it out."""


SHOWN = Shown()


def text(*, most: int = TEXT_MOST) -> Meta:
    """Notes how long a text may be: a code or a name of a thing, never free text of a person."""
    return Meta(min_length=1, max_length=most)


def many(*, most: int) -> Meta:
    """Notes how many parts an event may have."""
    return Meta(max_length=most)


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


# --- schemas -----------------------------------------------------------------------------------------------


class _TupleOf(ma.fields.List[Any]):
    """A JSON array that loads as a tuple, so that events stay immutable."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class _EventSchema(ma.Schema):
    """Loads into `MAKES`; what a newer producer adds is ignored."""

    MAKES: ClassVar[type]

    class Meta:
        unknown = ma.EXCLUDE

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> object:
        return self.MAKES(**data)


@dataclass(frozen=True, slots=True)
class _Hint:
    """An annotation taken apart."""

    kind: Any
    may_be_none: bool = False
    most: int | None = None
    """Of a text its length, of a tuple its parts."""
    shown: bool = False

    @classmethod
    def of(cls, hint: Any) -> Self:
        """Say, of `Annotated[str, text(most=64), SHOWN] | None`."""
        if get_origin(hint) in {Union, types.UnionType}:
            inner = next(arg for arg in get_args(hint) if arg is not types.NoneType)
            return replace(cls.of(inner), may_be_none=True)
        if get_origin(hint) is not Annotated:
            return cls(hint)
        inner, *notes = get_args(hint)
        most = next((note.max_length for note in notes if isinstance(note, Meta)), None)
        return replace(cls.of(inner), most=most, shown=SHOWN in notes)


def _plain_field(hint: _Hint, options: dict[str, Any]) -> ma.fields.Field[Any]:
    if issubclass(hint.kind, Enum):
        return ma.fields.Enum(hint.kind, by_value=True, **options)
    if hint.kind is str:
        return ma.fields.String(validate=ma.validate.Length(min=1, max=hint.most), **options)
    simple: Mapping[type, Any] = {
        UUID: ma.fields.UUID,
        datetime: ma.fields.AwareDateTime,
        date: ma.fields.Date,
        bool: ma.fields.Boolean,
    }
    if hint.kind is int:
        return ma.fields.Integer(strict=True, **options)
    made: ma.fields.Field[Any] = simple[hint.kind](**options)
    return made


def _field_for(annotation: Any, spec: Field[Any]) -> ma.fields.Field[Any]:
    hint = _Hint.of(annotation)
    if hint.most is None and (hint.kind is str or get_origin(hint.kind) is tuple):
        raise TypeError(f"{spec.name}: without a limit")
    options: dict[str, Any] = {"required": spec.default is MISSING, "metadata": {"shown": hint.shown}}
    if spec.default is not MISSING:
        options["load_default"] = spec.default
    if hint.may_be_none:
        options["allow_none"] = True
    if get_origin(hint.kind) is tuple:
        part = ma.fields.Nested(schema_for(get_args(hint.kind)[0]))
        return _TupleOf(part, validate=ma.validate.Length(max=hint.most), **options)
    if is_dataclass(hint.kind):
        return ma.fields.Nested(schema_for(hint.kind), **options)
    return _plain_field(hint, options)


def schema_for(cls: Any) -> ma.Schema:
    """The schema of an event or of a part of one, derived from its dataclass."""
    return _derived(cls)


@cache
def _derived(cls: Any) -> ma.Schema:
    hints = get_type_hints(cls, include_extras=True)
    declared = {spec.name: _field_for(hints[spec.name], spec) for spec in fields(cls)}
    made: ma.Schema = type(f"{cls.__name__}Schema", (_EventSchema,), {**declared, "MAKES": cls})()
    return made


def _display_names(cls: type) -> frozenset[str]:
    return _shown_in(cls)


@cache
def _shown_in(cls: Any) -> frozenset[str]:
    return frozenset(name for name, field in schema_for(cls).fields.items() if field.metadata["shown"])


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
        said = usual.Said(
            id=self.id,
            source=f"urn:yanxun:{self.deployment}:{self.producer}",
            type=self.type,
            specversion="1.0",
            time=self.at.astimezone(UTC),
            subject=self.subject,
            datacontenttype="application/json",
            incarnation=self.incarnation,
            schoolid=self.school_id or UNSET,
            seq=self.seq,
            traceparent=self.traceparent,
            data=Raw(data),
        )
        return msgspec.json.encode(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope(Heading):
    """One message as it travels."""

    data: Mapping[str, Any]

    def encode(self) -> bytes:
        """The structured-mode JSON of this message."""
        return self.over(msgspec.json.encode(self.data))

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
        heard = usual.heard(body)
        deployment, producer = _speaker(heard.source)
        return cls(
            id=heard.id,
            deployment=deployment,
            producer=producer,
            type=heard.type,
            at=heard.time.astimezone(UTC),
            subject=heard.subject,
            school_id=None if heard.schoolid is UNSET else heard.schoolid,
            incarnation=heard.incarnation,
            seq=_number(heard.seq),
            traceparent=heard.traceparent,
            data=heard.data,
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
        hidden = _display_names(cls) if cls else frozenset()
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
    return {**data, **dict.fromkeys(_display_names(cls) & data.keys(), name)}


def _speaker(source: str) -> tuple[str, str]:
    """Deployment and service of a `source`."""
    scheme, name, deployment, producer = source.split(":")
    if (scheme, name) == ("urn", "yanxun") and _SERVICE.fullmatch(producer):
        return deployment, producer
    raise ValueError(source)


def _number(seq: object) -> int | None:
    """A place in a stream; True would pass for 1, and what no column holds would fail too late."""
    if seq is None or (type(seq) is int and 1 <= seq <= NUMBER_MOST):
        return seq
    raise ValueError(f"seq {seq!r}"[:100])


def _complete(said: dict[str, Any], data: Any) -> CloudEvent:
    """The library would invent what is missing, a new id each time."""
    if missing := {"id", "time", "specversion"} - set(said):
        raise ValueError(f"no {', '.join(sorted(missing))}")
    return CloudEvent(said, data)


def _is_flat(data: dict[str, Any] | list[Any], *, levels: int = NESTING_MOST) -> bool:
    """Whether nothing is nested deeper than that."""
    inner = data.values() if isinstance(data, dict) else data
    return levels > 0 and all(
        _is_flat(value, levels=levels - 1) for value in inner if isinstance(value, dict | list)
    )


def _read(body: bytes) -> tuple[dict[str, Any], Mapping[str, Any]]:
    try:
        read = _FORMAT.read(_complete, body)
        said, data = dict(read.get_attributes()), read.get_data()
    except (CloudEventValidationError, *_UNREADABLE) as error:
        raise UnreadableEvent("not_an_event", type(error).__name__) from error
    if not isinstance(data, dict) or not _is_flat(data):
        raise UnreadableEvent("not_an_event", "data is no object, or nested too deep")
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
