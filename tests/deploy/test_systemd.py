"""The systemd units run every process of the registry, confined and restarted."""

from pathlib import Path

import pytest

from deploy import registry
from deploy.registry import Process
from deploy.units import SECRETS, units

UNITS = units()


def lines_of(process: Process) -> list[str]:
    return UNITS[f"yanxun-{process.name}.service"].splitlines()


@pytest.mark.parametrize("process", registry.processes(), ids=lambda process: process.name)
def test_a_unit_starts_its_process_confined_and_bounded(process: Process) -> None:
    [started] = [line for line in lines_of(process) if line.startswith("ExecStart=")]

    assert started.endswith(" ".join(["-m", "deploy.cli", *process.arguments]))
    assert {
        "User=yanxun",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        f"MemoryMax={process.memory_mb}M",
    } <= set(lines_of(process))


@pytest.mark.parametrize("process", registry.long_running(), ids=lambda process: process.name)
def test_what_stays_is_restarted_and_waits_for_the_migration(process: Process) -> None:
    [after] = [line for line in lines_of(process) if line.startswith("After=")]

    assert {"Restart=always", "Requires=yanxun-migrate.service"} <= set(lines_of(process))
    assert "yanxun-migrate.service" in after


@pytest.mark.parametrize("process", registry.processes(), ids=lambda process: process.name)
def test_a_unit_tells_its_process_what_the_registry_says(process: Process) -> None:
    told = registry.environment(process, registry.this_machine(Path(SECRETS)))

    assert {f"Environment={name}={value}" for name, value in told.items()} <= set(lines_of(process))


def test_the_target_stands_for_all_of_them() -> None:
    for process in registry.processes():
        assert f"yanxun-{process.name}.service" in UNITS["yanxun.target"]
