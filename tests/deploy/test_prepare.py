"""What the tests need is installed or named, never left out silently."""

import os
from pathlib import Path

import pytest

from tests import prepare


def test_everything_the_tests_need_is_here() -> None:
    assert prepare.missing() == []


def test_whoever_may_not_install_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "NEEDS", (prepare.Need("no-such-package", lambda: False),))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert prepare.main() == 2

    assert "apt-get install --no-install-recommends no-such-package" in capsys.readouterr().err


def test_whoever_wants_only_some_of_it_is_asked_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "NEEDS", (prepare.Need("no-such-package", lambda: False),))

    assert prepare.main(["postgresql"]) == 0


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
def test_packages_start_no_service_and_the_machine_s_policy_comes_back(
    before: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(prepare, "START_POLICY", policy)
    if before is not None:
        policy.write_text(before)

    with prepare.no_service_starts():
        assert "exit 101" in policy.read_text()

    assert (policy.read_text() if policy.exists() else None) == before
