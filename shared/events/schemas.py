"""Schemas of events, derived from their dataclasses and from what is noted in their annotations."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import marshmallow as ma
from msgspec import Meta

TEXT_MAX = 200


class Shown:
    """A display name that consumers must show. Erasing a person rewrites it, so the digest leaves it out."""


SHOWN = Shown()


def text(*, most: int = TEXT_MAX) -> Meta:
    """Notes how long a text may be: a code or a name of a thing, never free text of a person."""
    return Meta(min_length=1, max_length=most)


def many(*, most: int) -> Meta:
    """Notes how many parts an event may have."""
    return Meta(max_length=most)


class _TupleOf(ma.fields.List[Any]):
    """A JSON array that loads as a tuple, so that events stay immutable."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class _EventSchema(ma.Schema):
    """Loads into `MAKES`; what a newer producer adds is ignored."""

    MAKES: ClassVar[type]
    DISPLAY_NAMES: ClassVar[frozenset[str]]

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
def _derived(cls: Any) -> _EventSchema:
    hints = get_type_hints(cls, include_extras=True)
    declared = {spec.name: _field_for(hints[spec.name], spec) for spec in fields(cls)}
    shown = frozenset(name for name, field in declared.items() if field.metadata["shown"])
    traits = {"MAKES": cls, "DISPLAY_NAMES": shown}
    made: _EventSchema = type(f"{cls.__name__}Schema", (_EventSchema,), {**declared, **traits})()
    return made


def display_names(cls: Any) -> frozenset[str]:
    """Which of an event's fields are names that erasing a person rewrites."""
    return _derived(cls).DISPLAY_NAMES
