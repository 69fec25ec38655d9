"""A synthetic county's year to look at, made once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

from deploy.county import county as counties
from deploy.county.draws import Draws
from deploy.county.schools import School
from deploy.county.year import stream
from deploy.county.year.scene import Scene, scene_of
from deploy.county.year.session import Session

SMALL, MIDDLE = 0.02, 0.1


def silent(what: str, done: int, total: int) -> None:
    """Hears of the progress and says nothing."""
    del what, done, total


def shuffled(schools: Sequence[School]) -> Sequence[School]:
    """Schools in an order of no meaning."""
    return sorted(schools, key=lambda school: Draws("another").u(school.code))


@cache
def scene(scale: float = MIDDLE) -> Scene:
    """Before anything has happened."""
    return scene_of(counties.make(counties.Plan(scale=scale)))


@cache
def sessions() -> tuple[Session, ...]:
    """A year with everything in it: joint groups, closed schools, transfers."""
    return tuple(stream.sessions_of(scene(), tell=silent))


def without_overlaps(found: Iterable[Session]) -> Iterator[Session]:
    """The sessions as they come; an AssertionError where somebody's begins before her last has ended."""
    until: dict[str, tuple[datetime, str]] = {}
    for one in found:
        for row in one.rows:
            before, where = until.get(row.staff_number, (one.starts_at, ""))
            assert before <= one.starts_at, (row, where, one.key)
            until[row.staff_number] = (one.starts_at + timedelta(minutes=one.length_minutes), one.key)
        yield one
