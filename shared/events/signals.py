"""Signals between the streams themselves: unnumbered, never stored, safe to lose."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from shared.events.codec import NUMBER_MAX
from shared.events.schemas import text


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHead:
    """A producer says how far it has numbered, so that a lost last event shows."""

    KIND: ClassVar[str] = "stream.head.v1"

    head: int

    @classmethod
    def read(cls, data: Any) -> Self:
        """From the data of a message; a wrong shape raises KeyError or ValueError."""
        return cls(head=_place(data["head"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamGap:
    """A consumer asks a producer to publish the numbers `first` to `last` again."""

    KIND: ClassVar[str] = "stream.gap.v1"

    producer: Annotated[str, text()]
    incarnation: UUID
    first: int
    last: int

    @classmethod
    def read(cls, data: Any) -> Self:
        """From the data of a message; a wrong shape raises KeyError or ValueError."""
        return cls(
            producer=str(data["producer"]),
            incarnation=UUID(str(data["incarnation"])),
            first=_place(data["first"]),
            last=_place(data["last"]),
        )


def _place(number: object) -> int:
    """A number of a stream, in the range that a column holds."""
    if type(number) is int and 1 <= number <= NUMBER_MAX:
        return number
    raise ValueError(f"{number!r} is no place in a stream"[:100])


Signal = StreamHead | StreamGap


def signal_type(speaker: str, signal: Signal | type[Signal]) -> str:
    """The routing key of a signal: its speaker's own family, so that permissions stay one pattern each."""
    return f"{speaker}.{signal.KIND}"


def signal_data(signal: Signal) -> dict[str, Any]:
    """The signal as JSON values."""
    return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(signal).items()}
