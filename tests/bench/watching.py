"""When something has arrived, and whether what arrived is right: the observer has connections of its own."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select

from services.credits.models import Balance, LedgerEntry
from services.notify.models import Notice
from shared import db
from shared.kernel_tables import outbox, received_events, stream, waiting_events
from shared.service import Running
from shared.vocabulary import NoticeKind
from tests.bench.people import HOURS_HUNDREDTHS
from tests.quiet import in_flight

LOOK_SECONDS = 0.005
LOOK_CHEAP_SECONDS = 0.001
LOOK_SHARE = 20
"""A look that is not cheap takes at most one part of so many of the time."""
REST_SECONDS_MAX = 0.5
ARRIVE_SECONDS_MAX = 300.0
QUIET_LOOKS = 2


class NeverArrived(Exception):
    """What was measured did not come to its end in time."""


class Arrivals:
    """How much of a producer's stream a follower has taken since the moment this was made."""

    def __init__(self, producer: Running, follower: Running, *, pause: float | None = None) -> None:
        """With a `pause`, however long a look takes: a rest is all one would see."""
        self._producer, self._follower, self._pause = producer, follower, pause
        with reading(producer.engine) as connection:
            own = connection.execute(select(stream.c.incarnation, stream.c.head)).one()
            self._said_before = _said(connection)
        mine = received_events.c
        # By number, which has an index: counting the ledger would cost more than writing it.
        self._asked = select(func.count()).where(
            mine.producer == producer.name, mine.incarnation == own.incarnation, mine.seq > own.head
        )

    def all_since(self) -> float:
        """Wait for everything said by now; the moment at which the last of it was seen, committed."""
        with reading(self._producer.engine) as connection:
            said = _said(connection) - self._said_before
        with reading(self._follower.engine) as connection:

            def arrived() -> bool:
                with connection.begin():
                    return int(connection.execute(self._asked).scalar_one()) >= said

            return until(arrived, pause=self._pause or LOOK_SECONDS, paced=self._pause is None)


def _said(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads, for as many looks as are needed."""
    with engine.connect() as connection:
        yield connection.execution_options(read_only=True)


def until(
    is_so: Callable[[], bool],
    *,
    seconds: float = ARRIVE_SECONDS_MAX,
    pause: float = LOOK_SECONDS,
    paced: bool = True,
) -> float:
    """Look until it is so; the moment at which that was known. `pause` lies between looks, paced or more."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if is_so():
            return time.monotonic()
        if began > deadline:
            raise NeverArrived(f"not within {seconds:.0f} s")
        looked = time.monotonic() - began
        rests = paced and looked > LOOK_CHEAP_SECONDS
        time.sleep(max(pause, min(looked * (LOOK_SHARE - 1), REST_SECONDS_MAX)) if rests else pause)


def until_quiet(running: Mapping[str, Running]) -> None:
    """Nothing is on its way any more, seen twice."""
    engines = {name: one.engine for name, one in running.items()}
    looks: list[bool] = []

    def quiet() -> bool:
        looks.append(not in_flight(engines))
        return len(looks) >= QUIET_LOOKS and all(looks[-QUIET_LOOKS:])

    until(quiet)


# --- whether it is right ----------------------------------------------------------------------------------


def ledger_findings(running: Mapping[str, Running], *, form: str, expected: int) -> tuple[str, ...]:
    """Rows = distinct keys = sum of balances = expected, of the sessions of a form."""
    key = func.count(func.distinct(LedgerEntry.id))
    asked = select(func.count(), key, func.coalesce(func.sum(LedgerEntry.hours_hundredths), 0)).where(
        LedgerEntry.form == form
    )
    people = select(LedgerEntry.teacher_id, LedgerEntry.activity_id, LedgerEntry.round_no).where(
        LedgerEntry.form == form
    )
    with db.transaction(running["credits"].engine, write=False) as session:
        rows, ids, hours = session.execute(asked).one()
        facts = session.scalar(select(func.count()).select_from(people.distinct().subquery()))
        earned = session.scalar(select(func.sum(LedgerEntry.hours_hundredths)))
        balances = session.scalar(select(func.sum(Balance.earned_hundredths)))
    found = {"ledger rows": rows, "distinct ids": ids, "distinct facts": facts}
    wrong = [f"{what}: {count}, expected {expected}" for what, count in found.items() if count != expected]
    if hours != expected * HOURS_HUNDREDTHS:
        wrong.append(f"hours: {hours}, expected {expected * HOURS_HUNDREDTHS}")
    if earned != balances:
        wrong.append(f"balances: {balances}, the ledger has {earned}")
    return tuple(wrong)


def notice_findings(running: Mapping[str, Running], *, form: str, expected: int) -> tuple[str, ...]:
    """One notice for each attendee and one for her mentor, none twice."""
    facts = (Notice.recipient_id, Notice.about_id, Notice.activity_id, Notice.round_no)
    wrong = []
    with db.transaction(running["notify"].engine, write=False) as session:
        for kind in (NoticeKind.HOURS_ACCRUED, NoticeKind.APPRENTICE_ACCRUED):
            mine = select(*facts).where(Notice.form == form, Notice.kind == kind)
            rows = session.scalar(select(func.count()).select_from(mine.subquery()))
            distinct = session.scalar(select(func.count()).select_from(mine.distinct().subquery()))
            if not rows == distinct == expected:
                wrong.append(f"{kind}: {rows} notices, {distinct} distinct, expected {expected}")
    return tuple(wrong)


def stream_findings(running: Mapping[str, Running]) -> tuple[str, ...]:
    """Everything published, numbered without a gap, and nothing waiting or parked."""
    wrong = []
    for name, one in running.items():
        with reading(one.engine) as connection:
            unpublished = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
            left = connection.execute(unpublished).scalar_one()
            count, last = connection.execute(select(func.count(outbox.c.seq), func.max(outbox.c.seq))).one()
            head = connection.execute(select(stream.c.head)).scalar() or 0
            aside = connection.execute(select(func.count()).select_from(waiting_events)).scalar_one()
        if left:
            wrong.append(f"{name}: {left} events unpublished")
        if not count == (last or 0) == head:
            wrong.append(f"{name}: {count} numbers up to {last}, the head is {head}")
        if aside:
            wrong.append(f"{name}: {aside} events set aside or parked")
    return tuple(wrong)
