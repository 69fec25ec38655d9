"""One run: a seeded scheduler picks every step, then all is healed, and nothing may be amiss."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Table, func, select

from deploy import audit
from deploy.services import follows
from shared import db, inbox
from shared.bus import Delivery, Message
from shared.events.codec import Envelope, UnreadableEvent
from shared.kernel_tables import outbox, received_events, stream, waiting_events
from shared.service import Running
from tests.simulation.bus import SimulatedBus
from tests.simulation.chance import FINE, Clock, Weather
from tests.simulation.databases import Databases
from tests.simulation.journal import Journal
from tests.simulation.people import People
from tests.simulation.processes import STATEMENTS_MAX, WORKERS, Processes

PASS = timedelta(seconds=11)
"""One pass of the healing: longer than a signal's interval, a gap's patience and a replay's pause."""
PASSES_MAX = 60


class SimulationFailed(Exception):
    """A promise was broken; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A small settled county: what every run begins with."""

    databases: Databases
    running: Mapping[str, Running]
    images: dict[str, bytes]
    journal: Journal


class Simulation:
    """One run over the county's databases."""

    def __init__(
        self, county: County, *, random: Random, weather: Weather, say: Callable[[str], None]
    ) -> None:
        self._county, self._random, self._say = county, random, say
        self.clock = Clock()
        self.weather = weather
        self.journal = copy.deepcopy(county.journal)
        self.bus = SimulatedBus(
            follows=follows(), weather=weather, random=random, clock=self.clock, settled=self._check_safe
        )
        self.people = People(
            running=county.running, journal=self.journal, random=random, clock=self.clock, say=say
        )
        self.processes = Processes(
            running=county.running, bus=self.bus, clock=self.clock, say=say, meanwhile=self._meanwhile
        )
        self._names = list(county.running)
        self._garbage: set[UUID] = set()
        self._steps: Mapping[Callable[[], object], int] = {
            self._person: 40,
            self._relay: 25,
            self._work: 35,
            self._wait: 8,
            self._overtake: 1,
            self._speak_garbage: 1,
            self._wipe: 1,
            self._power_cut: 1,
        }
        self._beside = {step: weight for step, weight in self._steps.items() if step != self._power_cut}

    # --- steps

    def step(self) -> None:
        """Whatever comes next."""
        self.clock.pass_by(timedelta(milliseconds=self._random.randint(1, 400)))
        self._draw(self._steps)()

    def _meanwhile(self) -> None:
        self._draw(self._beside)()

    def _draw(self, among: Mapping[Callable[[], object], int]) -> Callable[[], object]:
        return self._random.choices(list(among), weights=list(among.values()))[0]

    def _person(self) -> None:
        with self._statements_failing(*self._names):
            self.people.act(dies=self.bus.happens(self.weather.crash / 5))

    def _relay(self) -> None:
        name = self._random.choice(self._names)
        with self._statements_failing(name):
            self.processes.relay(name)

    def _work(self) -> None:
        name = self._random.choice(self._names)
        with self._statements_failing(name):
            self.processes.work(name, self._random.randrange(WORKERS))

    def _wait(self) -> None:
        seconds = self._random.choice((1, 5, 12, 60, 3600, 30_000))
        self._say(f"{seconds} seconds pass")
        self.clock.pass_by(timedelta(seconds=seconds))

    def _overtake(self) -> None:
        self.processes.overtake(self._random.choice(self._names))

    def _speak_garbage(self) -> None:
        """Somebody puts what is no event of ours into a stream that others follow."""
        key = f"directory.school.opened.v{self._random.randint(1, 9)}"
        body = b'{"id": %d' % self._random.randrange(1_000_000)
        self._say(f"garbage under {key}")
        self._garbage.add(inbox.id_of_unreadable(body))
        self.bus.route(Message(routing_key=key, body=body))

    def _wipe(self) -> None:
        self._say("the broker loses everything")
        self.bus.wipe()

    def _power_cut(self) -> None:
        self.processes.power_cut()

    @contextmanager
    def _statements_failing(self, *names: str) -> Iterator[None]:
        """Perhaps one statement of what happens now fails."""
        troubles = [self._county.databases.troubles[name] for name in names]
        if self.bus.happens(self.weather.statement_fails):
            for one in troubles:
                one.fail_after = self._random.randint(0, STATEMENTS_MAX)
        try:
            yield
        finally:
            for one in troubles:
                one.fail_after = None

    # --- what must hold at every moment

    def _check_safe(self, service: str, deliveries: Sequence[Delivery]) -> None:
        """What is settled the broker forgets: all of it must be recorded."""
        wanted = [ids for ids in map(_recorded_as, deliveries) if ids]
        asked = [one for ids in wanted for one in ids]
        if not asked:
            return
        recorded, waits = received_events.c.event_id, waiting_events.c.event_id
        with self._engine(service).connect() as connection:
            found = set(connection.execute(select(recorded).where(recorded.in_(asked))).scalars())
            found |= set(connection.execute(select(waits).where(waits.in_(asked))).scalars())
        if missing := [ids for ids in wanted if found.isdisjoint(ids)]:
            raise SimulationFailed(f"{service} settles what is not safe in its database: {missing[0][0]}")

    def publish_rules(self) -> None:
        """The county's first rules."""
        self.people.carry_out(self.people.offices.publish_rules())

    # --- the end

    def heal(self) -> None:
        """No more trouble: what was late arrives, what was parked is looked at once more."""
        self._say("--- healed")
        set_weather(self.weather, FINE)
        if not self.journal.packs:
            self.publish_rules()
        self.settle()
        if sum(self._retry_parked(name) for name in self._names):
            self.settle()

    def _retry_parked(self, name: str) -> int:
        """As an operator would, now that nothing is wrong any more; how many were worth it."""
        with db.transaction(self._engine(name)) as session:
            again = [row.event_id for row in inbox.parked(session) if row.event_id not in self._garbage]
            if not again:
                return 0
            self._say(f"{name}: {len(again)} parked are tried again")
            return inbox.retry(session, again, now=self.clock.now())

    def settle(self) -> None:
        """Relay and handle until nothing is on its way; fails loudly when something always is."""
        for _ in range(PASSES_MAX):
            self._pass()
            moving = self._moving()
            if not moving:
                return
            self.clock.pass_by(PASS)
        raise SimulationFailed("still moving: " + "; ".join(moving))

    def _pass(self) -> None:
        moved = 1
        while moved:
            moved = sum(self.processes.relay(name) for name in self._names)
            moved += sum(self.processes.work(name, 0) for name in self._names)

    def _moving(self) -> list[str]:
        """Who has something on its way, by name."""
        heads = {name: _head(self._engine(name)) for name in self._names}
        moving = []
        for name in self._names:
            unsent = self._count(name, outbox, outbox.c.published_at.is_(None))
            waiting = self._count(name, waiting_events, waiting_events.c.parked_at.is_(None))
            if unsent or waiting:
                moving.append(f"{name} has {unsent} unsent, {waiting} waiting")
            for producer in follows()[name]:
                incarnation, head = heads[producer]
                from_it = received_events.c.producer == producer
                here = self._count(
                    name, received_events, from_it, received_events.c.incarnation == incarnation
                )
                if here < head:
                    moving.append(f"{name} has {here} of {producer}'s {head}")
        return moving

    def _count(self, service: str, table: Table, *conditions: ColumnElement[bool]) -> int:
        with self._engine(service).connect() as connection:
            asked = select(func.count()).select_from(table).where(*conditions)
            return connection.execute(asked).scalar_one()

    def _engine(self, service: str) -> Engine:
        return self._county.running[service].engine

    def findings(self) -> list[str]:
        """Everything that is not as promised."""
        engines = {name: running.engine for name, running in self._county.running.items()}
        found = [
            f"{finding.invariant} {finding.text}"
            for finding in audit.run(engines, expected_parked=frozenset(self._garbage))
        ]
        return found + [f"INV8 {difference}" for difference in self.journal.differences(engines)]


def set_weather(weather: Weather, to: Weather) -> None:
    """Change the weather for everybody who looks at it."""
    for name in weather.__slots__:
        setattr(weather, name, getattr(to, name))


def _recorded_as(delivery: Delivery) -> tuple[UUID, ...]:
    """Under which id a delivery is claimed, or parked when it makes no sense; signals are not recorded."""
    parked = inbox.id_of_unreadable(delivery.body)
    try:
        envelope = Envelope.decode(delivery.body)
    except UnreadableEvent:
        return (parked,)
    return () if envelope.seq is None else (envelope.id, parked)


def _head(engine: Engine) -> tuple[UUID | None, int]:
    with engine.connect() as connection:
        row = connection.execute(select(stream.c.incarnation, stream.c.head)).first()
    return (row.incarnation, row.head) if row else (None, 0)
