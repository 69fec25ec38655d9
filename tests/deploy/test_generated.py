"""The committed files that are made from the registry are what it makes today."""

import pytest

from deploy.generate import ROOT, committed_files

FILES = committed_files()


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_committed_file_is_what_the_registry_makes(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == FILES[path], "run: python -m deploy.generate"


def test_no_unit_is_left_over_from_an_older_registry() -> None:
    committed = {f"deploy/systemd/{file.name}" for file in (ROOT / "deploy/systemd").iterdir()}

    assert committed == {path for path in FILES if path.startswith("deploy/systemd/")}
