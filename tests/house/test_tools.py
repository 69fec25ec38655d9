"""Each tool of `make check` notices: a mistake planted in a small project with our settings is told of."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, text_of

MAKEFILE = Path("Makefile")
CHECKS = re.compile(r"^\t@\$\(MAKE\) .*--output-sync (.+)$", re.MULTILINE)
RECIPE = r"^{verb}: .*\n\t\$\(BIN\)/(.+)$"
WALLED = "walled"
"""Planted against in tests/house/test_walls.py, contract by contract."""
ASKED_FOR = "requirements/core.in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A mistake, the verb of the Makefile that has to notice, and what it says then."""

    verb: str
    text: str
    told: str
    path: str = "shared/planted.py"


PLANTS = [
    Plant(verb="formatted", text="NAME = 'Chen'\n", told="1 file would be reformatted"),
    Plant(
        verb="linted",
        text="from datetime import datetime\n\nNOW = datetime.utcnow()\n",
        told="moments are aware UTC",  # our own words about it
    ),
    Plant(verb="typed", text="def same(value):\n    return value\n", told="[no-untyped-def]"),
    Plant(verb="declared", text="import kombu\n", told="'kombu' imported but"),
    Plant(verb="declared", path=ASKED_FOR, text="kombu\n", told="'kombu' defined as a dependency but not"),
    Plant(verb="alive", text="def left_over() -> None: ...\n", told="unused function 'left_over'"),
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A project with our settings, an empty module a package, and nothing asked for."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""Nothing yet."""\n')
    (tmp_path / ASKED_FOR).parent.mkdir()
    (tmp_path / ASKED_FOR).touch()
    return tmp_path


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.verb}: {plant.path}")
def test_a_planted_mistake_is_told_of(small: Path, plant: Plant) -> None:
    before = checked(small, plant.verb)

    (small / plant.path).write_text(plant.text)
    after = checked(small, plant.verb)

    assert before.returncode == 0, before.stdout
    assert after.returncode != 0
    assert plant.told in after.stdout


def test_every_tool_of_make_check_has_a_plant() -> None:
    (verbs,) = CHECKS.findall(text_of(MAKEFILE))

    assert {plant.verb for plant in PLANTS} | {WALLED} == set(verbs.split())


def checked(home: Path, verb: str) -> subprocess.CompletedProcess[str]:
    """The tool as the Makefile runs it."""
    (recipe,) = re.findall(RECIPE.format(verb=verb), text_of(MAKEFILE), re.MULTILINE)
    tool, *options = recipe.split()
    return subprocess.run(
        [Path(sys.executable).with_name(tool), *options],
        cwd=home,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
