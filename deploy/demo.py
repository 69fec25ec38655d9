"""`yanxun demo`: the main job as a story over the real doors, in either mode; ends by itself."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from deploy import cast, embedded
from deploy.demo_county import Told, live_an_activity, set_up
from deploy.loops import utc_now
from deploy.officers import enter_into
from shared import db, log
from shared.client import Client
from shared.values import hours_text


def run(mode: str) -> Mapping[str, object]:
    """Set up a county in a folder of its own, live one activity in it, and sum up what happened."""
    log.configure(quiet=True)
    say("研训 · 一次校本研训活动的旅程")
    with _clients(mode) as clients:
        now = utc_now()
        county = set_up(clients, now=now)
        say(f"县  {len(cast.SCHOOLS)}所学校，{len(cast.PEOPLE)}位同事，规则已发布，师徒已结对")
        told = live_an_activity(county, now=now)
    for line in told.lines:
        say(line)
    return summary(told, mode)


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
def _clients(mode: str) -> Iterator[Mapping[str, Client]]:
    if mode == "county":
        yield from _county()
        return
    with tempfile.TemporaryDirectory(prefix="yanxun-demo-") as folder:
        platform = embedded.assemble(Path(folder))
        try:
            platform.start()
            enter_first_officer(platform.running["directory"].engine, now=utc_now())
            yield {name: platform.client(name) for name in platform.running}
        finally:
            platform.close()


def _county() -> Iterator[Mapping[str, Client]]:
    """Separate processes for every service over a PostgreSQL and a RabbitMQ of their own."""
    from deploy import processes, secrets  # noqa: PLC0415  the embedded story needs neither
    from deploy.registry import DOMAIN  # noqa: PLC0415  as above

    say("启动 PostgreSQL、RabbitMQ 和各服务的进程 …")
    with processes.county() as county:
        engine = db.make_engine(secrets.read(county.secrets, "directory_database_url"), pool_size=1)
        enter_first_officer(engine, now=utc_now())
        engine.dispose()
        clients = {one.name: Client.over_http(county.base_url(one.name)) for one in DOMAIN}
        try:
            yield clients
        finally:
            for client in clients.values():
                client.http.close()


def enter_first_officer(engine: Engine, *, now: datetime) -> None:
    """The cast's own at the county office."""
    qian = cast.QIAN
    enter_into(engine, name=qian.name, username=qian.username, password=cast.FIRST_PASSWORD, now=now)
