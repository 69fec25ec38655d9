"""`yanxun events` and `yanxun doctor` on PostgreSQL, told where a service's database is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.loops import utc_now
from deploy.registry import app_url_variable
from deploy.services import follows
from services.credits.service import SERVICE
from shared.bus import MemoryBus, Message
from shared.inbox import RETRY_DELAYS
from shared.relay import PostgresLease, Relay
from shared.values import county_day, school_year_of
from shared.worker import Worker
from tests.credits.facts import ACTIVITY, confirmed, ledger, publish
from tests.fixtures_databases import Databases
from tests.kernel.toy import envelope
from tests.signed_in import CHEN, DEPLOYMENT, Door, opened_at

HALF_AN_HOUR_AGO = utc_now() - timedelta(minutes=30)
TODAY = county_day(HALF_AN_HOUR_AGO)


@dataclass(frozen=True, slots=True)
class AtWork:
    """Credits with a relay and a worker that take their steps when told."""

    door: Door
    bus: MemoryBus
    relay: Relay
    worker: Worker

    def catch_up(self) -> None:
        """Go on until now."""
        self.door.now = utc_now()
        self.handle()
        while self.relay.step(now=self.door.now):
            pass

    def handle(self) -> None:
        """What has come, and what is due."""
        self.worker.step(clock=lambda: self.door.now, wait_seconds=0)


@pytest.fixture
def at_work(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtWork]:
    """No rules are there yet; the command is told of the database as on a county's machine."""
    own, told = databases("credits"), tmp_path / "credits_database_url"
    told.write_text(own.app_url)
    monkeypatch.setenv(app_url_variable("credits"), str(told))
    with opened_at(own.app_url, SERVICE, now=HALF_AN_HOUR_AGO) as door:
        bus, lease = MemoryBus(follows()), PostgresLease.take(door.engine)
        assert lease is not None
        relay = Relay(door.running, bus.publisher(), lease)
        yield AtWork(door, bus, relay, Worker(door.running, bus.inlet("credits")))
        lease.release()


@pytest.fixture
def parked(at_work: AtWork) -> str:
    """Attendance that nobody can count yet; its id."""
    said = envelope(confirmed(held_on=TODAY), seq=1, deployment=DEPLOYMENT)
    at_work.bus.publisher().publish([Message(routing_key=said.type, body=said.encode())])
    for rest in (timedelta(0), *RETRY_DELAYS):
        at_work.door.now += rest
        at_work.handle()
    return str(said.id)


def asked(*arguments: str) -> tuple[int, str]:
    """Exit code and answer of the command."""
    done = CliRunner().invoke(main, [*arguments])
    return done.exit_code, done.output


def test_what_is_parked_is_listed_shown_and_diagnosed(at_work: AtWork, parked: str) -> None:
    at_work.catch_up()

    _, listed = asked("events", "parked")
    (shown,) = json.loads(asked("events", "show", parked)[1])
    code, diagnosis = asked("doctor")

    assert parked in listed
    assert "no_rule_in_force" in listed
    assert (shown["in"], shown["body"]["data"]["activity_id"]) == ("waiting", str(ACTIVITY))
    assert code == 1
    assert [line for line in diagnosis.splitlines() if line.startswith("✗")] == [
        "✗ credits: 1 个事件停放 / parked; yanxun events parked --service credits"
    ]


def test_what_is_retried_and_sent_again_counts_once(at_work: AtWork, parked: str) -> None:
    publish(at_work.door, valid_from=f"{school_year_of(TODAY)}-09-01")

    retried = asked("events", "retry", parked)
    at_work.catch_up()
    again = [asked("events", "replay", "--service", "credits")]
    unpublished = asked("events", "list", "--unpublished")[1]
    at_work.catch_up()
    again.append(asked("events", "replay", "--service", "credits"))
    at_work.catch_up()

    assert retried == (0, "重新处理 / retried: 1\n")
    assert again == [(0, "将再次发出 / to be published again: 1\n")] * 2
    assert "credits.hours.accrued.v1" in unpublished
    assert "no events" in asked("events", "list", "--unpublished")[1]
    assert ledger(at_work.door) == [(CHEN.person_id, ACTIVITY, 1, "accrual", 200)]
    assert asked("doctor")[0] == 0
