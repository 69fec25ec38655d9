"""Cells as a file has them, before anybody knows what they should be."""

import re
from datetime import date
from typing import NamedTuple, TypeAlias

LETTERS = 26
TEXTS_KEPT_MAX = 20_000
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Number(NamedTuple):
    """A number as it stands in the file; `digits` is how many its format shows, with zeros in front."""

    text: str
    digits: int = 0


class Oddity(NamedTuple):
    """A cell without a usable value: what it shows, and which fault it is."""

    shown: str
    code: str


Cell: TypeAlias = str | Number | date | Oddity | None


class Texts:
    """Gives back one object for the texts that come again and again, so that each is in memory once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def one(self, text: str) -> str:
        """The same text, as the object it was before if it is among the first thousands."""
        known = self._known
        if len(known) < TEXTS_KEPT_MAX:
            return known.setdefault(text, text)
        return known.get(text, text)


class RawRow(NamedTuple):
    """A row with the number Excel gives it."""

    number: int
    cells: list[Cell]


def text_of(cell: Cell) -> str:
    """What somebody sees in the cell, more or less."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Number):
        return plain_digits(cell) or cell.text
    return cell.shown


def plain_digits(number: Number) -> str | None:
    """A whole number without exponent or decimals, with its format's zeros; None if it is none."""
    try:
        value = float(number.text)
    except ValueError:
        return None
    if not value.is_integer() or abs(value) >= 1e21:  # noqa: PLR2004  beyond it Excel itself shows an exponent
        return None
    whole = int(number.text) if number.text.lstrip("-").isdigit() else int(value)
    return str(whole).zfill(number.digits)


def unescaped(text: str) -> str:
    """A text of a workbook's XML, which writes what XML cannot hold as _x000D_."""
    return ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def letters(index: int) -> str:
    """A column's name from its place: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def index_of(name: str) -> int:
    """A column's place from its name; the opposite of `letters`."""
    index = 0
    for letter in name:
        index = index * LETTERS + ord(letter) - ord("A") + 1
    return index - 1
