"""A service that hangs costs one wait, not one for every page: it is left alone for some seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from shared.client import NO_ANSWER, Problem

REST = timedelta(seconds=10)
"""How long a service that did not answer in time is not asked again."""


class Rest(NamedTuple):
    """Until when a service is left alone, by whoever would not wait longer than was waited for it."""

    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Patience:
    """Which services of this process rest. Who would wait longer than the one in vain may still ask."""

    rests: dict[str, Rest] = field(default_factory=dict)

    @contextmanager
    def spared(self, service: str, *, seconds: float, clock: Callable[[], datetime]) -> Iterator[None]:
        """Ask a service within; a Problem at once while it rests, and a rest for it when it is too slow."""
        rest = self.rests.get(service)
        if rest and clock() < rest.until and seconds <= rest.seconds:
            raise Problem(code="resting", title="服务没有回答", status=HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            yield
        except Problem as problem:
            if problem.code == NO_ANSWER:
                self.rests[service] = Rest(until=clock() + REST, seconds=seconds)
            raise
