"""The services' databases in memory: migrated once, set back before each run, with troubles of their own."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import Connection, Engine, event

from shared import db, migrations
from shared.service import Service
from tests.simulation.chance import Weather

OUTBOX_INSERT = "INSERT INTO outbox "


class Databases:
    """One in-memory database and connection a service; engines stay, so that statements are compiled once."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.engines = {service.name: db.make_engine("sqlite://") for service in services}
        self.troubles = {name: Troubles() for name in self.engines}
        for service in services:
            migrations.upgrade(self.engines[service.name], service.migrations)
            self.troubles[service.name].listen_to(self.engines[service.name])

    def images(self) -> dict[str, bytes]:
        """All databases as they are now."""
        return {name: _file(engine).serialize() for name, engine in self.engines.items()}

    def set_back(self, images: Mapping[str, bytes]) -> None:
        """Make all databases what they were, in fine weather."""
        for name, engine in self.engines.items():
            _file(engine).deserialize(images[name])
            self.troubles[name].begin_anew(Weather(), Random(0))

    def expose(self, weather: Weather, random: Random) -> None:
        """From now on they have this weather."""
        for troubles in self.troubles.values():
            troubles.begin_anew(weather, random)


def _file(engine: Engine) -> sqlite3.Connection:
    """The one connection behind an engine of one in-memory database."""
    with closing(engine.raw_connection()) as connection:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver


@dataclass(slots=True)
class Troubles:
    """What one database does to those who use it."""

    weather: Weather = field(default_factory=Weather)
    random: Random = field(default_factory=lambda: Random(0))
    holes: list[int] = field(default_factory=list)
    """Positions that somebody drew from the sequence and has not committed yet."""
    fail_after: int | None = None
    """So many statements from now one fails, as on a full disk or a lost connection."""

    def begin_anew(self, weather: Weather, random: Random) -> None:
        """Nothing of an earlier run is left."""
        self.weather, self.random = weather, random
        self.holes.clear()
        self.fail_after = None

    def listen_to(self, engine: Engine) -> None:
        """Watch its statements."""
        event.listen(engine, "do_execute", self._execute)
        event.listen(engine, "do_executemany", self._execute)
        event.listen(engine, "after_cursor_execute", self._executed)

    def _execute(self, *_: object) -> None:
        if self.fail_after is None:
            return
        self.fail_after -= 1
        if self.fail_after < 0:
            self.fail_after = None
            raise sqlite3.OperationalError("disk I/O error")

    def _executed(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if self.weather.late_commit and statement.startswith(OUTBOX_INSERT):
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            self._draw_position(driver)

    def _draw_position(self, driver: sqlite3.Connection) -> None:
        """Let the newest row have committed late, or another be about to: SQLite alone never shows either."""
        (newest,) = driver.execute("SELECT max(position) FROM outbox").fetchone()
        if self.random.random() >= self.weather.late_commit:
            return
        position = newest + 1
        if self.holes and self.random.random() < 0.5:
            position = self.holes.pop(self.random.randrange(len(self.holes)))
        else:
            self.holes.append(newest)
        # A hole left by a transaction that was rolled back may have been filled since.
        taken = driver.execute("SELECT 1 FROM outbox WHERE position = ?", (position,)).fetchone()
        if not taken:
            driver.execute("UPDATE outbox SET position = ? WHERE position = ?", (position, newest))
