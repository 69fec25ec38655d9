"""The published language written down from the code: JSON Schemas, AsyncAPI 3.0, the page for people."""

import inspect
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import marshmallow as ma

from shared.bus import EXCHANGE, PERSISTENT
from shared.events.batches import BATCH_CONTENT_TYPE, BATCHED_MAX
from shared.events.catalogue import CATALOGUE
from shared.events.codec import CONTENT_TYPE, EVENT_BYTES_MAX, Event
from shared.events.schemas import schema_for
from shared.events.signals import StreamGap, StreamHead

Json = dict[str, Any]
Consumers = Mapping[str, Collection[type[Event]]]
"""A service's name and the events it has a handler for; shared code cannot know, so it is told."""

DISPLAY_NAME = "x-display-name"
"""Marks a field that erasing a person rewrites."""
PAGE, ASYNCAPI = Path("docs/events.md"), Path("docs/asyncapi.json")
SAMPLES = Path("tests/contracts")

_KINDS: Mapping[type, Json] = {
    ma.fields.String: {"type": "string"},
    ma.fields.Integer: {"type": "integer"},
    ma.fields.Boolean: {"type": "boolean"},
    ma.fields.UUID: {"type": "string", "format": "uuid"},
    ma.fields.Date: {"type": "string", "format": "date"},
    ma.fields.AwareDateTime: {"type": "string", "format": "date-time"},
}
_UNITS = {
    "_hundredths": "hundredths of a credit hour",
    "minutes": "minutes",
    "_no": "counted from 1",
    "school_year": "the year in which the school year begins",
    "_on": "a day of the county",
}


# --- JSON Schema -------------------------------------------------------------------------------------------


def json_schema(cls: type) -> Json:
    """The JSON Schema of an event's data, or of a signal's; what it does not name is ignored."""
    return _object(schema_for(cls))


def _object(schema: ma.Schema) -> Json:
    return {
        "type": "object",
        "required": [name for name, field in schema.fields.items() if field.required],
        "properties": {name: _property(name, field) for name, field in schema.fields.items()},
    }


def _property(name: str, field: ma.fields.Field[Any]) -> Json:
    described = _value(field) | _limits(field)
    if field.allow_none:
        described["type"] = [described["type"], "null"]
    if field.metadata.get("shown"):
        described[DISPLAY_NAME] = True
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), None)
    return described | ({"description": unit} if unit else {})


def _value(field: ma.fields.Field[Any]) -> Json:
    if isinstance(field, ma.fields.List):
        return {"type": "array", "items": _value(field.inner)}
    if isinstance(field, ma.fields.Nested):
        return _object(field.schema)
    if isinstance(field, ma.fields.Enum):
        return {"type": "string", "enum": [member.value for member in field.enum]}
    return dict(_KINDS[type(field)])


def _limits(field: ma.fields.Field[Any]) -> Json:
    length = next((one for one in field.validators if isinstance(one, ma.validate.Length)), None)
    if length is None:
        return {}
    least, most = (
        ("minItems", "maxItems") if isinstance(field, ma.fields.List) else ("minLength", "maxLength")
    )
    said = {least: length.min, most: length.max}
    return {name: limit for name, limit in said.items() if limit is not None}


# --- AsyncAPI ----------------------------------------------------------------------------------------------


def asyncapi(consumers: Consumers) -> Json:
    """The AsyncAPI 3.0 document of all services: a channel is a routing key, an operation one service's."""
    producers = sorted({cls.owner() for cls in CATALOGUE.values()})
    channels = {key: _channel(key, cls.__name__) for key, cls in CATALOGUE.items()}
    channels |= {
        signal.KIND: _channel(f"{{speaker}}.{signal.KIND}", signal.__name__) | _spoken_by(speakers)
        for signal, speakers in ((StreamHead, producers), (StreamGap, sorted(consumers)))
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Yanxun events",
            "version": "1",
            "description": "What the services of one county say to each other; each type has its version."
            f" A message is one of these, or an array of up to {BATCHED_MAX} of one type, in order, with the"
            f" content type {BATCH_CONTENT_TYPE}.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": dict(_operations(consumers, producers)),
        "components": {
            "messages": dict(_messages()),
            "schemas": {key: json_schema(cls) for key, cls in CATALOGUE.items()},
        },
    }


def _channel(address: str, message: str) -> Json:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": address,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _spoken_by(speakers: Collection[str]) -> Json:
    return {"parameters": {"speaker": {"enum": list(speakers), "description": "The service that says it."}}}


def _operations(consumers: Consumers, producers: Collection[str]) -> Iterator[tuple[str, Json]]:
    for key, cls in CATALOGUE.items():
        yield f"{cls.owner()}-sends-{key}", _operation("send", cls.owner(), key)
    for service, handled in consumers.items():
        for key in sorted(cls.TYPE for cls in handled):
            yield f"{service}-acts-on-{key}", _operation("receive", service, key)
        yield f"{service}-sends-{StreamGap.KIND}", _operation("send", service, StreamGap.KIND)
        yield f"{service}-receives-{StreamHead.KIND}", _operation("receive", service, StreamHead.KIND)
    for service in producers:
        yield f"{service}-sends-{StreamHead.KIND}", _operation("send", service, StreamHead.KIND)
        yield f"{service}-receives-{StreamGap.KIND}", _operation("receive", service, StreamGap.KIND)


def _operation(action: str, service: str, channel: str) -> Json:
    said: Json = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": service}],
    }
    if action == "send":
        mandatory = channel in CATALOGUE  # a signal may find nobody
        bound = {"deliveryMode": PERSISTENT, "mandatory": mandatory, "bindingVersion": "0.3.0"}
        said["bindings"] = {"amqp": bound}
    return said


def _messages() -> Iterator[tuple[str, Json]]:
    for key, cls in CATALOGUE.items():
        data = {"$ref": f"#/components/schemas/{key}"}
        payload = _cloud_event(key, speaker=cls.owner(), about=f"the {cls.SUBJECT} of the data", data=data)
        yield cls.__name__, _message(cls, key, payload)
    for signal in (StreamHead, StreamGap):
        kind = f"[a-z]+.{signal.KIND}"
        payload = _cloud_event(
            kind, speaker="[a-z]+", about="the speaker", data=json_schema(signal), signal=True
        )
        yield signal.__name__, _message(signal, signal.KIND, payload)


def _message(cls: type, title: str, payload: Json) -> Json:
    return {"name": cls.__name__, "title": title, "summary": _said_when(cls), "payload": payload}


def _cloud_event(kind: str, *, speaker: str, about: str, data: Json, signal: bool = False) -> Json:
    """The envelope around one kind of data; only facts are numbered and may belong to a school."""
    own = {"type": "string", "pattern": "^" + kind.replace(".", "\\.") + "$"} if signal else {"const": kind}
    properties: Json = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "pattern": f"^urn:yanxun:[^:]+:{speaker}$"},
        "type": own,
        "time": {"type": "string", "format": "date-time"},
        "subject": {"type": "string", "minLength": 1, "description": about},
        "datacontenttype": {"const": "application/json"},
        "incarnation": {"type": "string", "format": "uuid"},
        "data": data,
    }
    required = list(properties)
    if not signal:
        properties["seq"] = {"type": "integer", "minimum": 1, "description": "gapless within the incarnation"}
        properties["schoolid"] = {"type": "string", "format": "uuid"}
        properties["traceparent"] = {"type": "string"}
        required.append("seq")
    return {"type": "object", "required": required, "properties": properties}


def _said_when(cls: type) -> str:
    return " ".join(inspect.cleandoc(cls.__doc__ or "").split())


# --- for people --------------------------------------------------------------------------------------------

_HEAD = f"""\
# Events

Generated by `yanxun docs` from `shared/events/`; change the code, not this page. The same for programs is in
[asyncapi.json](asyncapi.json).

Every event is a CloudEvent 1.0 in JSON (`{CONTENT_TYPE}`), at most {EVENT_BYTES_MAX:,} bytes,
published to the topic exchange `{EXCHANGE}` under its type as the routing key. A message carries one,
or up to {BATCHED_MAX} of one type in the order they were said, as a JSON array (`{BATCH_CONTENT_TYPE}`).
What a reader does not know it ignores; fields are only ever added.

| attribute | what it says |
|---|---|
| `id` | The event, a UUIDv7; the same whenever it is sent again. |
| `source` | `urn:yanxun:<deployment>:<service>`: who says it, in which county. |
| `type` | What happened, and the version of its form. |
| `time` | When it was said, in UTC. |
| `subject` | Whom or what it is about. |
| `schoolid` | The school it belongs to; left out when it is the county's. |
| `incarnation`, `seq` | Its number in its service's stream, gapless within one incarnation of the database. |
| `traceparent` | The trace of the request that led to it, where there was one. |

A service receives the whole stream of each service it acts on, records every number of it, and acts on the
events named here.
"""

_SIGNALS = """
## Signals

They keep the streams whole; they carry no number, are not stored, and may be lost without harm.
"""


def markdown(consumers: Consumers, *, samples: Mapping[str, str]) -> str:
    """The page of events, with one sample each, by type."""
    parts = [_HEAD]
    for owner in dict.fromkeys(cls.owner() for cls in CATALOGUE.values()):
        parts.append(f"\n## {owner}\n")
        parts += [_section(cls, consumers, samples) for cls in CATALOGUE.values() if cls.owner() == owner]
    parts.append(_SIGNALS)
    for signal in (StreamHead, StreamGap):
        parts.append(f"\n### `<service>.{signal.KIND}`\n\n{_said_when(signal)}\n\n{_table(signal)}")
    return "".join(parts)


def _section(cls: type[Event], consumers: Consumers, samples: Mapping[str, str]) -> str:
    acting = [service for service, handled in consumers.items() if cls in handled]
    return (
        f"\n### `{cls.TYPE}`\n\n"
        f"{_said_when(cls)}\n\n"
        f"Said by {cls.owner()} (`{cls.__name__}`) about its `{cls.SUBJECT}`. "
        f"Acted on by {', '.join(acting) or 'nobody yet'}.\n\n"
        f"{_table(cls)}\n```json\n{samples[cls.TYPE].strip()}\n```\n"
    )


def _table(cls: type) -> str:
    rows = [f"| `{path}` | {kind} | {limits} |\n" for path, kind, limits in _rows("", schema_for(cls))]
    return "".join(["| field | value | limits |\n|---|---|---|\n", *rows])


def _rows(prefix: str, schema: ma.Schema) -> Iterator[tuple[str, str, str]]:
    for name, field in schema.fields.items():
        described = _property(name, field)
        inner = field.inner if isinstance(field, ma.fields.List) else field
        path = f"{prefix}{name}" + ("[]" if inner is not field else "")
        yield path, _in_words(field, described), ", ".join(_limits_in_words(field, described))
        if isinstance(inner, ma.fields.Nested):
            yield from _rows(f"{path}.", inner.schema)


def _in_words(field: ma.fields.Field[Any], described: Json) -> str:
    if isinstance(field, ma.fields.Enum):
        return " · ".join(_member(member) for member in field.enum)
    kind = described["type"][0] if field.allow_none else described["type"]
    kind = described.get("format", kind)
    return f"{kind}: {described['description']}" if "description" in described else str(kind)


def _member(member: Enum) -> str:
    return f"`{member.value}` {getattr(member, 'label', '')}".rstrip()


def _limits_in_words(field: ma.fields.Field[Any], described: Json) -> Iterator[str]:
    unit = {"maxLength": "characters", "maxItems": "of them"}
    yield from (f"at most {described[limit]} {word}" for limit, word in unit.items() if limit in described)
    if field.allow_none:
        yield "may be null"
    if not field.required:
        yield "may be left out"
    if DISPLAY_NAME in described:
        yield "display name, rewritten when a person is erased"


# --- on disk -----------------------------------------------------------------------------------------------


def read_samples(root: Path, types: Iterable[str] = CATALOGUE) -> Mapping[str, str]:
    """The golden message of each type, as kept beside the contract tests."""
    return {key: (root / SAMPLES / f"{key}.json").read_text(encoding="utf-8") for key in types}


def rendered(root: Path, consumers: Consumers) -> Mapping[Path, str]:
    """Every generated document with its place under the root."""
    api = json.dumps(asyncapi(consumers), ensure_ascii=False, indent=2) + "\n"
    return {PAGE: markdown(consumers, samples=read_samples(root)), ASYNCAPI: api}


def write_documents(root: Path, consumers: Consumers) -> None:
    """Write docs/events.md and docs/asyncapi.json below the root."""
    for path, text in rendered(root, consumers).items():
        (root / path).write_text(text, encoding="utf-8")
