"""Many values written a column at a time; for PostgreSQL they are one parameter, the text of an array.

Libraries write parameters value by value, which for a batch of ten thousand rows took longer than all else.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Dialect, LargeBinary
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine, UserDefinedType

Written = Callable[[Any], str]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


WRITTEN: dict[type, Written] = {
    UUID: attrgetter("hex"),
    int: str,
    str: _quoted,
    bool: lambda value: "t" if value else "f",
    date: date.isoformat,
    datetime: lambda value: _quoted(value.isoformat()),
    bytes: lambda value: f'"\\\\x{value.hex()}"',
    type(None): lambda _: "NULL",
}
"""How a value stands in the text of an array; nothing else is written this way."""


def array_text(values: Sequence[Any]) -> str:
    """The text PostgreSQL reads as an array of these. Raises KeyError for a type that has no such text."""
    kinds = set(map(type, values))
    if kinds == {UUID}:  # in one go: most of what is sent are these
        return "{" + ",".join(["%032x"] * len(values)) % tuple([value.int for value in values]) + "}"
    if len(kinds) == 1:
        return "{" + ",".join(map(WRITTEN[kinds.pop()], values)) + "}"
    return "{" + ",".join([WRITTEN[type(value)](value) for value in values]) + "}"


class Array(UserDefinedType[Sequence[Any]]):
    """An array parameter of values of a column's type; it is only ever sent, never read."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        self.item = item

    def get_col_spec(self, **options: Any) -> str:
        """As PostgreSQL calls it."""
        del options
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library's own
        return postgresql.ARRAY(self.item).compile(dialect=dialect)

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[Any] | None], str | None]:
        """Each value as the column's type would send it, then all of them as text."""

        def process(values: Sequence[Any] | None) -> str | None:
            return None if values is None else array_text(sent(values, self.item, dialect))

        return process


class Sent(UserDefinedType[Any]):
    """A parameter whose value is as the driver takes it already."""

    cache_ok = True


def sent(values: Sequence[Any], type_: TypeEngine[Any], dialect: Dialect) -> Sequence[Any]:
    """Values of a column's type as it would send each of them."""
    process = _processor(type_, dialect)
    return values if process is None else [process(value) for value in values]


def _processor(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How one value is sent; two types would wrap theirs for PostgreSQL's driver, which does not see it."""
    if isinstance(type_, LargeBinary):
        return None
    if isinstance(type_, JSON):
        return json.dumps
    return type_.dialect_impl(dialect).bind_processor(dialect)
