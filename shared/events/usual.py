"""The usual form of an event's data, read and written at once: a schema takes its time with each person.

What is in any other form is left to the schema. It alone refuses, and says why; what is read or written
here, the schema would read and write alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

Step = Callable[[Any], Any]


class Unusual(Exception):
    """Another form than the usual: ask the schema."""


@dataclass(frozen=True, slots=True)
class Form:
    """How each field of a dataclass is read and written."""

    cls: type
    steps: tuple[tuple[str, Step, Step], ...]

    def read(self, data: Any) -> Any:
        """The value these data stand for; further keys are a newer producer's. Raises Unusual."""
        if type(data) is not dict:
            raise Unusual
        try:
            return self.cls(**{name: read(data[name]) for name, read, _ in self.steps})
        except (KeyError, ValueError) as error:
            raise Unusual from error

    def write(self, made: Any) -> dict[str, Any]:
        """The data of this value. Raises Unusual."""
        if type(made) is not self.cls:
            raise Unusual
        return {name: write(getattr(made, name)) for name, _, write in self.steps}


def form_of(cls: Any, *, text_most: int) -> Form:
    """The form of a dataclass; a text is that long at most where its field does not say."""
    return _derived(cls, text_most)


@cache
def _derived(cls: Any, text_most: int) -> Form:
    hints = get_type_hints(cls)
    steps = (
        (spec.name, *_steps(hints[spec.name], spec.metadata.get("most", text_most), text_most=text_most))
        for spec in fields(cls)
    )
    return Form(cls, tuple(steps))


def _steps(kind: Any, most: int, *, text_most: int) -> tuple[Step, Step]:
    """How one field is read and written."""
    if get_origin(kind) in {Union, UnionType}:
        kind = next(arg for arg in get_args(kind) if arg is not type(None))
        read, write = _steps(kind, most, text_most=text_most)
        return _or_none(read), _or_none(write)
    if get_origin(kind) is tuple:
        part = form_of(get_args(kind)[0], text_most=text_most)
        return _each(list, part.read, into=tuple, most=most), _each(tuple, part.write, into=list, most=most)
    if is_dataclass(kind):
        form = form_of(kind, text_most=text_most)
        return form.read, form.write
    return _plain_steps(kind, most)


def _plain_steps(kind: type, most: int) -> tuple[Step, Step]:
    if issubclass(kind, Enum):
        members = {member.value: member for member in kind}
        return _taken(str, members.__getitem__), _taken(kind, lambda member: member.value)
    if kind is str:
        return _text(most), _text(most)
    plain: dict[type, tuple[Step, Step]] = {
        UUID: (_taken(str, UUID), _taken(UUID, str)),
        date: (_taken(str, date.fromisoformat), _taken(date, date.isoformat)),
        int: (_taken(int), _taken(int)),
        bool: (_taken(bool), _taken(bool)),
    }
    return plain.get(kind, (_unusual, _unusual))


def _taken(kind: type, make: Step | None = None) -> Step:
    """Of exactly this type, not of one derived from it: True is no number here."""

    def take(value: Any) -> Any:
        if type(value) is not kind:
            raise Unusual
        return make(value) if make else value

    return take


def _text(most: int) -> Step:
    def take(value: Any) -> Any:
        if type(value) is not str or not 1 <= len(value) <= most:
            raise Unusual
        return value

    return take


def _or_none(step: Step) -> Step:
    return lambda value: None if value is None else step(value)


def _each(
    kind: type[list[Any]] | type[tuple[Any, ...]], step: Step, *, into: Callable[[Any], Any], most: int
) -> Step:
    def take(values: Any) -> Any:
        if type(values) is not kind or len(values) > most:
            raise Unusual
        return into([step(value) for value in values])

    return take


def _unusual(value: Any) -> Any:
    del value
    raise Unusual
