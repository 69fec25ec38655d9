"""What was measured: rows of rounds, each round with its data check, and the figures made of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from statistics import median

UNSTEADY_FROM = 2.0
"""A yardstick whose slowest round took more than so many times its fastest measures the machine's mood."""


class Kind(StrEnum):
    """What a row is there for."""

    LIMIT = "limit"
    """What the database could do if nothing else had to be done."""
    PEER = "peer"
    """The same job done by somebody else."""
    PRODUCT = "product"
    MACHINE = "machine"
    """Says how fast the machine is, and is compared with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One measurement of a row; it counts if its data was right."""

    value: float
    findings: tuple[str, ...] = ()
    """What the check of its data complained about."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One line of the table."""

    key: str
    title: str
    kind: Kind
    unit: str
    """"s" and "ms" are better when small, anything else "a second" when large."""
    count: int
    """How many attendees, events, samples or requests a round is about."""
    rounds: list[Round] = field(default_factory=list)
    absent: str | None = None
    """Why it was not measured."""

    @property
    def findings(self) -> Sequence[str]:
        """What was wrong in any round: then the row has failed and has no time."""
        return [finding for one in self.rounds for finding in one.findings]

    @property
    def values(self) -> Sequence[float]:
        """Of every round; none when the row has failed."""
        return [] if self.findings else [one.value for one in self.rounds]

    @property
    def median(self) -> float | None:
        """The middle of the rounds."""
        return median(self.values) if self.values else None

    @property
    def is_steady(self) -> bool:
        """Whether its rounds are near enough to each other for something to be divided by it."""
        return bool(self.values) and max(self.values) <= UNSTEADY_FROM * min(self.values)

    def spread(self) -> str:
        """The range of the rounds, as it stands in the table."""
        return f"[{figure(min(self.values))}-{figure(max(self.values))}]" if self.values else ""


@dataclass(slots=True)
class Rows:
    """All rows of a run, by key, in the order in which they came up."""

    by_key: dict[str, Row] = field(default_factory=dict)

    def note(self, row: Row, outcome: Round) -> None:
        """One more round of this row."""
        self.by_key.setdefault(row.key, row).rounds.append(outcome)

    def leave_out(self, row: Row, *, why: str) -> None:
        """A row that cannot be measured here says so."""
        row.absent = why
        self.by_key[row.key] = row

    def get(self, key: str) -> Row | None:
        """A row that was measured at least once."""
        row = self.by_key.get(key)
        return row if row is not None and row.rounds else None

    def best_peer(self) -> Row | None:
        """The fastest median among the peers that lost nothing."""
        peers = [row for row in self if row.kind is Kind.PEER and row.median is not None]
        return min(peers, key=lambda row: row.median or 0.0, default=None)

    def __iter__(self) -> Iterator[Row]:
        """Every row."""
        return iter(self.by_key.values())


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that so large a share of them does not exceed."""
    return sorted(samples)[max(0, ceil(len(samples) * share) - 1)]


def figure(value: float) -> str:
    """Three digits that mean something, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value == 0 or abs(value) >= 0.001 else f"{value:.1e}"
