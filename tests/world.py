"""The county in a box: every service in this process, a clock that stands still, nothing moves by itself."""

import atexit
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from deploy import demo_county, embedded
from deploy.demo import enter_first_officer
from deploy.demo_county import County
from deploy.embedded import Embedded
from shared.client import Client
from shared.relay import Relay
from shared.worker import Worker
from tests.cast import CHEN, LIN, NOON, PEOPLE, QIAN, WU, Member
from tests.person import Person

ROUNDS_MAX = 300
"""A story that keeps moving for longer goes in circles."""


@dataclass(slots=True)
class Clock:
    """Stands still until told."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class World:
    """A running county: people act through its doors, `settle` lets their events take effect."""

    platform: Embedded
    clock: Clock
    county: County
    relays: Mapping[str, Relay]
    workers: Mapping[str, Worker]
    people: dict[str, Person] = field(default_factory=dict)
    held_since: datetime | None = None
    """When the earliest session of Wu's group began; the next to be held was before it."""

    def as_person(self, member: Member) -> Person:
        """Somebody of the cast, signed in."""
        return Person(id=self.county.ids.get(member.username, ""), clients=self.county.as_person(member))

    def id_of(self, member: Member) -> str:
        """Whose id is whose."""
        return self.county.ids[member.username]

    def settle(self) -> None:
        """Relay and handle until nothing is in flight; what waits for another attempt stays where it is."""
        moving: dict[str, int] = {}
        for _ in range(ROUNDS_MAX):
            moving = self.step()
            if not moving:
                return
        raise AssertionError(f"still moving: {moving}")

    def step(self) -> dict[str, int]:
        """One pass of every relay and worker; what moved."""
        moved = {}
        for name in self.platform.running:
            moved[f"{name} relay"] = self.relays[name].step(now=self.clock())
            moved[f"{name} worker"] = self.workers[name].step(clock=self.clock, wait_seconds=0)
        return {part: count for part, count in moved.items() if count}

    def later(self, span: timedelta) -> None:
        """Time passes; tokens of the cast are asked for anew, as they will have ended."""
        self.clock.at += span
        self.county.tokens.clear()

    def held_activity(self, *, length_minutes: int = 90) -> str:
        """A session of Wu's group with Lin as its speaker, held before every other, with record; its id."""
        wu = self.as_person(WU)
        starts_at = (self.held_since or self.clock()) - timedelta(minutes=length_minutes)
        self.held_since = starts_at
        activity = wu.announce(starts_at=starts_at, length_minutes=length_minutes, speaker_id=self.id_of(LIN))
        wu.hold(activity)
        return activity

    def confirmed_activity(self) -> str:
        """The same, with Chen's ninety minutes confirmed and everything that follows from it."""
        activity = self.held_activity()
        self.as_person(WU).confirm(activity, {self.id_of(CHEN): 90})
        self.settle()
        return activity


@contextmanager
def world(*, now: datetime = NOON, rules_from: date | None = None) -> Iterator[World]:
    """A county of its own, with the cast in it; gone at the end.

    Its rules hold from the beginning of the school year, unless they only begin on `rules_from`.
    """
    template = _template(now, rules_from)
    folder = Path(mkdtemp(prefix="yanxun-world-"))
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    opened = _opened(folder, now=now)
    opened.county.ids.update(template.ids)  # type: ignore[attr-defined]  # a dict of ours
    opened.county.tokens.update(template.tokens)
    try:
        yield opened
    finally:
        opened.platform.close()
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class _Template:
    folder: Path
    ids: Mapping[str, str]
    tokens: Mapping[str, str]


@cache
def _template(now: datetime, rules_from: date | None) -> _Template:
    """Made once a process: migrations and password hashes cost a second or two."""
    folder = Path(mkdtemp(prefix="yanxun-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    opened = _opened(folder, now=now)
    clients = opened.county.clients
    enter_first_officer(opened.platform.running["directory"].engine, now=now)
    token = demo_county.settle_in(clients["directory"], QIAN)
    if rules_from is not None:
        publish_rules(clients["credits"].signed_in(token), valid_from=rules_from)
    opened.county = demo_county.set_up(clients, now=now, token=token)
    for member in PEOPLE:
        opened.county.as_person(member)
    opened.settle()
    opened.platform.close()
    return _Template(folder, opened.county.ids, opened.county.tokens)


def publish_rules(credits_door: Client, *, valid_from: date) -> None:
    """The demonstration county's, from that day on."""
    pack = {**demo_county.RULE_PACK, "valid_from": valid_from.isoformat()}
    credits_door.post("/api/credits/v1/rule-packs", pack)


def _opened(folder: Path, *, now: datetime) -> World:
    clock = Clock(now)
    platform = embedded.assemble(folder, deployment="test", clock=clock)
    clients: Mapping[str, Client] = {name: platform.client(name) for name in platform.running}
    platform.take_leases()
    relays, workers = {}, {}
    for name, running in platform.running.items():
        relays[name] = Relay(running, platform.bus.publisher(), platform.leases[name])
        workers[name] = Worker(running, platform.bus.inlet(name))
    return World(
        platform=platform,
        clock=clock,
        county=County(clients=clients, ids={}, school_ids={}, tokens={}),
        relays=relays,
        workers=workers,
    )
