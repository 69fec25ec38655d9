"""From a seed to an outcome: the county every run begins with, and one run over it."""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from random import Random

import structlog

from deploy.services import SERVICES
from shared import values
from shared.service import Running
from shared.settings import Mode, Settings
from tests.simulation.chance import Weather, weather_of
from tests.simulation.databases import Databases
from tests.simulation.journal import Journal
from tests.simulation.simulation import County, Simulation, SimulationFailed

STEPS = 150
SCHOOLS = 2
PEOPLE = 4
BARE_COUNTIES = 0.15
"""How many runs begin before any rules are published: hours must wait for them."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run showed; the same seed gives the same, line for line."""

    seed: int
    log: Sequence[str]
    findings: Sequence[str]
    crashes: Counter[str]

    def report(self) -> str:
        """What to read when it failed, and how to see it again."""
        lines = [f"seed {self.seed}:", *(f"  {finding}" for finding in self.findings[:10])]
        return "\n".join([*lines, f"again: {command_for(self.seed)}"])


def command_for(seed: int) -> str:
    """What replays a run, with every step."""
    return f"python -m tests.simulation --seed {seed} -v"


def run(seed: int, *, steps: int = STEPS) -> Outcome:
    """One run."""
    county = settled_county()
    random = Random(seed)
    weather = weather_of(random)
    log: list[str] = []
    county.databases.set_back(county.images)
    county.databases.expose(weather, random)
    simulation = Simulation(county, random=random, weather=weather, say=log.append)
    with replayable(seed), simulation.processes.watching():
        if random.random() >= BARE_COUNTIES:
            simulation.publish_rules()
        findings = _trial(simulation, steps=steps, log=log)
    return Outcome(seed, log, findings, simulation.processes.crashes)


def _trial(simulation: Simulation, *, steps: int, log: list[str]) -> list[str]:
    try:
        for number in range(steps):
            log.append(f"{number} {simulation.clock.now():%d %H:%M:%S}")
            simulation.step()
        simulation.heal()
        findings = simulation.findings()
    except SimulationFailed as failed:
        findings = [str(failed)]
    except Exception as error:  # noqa: BLE001  whatever nobody expected, the seed must be told
        log += traceback.format_exc().splitlines()
        findings = [f"{type(error).__name__}: {error}"]
    log += [f"FOUND: {finding}" for finding in findings]
    return findings


@contextmanager
def replayable(seed: int) -> Iterator[None]:
    """Ids come from the seed too, from a source of their own; the kernel's log lines are kept quiet."""
    before, logged = values.random_bytes, structlog.get_config()
    values.random_bytes = Random(f"ids of {seed}").randbytes
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        values.random_bytes = before
        structlog.configure(**logged)


@cache
def settled_county() -> County:
    """A small county in which all is calm; made once a process."""
    databases = Databases(SERVICES)
    running = {
        service.name: Running(service=service, engine=databases.engines[service.name], settings=_settings())
        for service in SERVICES
    }
    county = County(databases=databases, running=running, images=databases.images(), journal=Journal())
    simulation = Simulation(county, random=Random(0), weather=Weather(), say=lambda _: None)
    with replayable(0):
        _settle_in(simulation)
    return replace(county, images=databases.images(), journal=simulation.journal)


def _settle_in(simulation: Simulation) -> None:
    people = simulation.people
    for _ in range(SCHOOLS):
        people.carry_out(people.register.open_school())
    for school in simulation.journal.schools.values():
        people.carry_out(people.register.enter(school, count=PEOPLE, with_accounts=True))
    with simulation.processes.watching():
        simulation.settle()


def _settings() -> Settings:
    return Settings(
        mode=Mode.EMBEDDED, deployment="simulated", database_url="sqlite://", broker_url="", jwks={"keys": []}
    )
