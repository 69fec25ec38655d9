"""Each wall holds: a violation planted in a copy of the packages is caught by the contract meant to."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text_of

WALLED = ("shared", "services", "deploy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One line put where it must not stand, and the contract that has to say so."""

    wall: str
    module: str
    line: str


PLANTS = [
    Plant(wall="strangers", module="services.plans.queries", line="import services.credits.models"),
    Plant(wall="floors", module="shared.values", line="import services.credits.domain"),
    Plant(wall="floors", module="services.notify.queries", line="import deploy.cli"),
    Plant(wall="rooms", module="services.credits.queries", line="import services.credits.commands"),
    Plant(wall="rooms", module="services.credits.helpers", line="LEFT_OVER = 1"),
    Plant(wall="decisions", module="services.credits.domain", line="import shared.events.plans"),
    Plant(wall="broker", module="shared.worker", line="import kombu"),
    Plant(wall="doors", module="services.plans.commands", line="import flask"),
    Plant(wall="voice-directory", module="services.notify.commands", line="import shared.events.directory"),
    Plant(wall="voice-plans", module="services.activities.commands", line="import shared.events.plans"),
    Plant(wall="voice-activities", module="services.credits.queries", line="import shared.events.activities"),
    Plant(wall="voice-credits", module="services.notify.commands", line="import shared.events.credits"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts in a folder of their own."""
    home = tmp_path_factory.mktemp("walls")
    shutil.copy(ROOT / "pyproject.toml", home)
    for package in WALLED:
        shutil.copytree(
            ROOT / package, home / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    return home


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[Plant]:
    """The copy with one plant in it, gone again afterwards."""
    plant: Plant = request.param
    target = file_of(copy, plant.module)
    before = target.read_bytes() if target.exists() else None
    target.write_bytes((before or b"") + f"\n{plant.line}\n".encode())
    yield plant
    if before is None:
        target.unlink()
    else:
        target.write_bytes(before)


def test_the_code_keeps_every_wall(copy: Path) -> None:
    verdict = lint(copy)

    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("planted", PLANTS, ids=lambda plant: f"{plant.wall}: {plant.module}", indirect=True)
def test_a_planted_violation_is_caught(copy: Path, planted: Plant) -> None:
    verdict = lint(copy, "--contract", planted.wall)

    assert verdict.returncode == 1, verdict.stdout
    assert "BROKEN" in verdict.stdout


def test_every_contract_has_a_plant() -> None:
    contracts = tomllib.loads(text_of(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]

    assert {plant.wall for plant in PLANTS} == {contract["id"] for contract in contracts}


def lint(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(tool), "--config", "pyproject.toml", *options],
        cwd=home,
        check=False,
        capture_output=True,
        text=True,
    )


def file_of(home: Path, module: str) -> Path:
    """Where a module's code stands, be the room a file or a folder."""
    place = home.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
