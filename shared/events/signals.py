"""Signals between the streams themselves: unnumbered, never stored, safe to lose."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """A producer says how far it has numbered, so that a lost last event shows."""

    KIND: ClassVar[str] = "stream.head.v1"

    head: int

    @classmethod
    def read(cls, data: Any) -> Self:
        """From the data of a message; a wrong shape raises KeyError, TypeError or ValueError."""
        return cls(head=int(data["head"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamGap:
    """A consumer asks a producer to publish the numbers `first` to `last` again."""

    KIND: ClassVar[str] = "stream.gap.v1"

    producer: str
    incarnation: UUID
    first: int
    last: int

    @classmethod
    def read(cls, data: Any) -> Self:
        """From the data of a message; a wrong shape raises KeyError, TypeError or ValueError."""
        return cls(
            producer=str(data["producer"]),
            incarnation=UUID(str(data["incarnation"])),
            first=int(data["first"]),
            last=int(data["last"]),
        )


Signal = StreamHead | StreamGap


def signal_type(speaker: str, signal: Signal | type[Signal]) -> str:
    """The routing key of a signal: its speaker's own family, so that broker permissions stay one pattern a service."""
    return f"{speaker}.{signal.KIND}"


def signal_data(signal: Signal) -> dict[str, Any]:
    """The signal as JSON values."""
    return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(signal).items()}
