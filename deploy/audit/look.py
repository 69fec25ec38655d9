"""One look at every database, and how what should be there is held against what is there."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Executable, Row

from shared.db import transaction
from shared.vocabulary import PairingState

SHOWN_MAX = 20
"""Of one kind of difference, so many are named and the rest counted."""

UNSAID = (PairingState.PROPOSED, PairingState.SIGNED, PairingState.REFUSED)
"""Pairings that nobody was told of: they hold for nobody."""

Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as promised: the invariant it breaks, and where."""

    invariant: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Every database; unless all is `settled`, what is still on its way is no finding."""

    engines: Mapping[str, Engine]
    settled: bool
    expected_parked: Collection[UUID]

    def rows(self, service: str, asked: Executable) -> Sequence[Line]:
        """The answer of one service's database."""
        with transaction(self.engines[service], write=False) as session:
            return session.execute(asked).all()

    def compared(
        self, invariant: str, what: str, *, due: Mapping[Any, Any], found: Mapping[Any, Any]
    ) -> Iterator[Finding]:
        """What should be there against what is there."""
        yield from named(invariant, f"{what}: nothing accounts for", found.keys() - due.keys())
        if self.settled:
            yield from named(invariant, f"{what}: missing", due.keys() - found.keys())
        differing = [
            f"{_text(key)}: is {_text(found[key])}, should be {_text(due[key])}"
            for key in due.keys() & found.keys()
            if due[key] != found[key]
        ]
        yield from named(invariant, f"{what}: differs", differing)


def named(invariant: str, what: str, items: Collection[object]) -> Iterator[Finding]:
    """A finding for each item, up to a limit."""
    texts = sorted(_text(item) for item in items)
    for text in islice(texts, SHOWN_MAX):
        yield Finding(invariant, f"{what} {text}")
    if len(texts) > SHOWN_MAX:
        yield Finding(invariant, f"{what} {len(texts) - SHOWN_MAX} more")


def keyed(rows: Sequence[Line], *, width: int) -> dict[Hashable, Any]:
    """Rows as key -> rest, the key being the first `width` columns."""
    return {tuple(row[:width]): tuple(row[width:]) for row in rows}


def _text(item: object) -> str:
    return " ".join(_text(part) for part in item) if isinstance(item, tuple) else str(item)
