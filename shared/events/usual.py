"""The usual form of messages and of their data, read and written at once: a schema takes its time with each.

What is in any other form is left to the CloudEvents library and to the schema. They alone refuse, and say
why; what is read here, they would read alike, and what is written here, they would read.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

Plain = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | str | float | bool | None
LEVELS = 8
"""How deep the data of a usual message are nested at most."""


class Unusual(Exception):
    """Another form than the usual: ask the library, or the schema."""


# --- a message ---------------------------------------------------------------------------------------------


def _nested(levels: int) -> Any:
    """The type of a JSON value that is nested no deeper than that."""
    within: Any = Plain
    for _ in range(levels):
        within = Plain | list[within] | dict[str, within]
    return within


_Value = _nested(LEVELS - 1)
Name = Annotated[str, Meta(min_length=1)]


class Message(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A message as it stands on the wire: CloudEvents 1.0, with the house's extensions."""

    id: UUID
    source: Name
    type: Name
    specversion: Literal["1.0"]
    time: Annotated[datetime, Meta(tz=True)]
    subject: Name
    datacontenttype: Literal["application/json"]
    incarnation: UUID
    schoolid: UUID | UnsetType = UNSET
    seq: int | None = None
    traceparent: str | None = None
    data: dict[str, _Value]  # type: ignore[valid-type]  # it is made, level by level


_MESSAGES = msgspec.json.Decoder(Message)


def message(body: bytes) -> Message:
    """The message these bytes are. Raises Unusual."""
    try:
        return _MESSAGES.decode(body)
    except (ValueError, RecursionError) as error:
        raise Unusual from error


# --- its data ----------------------------------------------------------------------------------------------


def read(cls: Any, data: Any) -> Any:
    """The event of this class that these data are; further keys are a newer producer's. Raises Unusual."""
    if _holds_moments(cls):
        raise Unusual
    try:
        return msgspec.convert(data, cls)
    except (ValueError, RecursionError) as error:
        raise Unusual from error


def write(event: Any) -> bytes:
    """The data of this event as JSON; they were read once, so that others can. Raises Unusual."""
    cls: Any = type(event)
    if _holds_moments(cls):
        raise Unusual
    try:
        written = msgspec.json.encode(event)
        _reader(cls).decode(written)
    except (ValueError, TypeError, RecursionError) as error:
        raise Unusual from error
    return written


@cache
def _reader(cls: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cls)


@cache
def _holds_moments(cls: Any) -> bool:
    """Whether a moment stands in it: one has many spellings, so these are the schema's."""
    hints = get_type_hints(cls)
    return any(_is_moment(hints[spec.name]) for spec in fields(cls))


def _is_moment(kind: Any) -> bool:
    if get_origin(kind) in {Union, UnionType, tuple}:
        return any(_is_moment(part) for part in get_args(kind))
    return kind is datetime or (is_dataclass(kind) and bool(_holds_moments(cast("Any", kind))))
