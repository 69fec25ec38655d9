"""`yanxun demo`: the main job as a story over the real doors, in either mode; ends by itself."""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from deploy import audit, cast, embedded
from deploy.demo_county import Told, live_an_activity, set_up
from deploy.loops import utc_now
from deploy.officers import enter_into
from shared import db, log
from shared.client import Client
from shared.values import hours_text

SETTLE_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.1


class NotAsPromised(Exception):
    """Something is there twice, or differs from what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A platform that runs: every service's door, and the databases to hold the outcome against."""

    clients: Mapping[str, Client]
    engines: Mapping[str, Engine]


def run(mode: str) -> Mapping[str, object]:
    """Set up a county in a folder of its own, live one activity in it, and sum up what happened."""
    log.configure(quiet=True)
    say("研训 · 一次校本研训活动的旅程")
    with _stage(mode) as stage:
        now = utc_now()
        county = set_up(stage.clients, now=now)
        say(f"县  {len(cast.SCHOOLS)}所学校，{len(cast.PEOPLE)}位同事，规则已发布，师徒已结对")
        told = live_an_activity(county, now=now)
        for line in told.lines:
            say(line)
        check(told, stage.engines)
    say("核对  学时和通知已独立重算，全部相符")
    return summary(told, mode)


def check(told: Told, engines: Mapping[str, Engine], *, seconds_max: float = SETTLE_SECONDS_MAX) -> None:
    """Nothing came twice, and once the last of it has arrived, every invariant holds."""
    if twice := told.twice():
        raise NotAsPromised("\n".join(f"重复 / twice: {what}" for what in twice))
    deadline = time.monotonic() + seconds_max
    while findings := audit.run(engines):
        if time.monotonic() > deadline:
            raise NotAsPromised("\n".join(f"{one.invariant} {one.text}" for one in findings))
        time.sleep(LOOK_SECONDS)


def summary(told: Told, mode: str) -> Mapping[str, object]:
    """The story as one object, for programs."""
    return {
        "teachers_credited": told.credited,
        "mentors_notified": told.mentors_notified,
        "ledger_hours": hours_text(told.hours_hundredths),
        "seconds": round(told.seconds, 3),
        "mode": mode,
    }


def say(line: str) -> None:
    """One line for whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def _stage(mode: str) -> Iterator[Stage]:
    if mode == "county":
        yield from _county()
        return
    with tempfile.TemporaryDirectory(prefix="yanxun-demo-") as folder:
        platform = embedded.assemble(Path(folder))
        try:
            platform.start()
            enter_first_officer(platform.running["directory"].engine, now=utc_now())
            yield Stage(
                clients={name: platform.client(name) for name in platform.running},
                engines={name: running.engine for name, running in platform.running.items()},
            )
        finally:
            platform.close()


def _county() -> Iterator[Stage]:
    """Separate processes for every service over a PostgreSQL and a RabbitMQ of their own."""
    from deploy import processes, secrets  # noqa: PLC0415  the embedded story needs neither
    from deploy.registry import DOMAIN  # noqa: PLC0415  as above

    say("启动 PostgreSQL、RabbitMQ 和各服务的进程 …")
    with processes.county() as county, ExitStack() as stack:
        urls = {one.name: secrets.read(county.secrets, f"{one.name}_database_url") for one in DOMAIN}
        engines = {name: db.make_engine(url, pool_size=1) for name, url in urls.items()}
        clients = {one.name: Client.over_http(county.base_url(one.name)) for one in DOMAIN}
        for name, engine in engines.items():
            stack.callback(engine.dispose)
            stack.callback(clients[name].http.close)
        enter_first_officer(engines["directory"], now=utc_now())
        yield Stage(clients=clients, engines=engines)


def enter_first_officer(engine: Engine, *, now: datetime) -> None:
    """The cast's own at the county office."""
    qian = cast.QIAN
    enter_into(engine, name=qian.name, username=qian.username, password=cast.FIRST_PASSWORD, now=now)
