"""A whole county runs natively from the registry: ready, watched, and hurt one process at a time."""

import os
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from deploy import processes, registry, secrets
from deploy.processes import County
from deploy.servers import ServerFailed
from deploy.servers.program import is_alive, wait_until

pytestmark = pytest.mark.timeout(400)  # a dozen processes and two servers start on whatever machine this is

ONE_OF_EACH = ["credits-web", "credits-worker"]


@pytest.fixture(scope="module")
def county() -> Iterator[County]:
    with processes.county() as running:
        yield running


@pytest.mark.parametrize("process", registry.long_running(), ids=lambda process: process.name)
def test_every_process_of_the_registry_is_ready(county: County, process: registry.Process) -> None:
    assert county.fleet.is_ready(process.name)
    assert os.getpgid(county.fleet.pid(process.name)) == county.fleet.pid(process.name)


def test_a_service_answers_where_the_fleet_says(county: County) -> None:
    assert httpx.get(county.base_url("credits") + "/readyz").json()["migrated"] is True


def test_every_schema_is_its_owner_s_and_not_the_service_s(county: County) -> None:
    question = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"

    for deployed in registry.DEPLOYED:
        with psycopg.connect(secrets.read(county.secrets, f"{deployed.name}_database_url")) as connection:
            assert connection.execute(question).fetchall() == [(f"{deployed.name}_owner",)]


def test_migrating_again_changes_nothing(county: County) -> None:
    county.fleet.migrate()

    assert county.fleet.log("migrate").count("credits: ") == 2


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_killed_process_is_started_again(county: County, name: str) -> None:
    before = county.fleet.pid(name)

    with county.fleet.watched():
        county.fleet.kill9(name)
        wait_until(lambda: county.fleet.pid(name) != before, seconds=30, what="another start")

    county.fleet.wait_ready(name)
    assert not is_alive(before)


def test_a_frozen_process_is_there_and_goes_on_when_thawed(county: County) -> None:
    county.fleet.freeze("notify-web")
    frozen_is_running = county.fleet.is_running("notify-web")
    frozen_is_ready = county.fleet.is_ready("notify-web")
    county.fleet.thaw("notify-web")

    assert (frozen_is_running, frozen_is_ready) == (True, False)
    county.fleet.wait_ready("notify-web")


def test_a_stopped_process_ends_orderly_and_stays_away(county: County) -> None:
    pid = county.fleet.pid("plans-worker")

    with county.fleet.watched():
        county.fleet.stop("plans-worker")

    assert not is_alive(pid)
    county.fleet.start("plans-worker")
    county.fleet.wait_ready("plans-worker")


def test_the_broker_comes_back_complete_after_it_lost_everything(county: County) -> None:
    county.rabbit.kill9()
    county.rabbit.wipe()
    county.rabbit.start()

    users = {line.split("\t")[0] for line in county.rabbit.control("list_users").splitlines()}
    assert {deployed.name for deployed in registry.DOMAIN} <= users
    assert "guest" not in users


def test_a_process_that_cannot_start_says_why(county: County) -> None:
    county.fleet.stop("plans-web")
    county.fleet.extra = {**processes.PLAIN, "YANXUN_WEB_THREADS": "none"}

    county.fleet.start("plans-web")
    with pytest.raises(ServerFailed, match="invalid literal"):
        county.fleet.wait_ready("plans-web")

    county.fleet.extra = processes.PLAIN
    county.fleet.start("plans-web")
    county.fleet.wait_ready("plans-web")
