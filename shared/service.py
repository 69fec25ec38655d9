"""What a service is: one value that names its rooms, and the same value once it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Engine, MetaData
from sqlalchemy.orm import Session

from shared import log
from shared.events.codec import Event
from shared.rights import Rights
from shared.settings import Settings
from shared.trail import WATCH, Deed, Telling, Watch

if TYPE_CHECKING:
    from shared.web import Blueprint

Handler = Callable[..., None]
"""Called as `handler(session, event, now=...)`; it commutes with every other handler and itself."""
Handlers = Mapping[type[Event], Handler]

Morning = Callable[..., int]
"""Called as `morning(session, now=...)`, each in a transaction, until nothing was done (shared.mornings)."""

Stream = tuple[str, UUID]
"""A producer and its incarnation."""
Fact = TypeVar("Fact", bound=Event)


@dataclass(frozen=True, slots=True)
class Arrival(Generic[Fact]):
    """One of the events that a handler takes together."""

    event: Fact
    trace: str | None
    """What it makes us say carries this on, and not the trace of its neighbours."""


class SetWise(Generic[Fact]):
    """A handler of all a batch's events of one type: their statements cost little more than those of one.

    When it fails, the worker calls it with each of them alone, and only the culprit is set aside.
    """

    def __init__(self, together: Callable[..., None]) -> None:
        self._together = together

    def __call__(self, session: Session, event: Fact, *, now: datetime) -> None:
        """One of them, like any other handler."""
        self.together(session, [Arrival(event, log.traceparent())], now=now)

    def together(self, session: Session, arrivals: Sequence[Arrival[Fact]], *, now: datetime) -> None:
        """All of them."""
        self._together(session, arrivals, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The contents page of a service. Reading starts here."""

    name: str
    title: str
    """What people call it."""
    metadata: MetaData
    migrations: str
    """The package that holds its Alembic history."""
    blueprint: Blueprint
    handlers: Handlers
    mornings: tuple[Morning, ...] = ()
    """What it does by itself each day (see shared.mornings)."""
    telling: Telling = field(default_factory=Telling)
    """What of its tables the audit log may repeat."""
    may: Rights = field(default_factory=dict)
    """Which posts allow which of its acts."""

    @property
    def follows(self) -> tuple[str, ...]:
        """The producers whose whole streams this service receives."""
        return tuple(sorted({cls.owner() for cls in self.handlers}))


class Bell:
    """Wakes whoever waits in this process; a ring before the wait is not lost."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """There may be something to do."""
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Until rung, or that long."""
        self._rung.wait(seconds)
        self._rung.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service with what it runs on: given to its HTTP door, its relay and its worker."""

    service: Service
    engine: Engine
    settings: Settings
    bell: Bell = field(default_factory=Bell)
    heads_said: dict[Stream, datetime] = field(default_factory=dict)
    """When each stream said its head, as its worker last heard: all that was sent before has been taken."""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    def info(self, deed: Deed | None = None) -> dict[str, Any]:
        """What `db.transaction` should know of this service; with a deed, the audit log sees its changes."""
        if deed is None:
            return {"ring": self.bell.ring}
        watch = Watch(
            deed=deed, actor=deed.actor, metadata=self.service.metadata, telling=self.service.telling
        )
        return {"ring": self.bell.ring, WATCH: watch}
