"""Refusals that name each wrong field of a request."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.values import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with one field: its path, a stable code for programs, a sentence for people."""

    field: str
    code: str
    text: str


class WrongFields(Refused):
    """The request contradicts what is known here; every wrong field is named at once."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__(complaints[0].code, "有内容与平台上的数据不符，请更正标出的各项")
        self.complaints = complaints


def refuse(complaints: Iterable[Complaint]) -> None:
    """Raise WrongFields when there is anything to complain of."""
    found = list(complaints)
    if found:
        raise WrongFields(found)


def within(path: str, complaints: Iterable[Complaint]) -> Iterator[Complaint]:
    """The same about fields of what stands at `path` of the request."""
    for one in complaints:
        yield replace(one, field=f"{path}.{one.field}")
