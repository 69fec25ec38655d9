"""What of a service's tables the audit log may repeat: an explicit list beside the models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, LargeBinary, String

Columns = Mapping[str, Sequence[str]]
"""By table."""


class Way(StrEnum):
    """How a column is told of when it changed."""

    TOLD = "told"
    HIDDEN = "hidden"
    """That it changed, and not what it said: it is about a person, and she may want to be forgotten."""
    SECRET = "secret"  # noqa: S105  a word, no secret
    """The same; and nobody is ever shown it, not even whom it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Ids, days, amounts and words of closed lists are told unless they stand here; words only if they do."""

    told: Columns = field(default_factory=dict)
    hidden: Columns = field(default_factory=dict)
    secret: Columns = field(default_factory=dict)
    unwatched: Mapping[str, str] = field(default_factory=dict)
    """Tables whose changes the log leaves out, and why."""

    def way_of(self, column: Column[Any]) -> Way:
        """How this column is told of."""
        for way, columns in ((Way.SECRET, self.secret), (Way.HIDDEN, self.hidden), (Way.TOLD, self.told)):
            if column.name in columns.get(column.table.name, ()):
                return way
        return Way.HIDDEN if holds_words(column) else Way.TOLD


def holds_words(column: Column[Any]) -> bool:
    """Whether somebody can write into it what they like."""
    return isinstance(column.type, String | JSON | LargeBinary) and not isinstance(column.type, Enum)
