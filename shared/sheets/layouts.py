"""What a sheet of rows should hold: its columns with their headings, kinds and choices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.vocabulary import Term


class Kind(StrEnum):
    """How a cell is understood."""

    TEXT = "text"
    PERSON = "person"
    """A person's name: 王 雪 is 王雪."""
    STAFF_NUMBER = "staff_number"
    PHONE = "phone"
    DAY = "day"
    YEAR = "year"
    WHOLE_NUMBER = "whole_number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a closed list: its code, how we write it, how others do."""

    value: str
    label: str
    also: tuple[str, ...] = ()


def choices_of(terms: Iterable[Term]) -> tuple[Choice, ...]:
    """The members of a closed list of the vocabulary as choices."""
    return tuple(Choice(str(term.value), term.label) for term in terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `code` for programs, `heading` as we write it, `also` as counties write it."""

    code: str
    heading: str
    kind: Kind = Kind.TEXT
    required: bool = False
    """Whether the column must be there and every row must fill it."""
    also: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    many: bool = False
    """Whether a cell may hold several, written with 、 between them."""
    fills_down: bool = False
    """Whether cells merged downwards stand for each of their rows."""
    characters_max: int = 64
    hint: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A kind of sheet: `code` for programs, `title` as the sheet is called."""

    code: str
    title: str
    columns: tuple[Column, ...]
    unique: Sequence[str] = ()
    """The columns that tell one row from another: no two rows may agree in all of them."""
    alike: Sequence[str] = ()
    """Rows that agree in all of these may be one thing written twice, or two: somebody has to look."""

    def column(self, code: str) -> Column:
        """The column of that code."""
        return next(column for column in self.columns if column.code == code)
