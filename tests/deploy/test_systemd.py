"""The systemd units run every process of the registry, confined and restarted."""

import configparser
from pathlib import Path

import pytest

from deploy import registry
from deploy.registry import Process
from deploy.units import units

UNITS = units()


class Repeated(dict[str, str]):
    """systemd repeats a key for each value; the reader would keep the last only."""

    def __setitem__(self, key: str, value: str) -> None:
        if key in self and isinstance(value, list):
            value = [*self[key], *value]
        super().__setitem__(key, value)


def read(process: Process) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), dict_type=Repeated)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNITS[f"yanxun-{process.name}.service"])
    return parser


@pytest.mark.parametrize("process", registry.processes(), ids=lambda process: process.name)
def test_a_unit_starts_its_process_confined_and_bounded(process: Process) -> None:
    unit = read(process)["Service"]

    assert unit["ExecStart"].endswith(" ".join(["-m", "deploy.cli", *process.arguments]))
    assert unit["User"] == "yanxun"
    assert unit["MemoryMax"] == f"{process.memory_mb}M"
    assert unit["ProtectSystem"] == "strict"
    assert unit["NoNewPrivileges"] == "yes"


@pytest.mark.parametrize("process", registry.long_running(), ids=lambda process: process.name)
def test_what_stays_is_restarted_and_waits_for_the_migration(process: Process) -> None:
    unit = read(process)

    assert unit["Service"]["Restart"] == "always"
    assert unit["Unit"]["Requires"] == "yanxun-migrate.service"
    assert "yanxun-migrate.service" in unit["Unit"]["After"]


@pytest.mark.parametrize("process", registry.processes(), ids=lambda process: process.name)
def test_a_unit_tells_its_process_what_the_registry_says(process: Process) -> None:
    told = registry.environment(process, registry.this_machine(Path("/etc/yanxun/secrets")))

    for name, value in told.items():
        assert f"\nEnvironment={name}={value}\n" in UNITS[f"yanxun-{process.name}.service"]


def test_the_target_stands_for_all_of_them() -> None:
    for process in registry.processes():
        assert f"yanxun-{process.name}.service" in UNITS["yanxun.target"]
