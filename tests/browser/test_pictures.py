"""The READMEs' pictures: taken from the running console; `make pictures` keeps them."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import DESK, PHONE, Town
from tests.cast import CHEN, LIN, QIAN, Member

KEPT_IN = "YANXUN_PICTURES"
"""Names the folder in which they are kept; without it they are only looked at."""
LEAST_BYTES = 5_000

PICTURES: dict[str, tuple[Member, str, ViewportSize]] = {
    "hours-phone": (CHEN, "/", PHONE),
    "entry-phone": (CHEN, "entry", PHONE),
    "notices-phone": (LIN, "/notices", PHONE),
    "board-desk": (QIAN, "/board", DESK),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_readme_can_be_taken(town: Town, tmp_path: Path, name: str) -> None:
    member, path, viewport = PICTURES[name]
    folder = Path(os.environ.get(KEPT_IN, tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page = town.visit(member, getattr(town.at, path, path), viewport=viewport, color_scheme="light")

    taken = page.screenshot(path=folder / f"{name}.png")

    page.context.close()
    assert len(taken) > LEAST_BYTES
