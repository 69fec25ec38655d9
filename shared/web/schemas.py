"""The bases of every schema: what comes in is strict and bounded, what goes out is described."""

import unicodedata
from datetime import date
from functools import cache
from typing import Any

import marshmallow as ma

TEXT_MAX = 2_000
PAGE_ITEMS = 50
PAGE_ITEMS_MAX = 200
INTEGER_MAX = 2**31 - 1
YEARS = range(1900, 2200)

JOINERS = {"\u200c", "\u200d"}
"""Invisible, but part of how an emoji or a minority script is written."""
TAGS = range(0xE0020, 0xE0080)
"""Part of some flags."""


def is_plain(character: str) -> bool:
    """Whether a person meant to write it: no control, no half character, no change of direction."""
    category = unicodedata.category(character)
    if category == "Cf":
        return character in JOINERS or ord(character) in TAGS
    return category not in {"Cc", "Cs"}


def check_plain(text: str) -> None:
    """A marshmallow validator: line breaks are welcome, other invisible characters are not."""
    if not all(is_plain(character) or character in "\n\t" for character in text):
        raise ma.ValidationError("含有看不见的控制字符，请删去后重新输入")


class _Text(ma.fields.String):
    """Trimmed, ideographic space included, and in one normal form, before its length is looked at."""

    least = 0

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        written = super()._deserialize(value, attr, data, **kwargs)
        return unicodedata.normalize("NFC", str(written)).strip()


def text(*, most: int, least: int = 1, required: bool = True, **options: Any) -> ma.fields.String:
    """A field of short text on one line, `least` to `most` characters long."""
    field = _Text(
        required=required, validate=[ma.validate.Length(min=least, max=most), _check_line], **options
    )
    field.least = least
    return field


def _check_line(written: str) -> None:
    check_plain(written)
    if "\n" in written or "\t" in written:
        raise ma.ValidationError("请写在一行内")


def check_year(when: date) -> None:
    """A marshmallow validator: no day or moment that a change of zone could carry out of the calendar."""
    if not YEARS.start <= when.year < YEARS.stop:
        raise ma.ValidationError(f"年份应在{YEARS.start}到{YEARS.stop - 1}之间")


def _be_strict(field: ma.fields.Field[Any]) -> None:
    """JSON has types: "2" is no number, 1 is no yes, and no text is without end.

    Copies of a field share their list of validators, so each is given a list of its own.
    """
    match field:
        case ma.fields.List():
            _be_strict(field.inner)
        case ma.fields.Integer():
            field.strict = True
            field.validators = [*field.validators, ma.validate.Range(min=-INTEGER_MAX, max=INTEGER_MAX)]
        case ma.fields.DateTime() | ma.fields.Date():
            field.validators = [*field.validators, check_year]
        case ma.fields.Boolean():
            field.truthy, field.falsy = {True}, {False}
        case ma.fields.String() if type(field) is ma.fields.String:
            field.validators = [*field.validators, ma.validate.Length(max=TEXT_MAX), check_plain]


def _pattern(written: ma.validate.Regexp) -> str:
    r"""As JavaScript writes it, which has no \Z."""
    return str(written.regex.pattern).replace(r"\Z", "$")


def described(converter: Any, field: ma.fields.Field[Any], **_: Any) -> dict[str, Any]:
    """What apispec does not say of a field by itself, for the document of a service."""
    del converter
    match field:
        case _Text(least=least) if least:
            return {"pattern": r"[^\s\x1c-\x1f\x85]"}  # what Python strips alone is no text
        case ma.fields.Dict(key_field=ma.fields.Enum() as keys):
            return {"propertyNames": {"enum": [one.value for one in keys.enum]}}
        case ma.fields.Dict(key_field=ma.fields.String(validators=[ma.validate.Regexp() as written])):
            return {"propertyNames": {"pattern": _pattern(written)}}
        case ma.fields.String(validators=[*_, ma.validate.Regexp() as written]):
            return {"pattern": _pattern(written)}
        case _:
            return {}


class In(ma.Schema):
    """What a request's body may hold; a field we do not know is refused, so that nobody slips one in."""

    class Meta:
        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        """Every field of every `…In` is strict, whoever wrote it."""
        del field_name
        _be_strict(field_obj)


class Query(ma.Schema):
    """What a query string may hold. All of it is text there, so numbers are read from their digits."""

    class Meta:
        unknown = ma.RAISE


class Out(ma.Schema):
    """What an answer holds."""


class _Digits(ma.fields.Integer):
    """A number in a query string: ASCII digits; Python would take full-width ones and underscores too."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class PageQuery(Query):
    """Which page of a list: `limit` items after `cursor`."""

    limit = _Digits(load_default=PAGE_ITEMS, validate=ma.validate.Range(min=1, max=PAGE_ITEMS_MAX))
    cursor = ma.fields.UUID(load_default=None, metadata={"description": "`next_cursor` of the page before"})


@cache
def page_of(item: type[Out]) -> type[Out]:
    """The schema of a page of these: `items`, and `next_cursor` unless it is the last."""
    fields = {
        "items": ma.fields.List(ma.fields.Nested(item), required=True),
        "next_cursor": ma.fields.UUID(allow_none=True, required=True),
    }
    return type(f"{item.__name__.removesuffix('Out')}PageOut", (Out,), fields)


class ActsOut(Out):
    """What somebody may do in a service."""

    service = ma.fields.String()
    may = ma.fields.List(ma.fields.String())


class HoldingOut(Out):
    """The rows of one table that are about somebody."""

    table = ma.fields.String()
    rows = ma.fields.Raw(metadata={"description": "By column, as they stand there"})
    left_out = ma.fields.Integer(metadata={"description": "How many more there are"})


class HoldingsOut(Out):
    """Everything a service holds about somebody."""

    service = ma.fields.String()
    person_id = ma.fields.UUID()
    holdings = ma.fields.List(ma.fields.Nested(HoldingOut))
