"""What a service is: one value that names its rooms, and the same value once it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Engine, MetaData
from sqlalchemy.orm import Session

from shared.events.codec import Event
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.web import Blueprint

Handler = Callable[..., None]
"""Called as `handler(session, event, now=...)`; it commutes with every other handler and itself."""
Handlers = Mapping[type[Event], Handler]


class Morning(Protocol):
    """What is done each morning, part by part: looks for what is due, finds nothing the second time."""

    __name__: str

    def __call__(self, session: Session, /, *, now: datetime) -> int:
        """How much was done; it is called again, in a transaction of its own, until that is nothing."""


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

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    def info(self) -> dict[str, Any]:
        """What `db.transaction` should know of this service."""
        return {"ring": self.bell.ring}
