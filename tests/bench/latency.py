"""G4 and G5: how soon one event is seen when nothing else happens, and when six hundred a second do."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from uuid import UUID

from sqlalchemy import event, func, select

from deploy import memory
from deploy.registry import Place
from shared.kernel_tables import received_events, stream
from shared.service import Running
from shared.values import in_chunks
from tests.bench import watching
from tests.bench.county import BenchCounty, running_service
from tests.bench.figures import Kind, Round, Row, Rows, percentile
from tests.bench.people import People
from tests.bench.progress import Step

IDLE_SAMPLES = 100
PAUSE_SECONDS = (0.05, 0.30)
"""Drawn at random: a fixed pause would lock the samples to whatever ticks."""
IDLE_LOOK_SECONDS = 0.0005
POLL_MEAN_MS = {"ledger": 500.0, "notice": 1_000.0}
"""Half a period a hop: what arrives at a random moment waits that long until somebody looks again."""
BURST_RATE = 600
BURST_SECONDS = 60.0
BURST_WRITERS = 4
BURST_ATTENDEES = 100
"""As many people a session as a school has; each is confirmed by a request of her own."""
BURST_LOOK_SECONDS = 0.003
WRITERS_START_SECONDS_MAX = 120.0


def _row(key: str, title: str, *, unit: str = "ms", count: int) -> Row:
    return Row(key=key, title=title, kind=Kind.PRODUCT, unit=unit, count=count)


# --- when idle --------------------------------------------------------------------------------------------


def idle(county: BenchCounty, people: People, rows: Rows, *, rounds: int) -> Iterator[Step]:
    """Some single confirmations a round, at random moments: commit -> ledger, commit -> notices."""
    running = county.running
    for number in range(rounds):
        yield Step(f"round {number + 1}: one event at a time, {IDLE_SAMPLES} times")
        form = f"bench_idle_{number}"
        activity_id = people.hold(running["activities"], form=form)
        watching.until_quiet(running)
        seen = list(_samples(running, people, activity_id))
        watching.until_quiet(running)
        findings = (
            *watching.ledger_findings(running, form=form, expected=IDLE_SAMPLES),
            *watching.notice_findings(running, form=form, expected=IDLE_SAMPLES),
            *watching.stream_findings(running),
        )
        for place, name in enumerate(("ledger", "notice")):
            took = [sample[place] * 1_000 for sample in seen]
            for share in (50, 99):
                row = _row(
                    f"idle.{name}.p{share}",
                    f"product, idle: commit -> {name}, p{share}",
                    count=IDLE_SAMPLES,
                )
                rows.note(row, Round(value=percentile(took, share / 100), findings=findings))
            poll = _row(
                f"idle.{name}.poll",
                f"a poll of 1 s a hop would take to the {name}, on average",
                unit="x as long",
                count=IDLE_SAMPLES,
            )
            rows.note(poll, Round(value=POLL_MEAN_MS[name] / percentile(took, 0.5), findings=findings))


def _samples(
    running: Mapping[str, Running], people: People, activity_id: UUID
) -> Iterator[tuple[float, float]]:
    activities, credits, notify = (running[name] for name in ("activities", "credits", "notify"))
    for teacher in people.teachers[:IDLE_SAMPLES]:
        time.sleep(random.uniform(*PAUSE_SECONDS))
        to_credits = watching.Arrivals(activities, credits, pause=IDLE_LOOK_SECONDS)
        to_notify = watching.Arrivals(credits, notify, pause=IDLE_LOOK_SECONDS)
        with commits(activities) as moments:
            people.confirm(activities, activity_id, [teacher])
        ledger = to_credits.all_since()
        yield ledger - moments[-1], to_notify.all_since() - moments[-1]


class commits:  # noqa: N801  reads as what it gives: `with commits(running) as moments`
    """Within, the moment just before each commit of this service's engine is sent."""

    def __init__(self, running: Running) -> None:
        self._engine = running.engine
        self._moments: list[float] = []

    def __enter__(self) -> list[float]:
        """The moments, as they come."""
        event.listen(self._engine, "commit", self._note)
        return self._moments

    def __exit__(self, *raised: object) -> None:
        """Nobody listens any more."""
        event.remove(self._engine, "commit", self._note)

    def _note(self, connection: object) -> None:
        del connection
        self._moments.append(time.monotonic())


# --- in a burst -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one of the writers is to confirm, and when."""

    place: Place
    people: People
    pairs: Sequence[tuple[UUID, UUID]]
    first: int
    """The place of its first confirmation among all; the next ones follow in steps of `writers`."""
    writers: int
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a writer did: the moment of each commit by event, and the delays behind the plan."""

    commits: Mapping[UUID, float]
    began: float
    ended: float


def burst(
    county: BenchCounty, people: People, rows: Rows, *, seconds: float = BURST_SECONDS
) -> Iterator[Step]:
    """Open loop: each confirmation has its planned moment, whether or not the one before is done."""
    running, count = county.running, int(BURST_RATE * seconds)
    form = "bench_burst"
    yield Step(f"{count // BURST_ATTENDEES} sessions are held")
    pairs = _pairs(running["activities"], people, form=form, count=count)
    watching.until_quiet(running)
    yield Step(f"{BURST_RATE} confirmations a second for {seconds:.0f} s")
    sight = Sight(running["activities"], running["credits"])
    shares = [
        Share(
            place=county.fleet.place,
            people=people,
            pairs=pairs[first::BURST_WRITERS],
            first=first,
            writers=BURST_WRITERS,
            rate=BURST_RATE,
        )
        for first in range(BURST_WRITERS)
    ]
    spawned = multiprocessing.get_context("spawn")
    together = spawned.Barrier(BURST_WRITERS)
    with sight, ProcessPoolExecutor(BURST_WRITERS, spawned, _begin_with, (together,)) as writers:
        written = list(writers.map(write, shares))
        watching.until_quiet(running)
    committed = {key: moment for one in written for key, moment in one.commits.items()}
    took = [(sight.seen[key] - moment) * 1_000 for key, moment in committed.items() if key in sight.seen]
    findings = (
        *watching.ledger_findings(running, form=form, expected=count),
        *watching.stream_findings(running),
        *([] if len(took) == count else [f"{len(took)} of {count} events seen"]),
    )
    spent = max(one.ended for one in written) - min(one.began for one in written)
    for share in (50, 99):
        row = _row(
            f"burst.ledger.p{share}",
            f"product, {BURST_RATE} a second: commit -> ledger, p{share}",
            count=count,
        )
        rows.note(row, Round(value=percentile(took or [0.0], share / 100), findings=findings))
    achieved = _row("burst.achieved", "achieved, of the planned rate", unit="of the plan", count=count)
    rows.note(achieved, Round(value=count / spent / BURST_RATE, findings=findings))


def _pairs(running: Running, people: People, *, form: str, count: int) -> Sequence[tuple[UUID, UUID]]:
    """Sessions and their attendees, spread so that no two in a row are of one session."""
    groups = list(in_chunks(people.teachers, of=BURST_ATTENDEES))
    pairs: list[tuple[UUID, UUID]] = []
    while len(pairs) < count:
        group = groups[(len(pairs) // BURST_ATTENDEES) % len(groups)]
        activity_id = people.hold(running, form=form)
        pairs += [(activity_id, teacher) for teacher in group]
    random.shuffle(pairs)
    return pairs[:count]


_together: list[Barrier] = []
"""Of a writer's process: where it waits for the others."""


def _begin_with(together: Barrier) -> None:
    _together.append(together)


def write(share: Share) -> Written:
    """One writer, a process of its own: waits for each planned moment, or is late and goes on at once."""
    running = running_service("activities", share.place)
    memory.settle()
    moments: dict[UUID, float] = {}
    _together[0].wait(WRITERS_START_SECONDS_MAX)  # loading takes longer for one than for another
    began = time.monotonic()
    with commits(running) as committed:
        for place, (activity_id, teacher) in enumerate(share.pairs):
            planned = began + (share.first + place * share.writers) / share.rate
            time.sleep(max(0.0, planned - time.monotonic()))
            event_id = share.people.confirm(running, activity_id, [teacher])
            moments[event_id] = committed[-1]
    running.engine.dispose()
    return Written(commits=moments, began=began, ended=time.monotonic())


class Sight:
    """Sees in a thread of its own when the events of a producer have been taken by a follower."""

    def __init__(self, producer: Running, follower: Running) -> None:
        with watching.reading(producer.engine) as connection:
            own = connection.execute(select(stream.c.incarnation, stream.c.head)).one()
        self._engine = follower.engine
        self._producer, self._incarnation, self._last = producer.name, own.incarnation, int(own.head)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sight", daemon=True)
        self.seen: dict[UUID, float] = {}

    def __enter__(self) -> None:
        """Begin to look."""
        self._thread.start()

    def __exit__(self, *raised: object) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        mine = received_events.c
        with watching.reading(self._engine) as connection:
            while not self._over.wait(BURST_LOOK_SECONDS):
                asked = (
                    select(mine.event_id, mine.seq)
                    .where(
                        mine.producer == self._producer,
                        mine.incarnation == self._incarnation,
                        mine.seq > self._last,
                    )
                    .order_by(mine.seq)
                )
                with connection.begin():
                    found = connection.execute(asked).all()
                now = time.monotonic()
                for event_id, seq in found:
                    self.seen.setdefault(event_id, now)
                    # One worker takes the stream in order: nothing comes behind what was seen.
                    self._last = max(self._last, seq)


def observer_ms(running: Running) -> float:
    """What one look of the observer costs."""
    asked = select(func.count()).select_from(received_events).where(received_events.c.seq > 2**60)
    looks = 200
    with watching.reading(running.engine) as connection:
        began = time.monotonic()
        for _ in range(looks):
            with connection.begin():
                connection.execute(asked).scalar_one()
    return (time.monotonic() - began) / looks * 1_000
