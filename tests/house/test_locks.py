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


def loose(text: str) -> list[str]:
    """What a lock has without a version or without a hash."""
    return [
        block for block in BLOCK.split(text)[1:] if not PINNED.match(block) or "--hash=sha256:" not in block
    ]


def unlocked(asked: str, text: str) -> set[str]:
    """What is asked for and has no line in the lock."""
    return {name.lower() for name in ASKED.findall(asked)} - set(dict(PINNED.findall(text)))


@pytest.mark.parametrize("group", GROUPS)
def test_every_line_of_a_lock_is_pinned_and_hashed(group: str) -> None:
    assert loose(lock(group)) == []


def test_a_line_without_a_version_or_a_hash_is_seen() -> None:
    hashed = " \\\n    --hash=sha256:00\n"

    blocks = loose(f"flask==3.1{hashed}kombu>=5{hashed}amqp==5.3\nsqlalchemy[asyncio]==2.1{hashed}")

    assert blocks == [f"kombu>=5{hashed}", "amqp==5.3\n"]


@pytest.mark.parametrize("group", GROUPS)
def test_everything_asked_for_is_locked(group: str) -> None:
    assert unlocked(text_of(Path("requirements") / f"{group}.in"), lock(group)) == set()


def test_what_is_asked_for_and_not_locked_is_seen() -> None:
    assert unlocked("# the web\nFlask>=3\nkombu\n", "flask==3.1\n") == {"kombu"}


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
