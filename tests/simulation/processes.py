"""Relays and workers as steps: each may die at a checkpoint, be overtaken at one, or lose its lease."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared import checkpoints
from shared.bus import BusLost, PublishFailed
from shared.relay import Relay
from shared.service import Running
from shared.worker import DatabaseAway, Worker
from tests.simulation.bus import SimulatedBus
from tests.simulation.chance import Clock

WORKERS = 2
"""Workers a service: they share its queue."""
CRASH_VISITS = (1, 1, 2)
STATEMENTS_MAX = 12

RELAY_PLACES = {
    "relay.before_select": True,
    "relay.before_mark_commits": False,
    "relay.selected": False,
    "relay.before_numbers_commit": False,
    "relay.numbered": True,
    "relay.sent": True,
    "relay.confirmed": True,
}
WORKER_PLACES = {
    "worker.before_begin": True,
    "worker.claimed": False,
    "worker.handled": False,
    "worker.before_commit": False,
    "worker.committed": True,
    "worker.settled": True,
    "worker.attempt_counted": True,
}
"""The kernel's checkpoints in order, and whether the world may go on there: no transaction is open."""
PLACES = RELAY_PLACES | WORKER_PLACES

Say = Callable[[str], None]


class SimulatedCrash(BaseException):
    """The process is gone: no `except Exception` sees it, every open transaction is rolled back."""


class LeaseLost(OSError):
    """The session that held the lease has ended."""


@dataclass(slots=True)
class LeaseOffice:
    """Who may number and publish: one holder a service, and it ends with its holder."""

    holders: dict[str, "SimulatedLease"] = field(default_factory=dict)

    def take(self, running: Running) -> "SimulatedLease | None":
        """The lease, or None while another relay holds it."""
        if running.name in self.holders:
            return None
        self.holders[running.name] = SimulatedLease(self, running)
        return self.holders[running.name]

    def end(self, service: str) -> None:
        """The holder's session ends, whether or not it knows."""
        self.holders.pop(service, None)


class SimulatedLease:
    """See `shared.relay.Lease`."""

    def __init__(self, office: LeaseOffice, running: Running) -> None:
        self._office, self._running = office, running

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """See Lease."""
        self._check_held()
        with self._running.engine.begin() as connection:
            yield connection
            self._check_held()

    def _check_held(self) -> None:
        if self._office.holders.get(self._running.name) is not self:
            raise LeaseLost(self._running.name)

    def wait(self, seconds: float) -> None:
        """See Lease; time only moves when it is told to."""

    def release(self) -> None:
        """See Lease."""
        if self._office.holders.get(self._running.name) is self:
            self._office.end(self._running.name)


@dataclass(slots=True)
class Frame:
    """One step under way: at which visit to which checkpoint its process dies, and how many there were."""

    dies_at: str | None
    dies_on_visit: int
    visits: int = 0


@dataclass(slots=True)
class RelayProcess:
    """A relay with the lease it holds."""

    relay: Relay
    lease: SimulatedLease


class Processes:
    """Every service's relay and workers, and the checkpoints they pass."""

    def __init__(
        self,
        *,
        running: Mapping[str, Running],
        bus: SimulatedBus,
        clock: Clock,
        say: Say,
        meanwhile: Callable[[], None],
    ) -> None:
        self._running, self._bus, self._clock, self._say = running, bus, clock, say
        self._meanwhile = meanwhile
        self._leases = LeaseOffice()
        self._relays: dict[str, RelayProcess] = {}
        self._workers: dict[tuple[str, int], Worker] = {}
        self._busy: set[tuple[str, int]] = set()
        self._frames: list[Frame] = []
        self.crashes: Counter[str] = Counter()
        """How often a process died at each checkpoint."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, the kernel's checkpoints lead here."""
        checkpoints.watch(self._reached)
        try:
            yield
        finally:
            checkpoints.watch(None)

    def _reached(self, place: str) -> None:
        frame = self._frames[-1]
        frame.visits += place == frame.dies_at
        if place == frame.dies_at and frame.visits == frame.dies_on_visit:
            self.crashes[place] += 1
            raise SimulatedCrash(place)
        if PLACES[place] and len(self._frames) == 1 and self._bus.happens(self._bus.weather.interleave):
            self._say(f"  meanwhile, at {place}:")
            self._meanwhile()

    @contextmanager
    def _frame(self, places: Mapping[str, bool]) -> Iterator[None]:
        """A step of a process that may die at one of these places."""
        random, dies = self._bus.random, self._bus.happens(self._bus.weather.crash)
        place = random.choice(list(places)) if dies else None
        self._frames.append(Frame(place, random.choice(CRASH_VISITS) if dies else 0))
        try:
            yield
        finally:
            self._frames.pop()

    def idle(self, name: str, part: int) -> bool:
        """Whether that process is not in the middle of a step."""
        return (name, part) not in self._busy

    # --- relays

    def relay(self, name: str) -> int:
        """One step of a service's relay; how many events it sent."""
        process = self._relays.get(name) or self._start_relay(name)
        if process is None or not self.idle(name, -1):
            self._say(f"relay {name}: stands by")
            return 0
        self._busy.add((name, -1))
        try:
            with self._frame(RELAY_PLACES):
                sent = process.relay.step(now=self._clock.now())
        except PublishFailed as error:
            self._say(f"relay {name}: {error}")
        except (LeaseLost, SQLAlchemyError) as error:
            self._end_relay(name, process, f"{type(error).__name__}")
        except SimulatedCrash as place:
            self._end_relay(name, process, f"dies at {place}")
        else:
            if sent:
                self._say(f"relay {name}: {sent} sent")
            return sent
        finally:
            self._busy.discard((name, -1))
        return 1

    def _start_relay(self, name: str) -> RelayProcess | None:
        lease = self._leases.take(self._running[name])
        if lease is None:
            return None
        self._relays[name] = RelayProcess(Relay(self._running[name], self._bus.publisher(), lease), lease)
        return self._relays[name]

    def _end_relay(self, name: str, process: RelayProcess, why: str) -> None:
        self._say(f"relay {name}: {why}")
        process.lease.release()
        if self._relays.get(name) is process:
            del self._relays[name]

    def overtake(self, name: str) -> None:
        """The relay's session dies unnoticed: another relay takes over, the old one may still be sending."""
        if name not in self._relays:
            return
        self._say(f"relay {name}: loses its lease to another")
        self._leases.end(name)
        del self._relays[name]
        self._busy.discard((name, -1))
        self.relay(name)

    # --- workers

    def work(self, name: str, number: int) -> int:
        """One step of one of a service's workers; how much it did."""
        key = (name, number)
        if key in self._busy:
            return 0
        worker = self._workers.get(key) or Worker(self._running[name], self._bus.inlet(name))
        self._workers[key] = worker
        self._busy.add(key)
        try:
            with self._frame(WORKER_PLACES):
                done = worker.step(clock=self._clock.now, wait_seconds=0)
        except (BusLost, DatabaseAway, SQLAlchemyError) as error:
            self._say(f"worker {name}: {type(error).__name__} {error}"[:110])
        except SimulatedCrash as place:
            self._say(f"worker {name}: dies at {place}")
            worker.close()
            del self._workers[key]
        else:
            if done:
                self._say(f"worker {name}: {done} handled")
            return done
        finally:
            self._busy.discard(key)
        return 1

    def power_cut(self) -> None:
        """Everything stops at once, between two steps."""
        self._say("power cut")
        for worker in self._workers.values():
            worker.close()
        for process in self._relays.values():
            process.lease.release()
        self._workers.clear()
        self._relays.clear()
