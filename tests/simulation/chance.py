"""What goes wrong in one run and how often, drawn from its seed; and a clock that moves only when told."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from random import Random

FIRST_MOMENT = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """The only clock of a run."""

    moment: datetime = FIRST_MOMENT

    def now(self) -> datetime:
        """This moment."""
        return self.moment

    def pass_by(self, length: timedelta) -> None:
        """Let time go on."""
        self.moment += length


@dataclass(slots=True, kw_only=True)
class Weather:
    """How likely each trouble is, every time it could happen. All zero is fine weather."""

    crash: float = 0.0
    """A relay or worker dies at one of the kernel's checkpoints during a step."""
    interleave: float = 0.0
    """Something else happens while a relay or worker stands at a checkpoint outside its transactions."""
    statement_fails: float = 0.0
    """A database statement fails in the middle of a step."""
    late_commit: float = 0.0
    """An outbox row commits after rows with higher positions, as sequences make it on PostgreSQL."""
    publish_refused: float = 0.0
    publish_cut: float = 0.0
    """The connection breaks when some messages were taken and none confirmed."""
    lost: float = 0.0
    """The broker confirms a message and loses it."""
    duplicated: float = 0.0
    delayed: float = 0.0
    shuffled: float = 0.0
    """An inlet hands out what is ready in another order."""
    torn: float = 0.0
    """A consumer's connection breaks."""


TROUBLES = {
    "crash": (0.0, 0.1, 0.4),
    "interleave": (0.0, 0.1, 0.3),
    "statement_fails": (0.0, 0.0, 0.03),
    "late_commit": (0.0, 0.6),
    "publish_refused": (0.0, 0.05),
    "publish_cut": (0.0, 0.05, 0.2),
    "lost": (0.0, 0.0, 0.01, 0.1),
    "duplicated": (0.0, 0.1, 0.4),
    "delayed": (0.0, 0.2, 0.6),
    "shuffled": (0.0, 0.5, 1.0),
    "torn": (0.0, 0.03, 0.1),
}
"""Each run draws its own rates: what never goes wrong in one run makes room for what does."""

FINE = Weather()


def weather_of(random: Random) -> Weather:
    """The rates of one run."""
    return Weather(**{trouble.name: random.choice(TROUBLES[trouble.name]) for trouble in fields(Weather)})
