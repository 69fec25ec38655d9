"""The compose file runs every process of the registry, watched, bounded and without a secret in it."""

import re
from typing import Any

import pytest
import yaml

from deploy import registry
from deploy.generate import ROOT
from deploy.registry import Kind, Process

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = registry.processes()
THEIRS = ("nginx", "postgres", "rabbitmq")
SERVER_MB = 8192


def conditions(name: str) -> dict[str, str]:
    return {other: needed["condition"] for other, needed in SERVICES[name]["depends_on"].items()}


def test_it_runs_every_process_of_the_registry_and_the_three_servers() -> None:
    assert set(SERVICES) == {process.name for process in OURS} | set(THEIRS)


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_a_process_is_started_and_told_as_the_registry_says(process: Process) -> None:
    service = SERVICES[process.name]

    assert service["command"] == list(process.arguments)
    assert service["environment"] == registry.environment(process, registry.CONTAINERS)
    assert service["mem_limit"] == f"{process.memory_mb}m"
    assert set(service["secrets"]) == set(process.secrets.values())


@pytest.mark.parametrize("process", registry.long_running(), ids=lambda process: process.name)
def test_a_process_waits_for_the_migration_and_for_what_it_uses(process: Process) -> None:
    needed = {"postgres": "service_healthy", "migrate": "service_completed_successfully"}
    if process.kind is Kind.WORKER:
        needed["rabbitmq"] = "service_healthy"

    assert conditions(process.name) == needed


def test_a_migration_runs_once_and_a_service_for_ever() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert {SERVICES[process.name]["restart"] for process in registry.long_running()} == {"unless-stopped"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_whatever_stays_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_image_is_pinned_to_a_release(name: str) -> None:
    assert re.search(r":\d+\.\d+(\.\d+)?(-[a-z]+)?$", SERVICES[name]["image"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_may_gain_privileges_or_eat_the_machine(name: str) -> None:
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"\d+m", SERVICES[name]["mem_limit"])


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_our_own_containers_write_nowhere_and_run_as_nobody_special(process: Process) -> None:
    service = SERVICES[process.name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == "10001:10001"


def test_all_of_it_fits_a_server_of_8_gb() -> None:
    whole = sum(int(service["mem_limit"].removesuffix("m")) for service in SERVICES.values())

    assert whole < SERVER_MB


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert {SERVICES[name]["networks"][0] for name in ("postgres", "rabbitmq")} == {"back"}


def test_data_that_must_stay_is_in_named_volumes() -> None:
    kept = {volume.split(":")[0] for name in ("postgres", "rabbitmq") for volume in SERVICES[name]["volumes"]}

    assert set(COMPOSE["volumes"]) <= kept


def test_every_secret_is_a_file_and_is_used() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert set(COMPOSE["secrets"]) == used
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_stands_in_an_environment(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("PASSWORD|SECRET|KEY|URL", variable) and not variable.startswith("YANXUN_API_URL_"):
            assert variable.endswith("_FILE")
            assert value.startswith("/run/secrets/")


def test_the_broker_keeps_its_name() -> None:
    assert SERVICES["rabbitmq"]["hostname"] == "rabbitmq"
    assert SERVICES["rabbitmq"]["environment"]["RABBITMQ_NODENAME"] == "rabbit@rabbitmq"
