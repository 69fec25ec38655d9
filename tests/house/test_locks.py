"""The locks: every line pinned and hashed, everything asked for locked, no address in any."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.house.tree import text_of

GROUPS = ["core", "test", "bench-peers"]
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]+\])?==(\S+)", re.MULTILINE)
BLOCK = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
ASKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)
WITH_EXTRAS = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\[([^\]]+)\]==", re.MULTILINE)


def lock(group: str) -> str:
    """The text of a lock."""
    return text_of(Path("requirements") / f"{group}.txt")


def pins(group: str) -> dict[str, str]:
    """Each locked distribution and its version."""
    return dict(PINNED.findall(lock(group)))


@pytest.mark.parametrize("group", GROUPS)
def test_every_line_of_a_lock_is_pinned_and_hashed(group: str) -> None:
    blocks = BLOCK.split(lock(group))[1:]

    assert [block for block in blocks if not PINNED.match(block) or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("group", GROUPS)
def test_everything_asked_for_is_locked(group: str) -> None:
    asked = {name.lower() for name in ASKED.findall(text_of(Path("requirements") / f"{group}.in"))}

    assert asked - set(pins(group)) == set()


@pytest.mark.parametrize("group", GROUPS)
def test_no_lock_holds_an_address(group: str) -> None:
    assert "://" not in lock(group)


def test_what_several_locks_name_has_one_version() -> None:
    pinned = {pin for group in GROUPS for pin in pins(group).items()}

    assert len(pinned) == len({name for name, _ in pinned})


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_names_extras_lest_a_newer_release_be_taken_for_them(
    group: str,
) -> None:
    locked = {
        (name, extra) for name, extras in WITH_EXTRAS.findall(lock(group)) for extra in extras.split(",")
    }
    asked = [
        (one.name, extra)
        for installed in metadata.distributions()
        for line in installed.requires or []
        if (one := Requirement(line)).marker is None or one.marker.evaluate({"extra": ""})
        for extra in one.extras
    ]

    assert [pair for pair in asked if pair not in locked and pair[0] in pins(group)] == []
