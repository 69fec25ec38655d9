"""The one table of processes says of each what it needs, and not more."""

from pathlib import Path

import pytest

from deploy import registry
from deploy.registry import Kind, Process
from deploy.services import SERVICES

PROCESSES = registry.processes()
PLACE = registry.this_machine(Path("/secrets"))


def named(name: str) -> Process:
    return next(process for process in PROCESSES if process.name == name)


def test_every_service_is_deployed_in_the_same_order_as_it_is_listed() -> None:
    assert [service.name for service in SERVICES] == [deployed.name for deployed in registry.DOMAIN]


def test_every_service_has_a_web_process_and_a_worker_and_the_console_pages_only() -> None:
    webs = {process.service for process in PROCESSES if process.kind is Kind.WEB}
    workers = {process.service for process in PROCESSES if process.kind is Kind.WORKER}

    assert webs == workers | {"console"}
    assert workers == {service.name for service in SERVICES}


def test_no_two_processes_share_a_port_or_a_name() -> None:
    ports = [process.port for process in PROCESSES if process.port is not None]

    assert len(set(ports)) == len(ports) == len(registry.DEPLOYED)
    assert len({process.name for process in PROCESSES}) == len(PROCESSES)


@pytest.mark.parametrize("process", registry.long_running(), ids=lambda process: process.name)
def test_a_process_is_given_no_other_service_s_secret(process: Process) -> None:
    own = {
        "jwks",
        "signing_key",
        "oidc_client_secret",
        "console_secret",
        f"{process.service}_database_url",
        f"{process.service}_broker_url",
    }

    assert set(process.secrets.values()) <= own


def test_the_directory_alone_speaks_to_the_countys_own_sign_in() -> None:
    speakers = [process.name for process in PROCESSES if "oidc_client_secret" in process.secrets.values()]

    assert speakers == ["directory-web"]


def test_the_directory_alone_can_sign_tokens() -> None:
    signers = [process.name for process in PROCESSES if "signing_key" in process.secrets.values()]

    assert signers == ["directory-web"]


def test_only_migrate_may_sign_in_as_an_owner_or_as_the_administrator() -> None:
    strong = [name for name in named("migrate").secrets.values() if "owner" in name or "admin" in name]

    assert len(strong) == len(registry.DEPLOYED) + 1
    for process in registry.long_running():
        assert not set(strong) & set(process.secrets.values())


def test_the_console_is_told_where_every_service_is() -> None:
    told = registry.environment(named("console-web"), registry.CONTAINERS)

    assert told["YANXUN_API_URL_CREDITS"] == "http://credits-web:8104"
    assert {name for name in told if name.startswith("YANXUN_API_URL_")} == {
        f"YANXUN_API_URL_{service.name.upper()}" for service in SERVICES
    }


def test_on_one_machine_everything_listens_on_the_loopback_address() -> None:
    binds = [registry.environment(process, PLACE).get("YANXUN_BIND") for process in PROCESSES]

    assert {bind.rpartition(":")[0] for bind in binds if bind} == {"127.0.0.1"}
