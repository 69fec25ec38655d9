"""What the tests need is installed or named, never left out silently."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.processes import ROOT
from deploy.servers import postgresql, program
from tests import prepare

PACKAGES = "postgresql rabbitmq-server nginx chromium fonts-noto-cjk"
APT_GET = """#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> {folder}/asked
PATH=/usr/bin:/bin
test "$1" = install || exit 0
cat {folder}/policy-rc.d >> {folder}/policy-then
{installs} || exit 100
for name in initdb rabbitmq-server nginx chromium; do
    echo '#!/bin/sh' > {folder}/bin/$name
    chmod +x {folder}/bin/$name
done
touch {folder}/fonts
"""
"""Notes what it is asked and what services may start meanwhile, and brings empty programs."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine on which nothing of it is installed yet."""

    folder: Path

    def has_apt(self, *, installs: bool = True) -> None:
        """From now on; whether it can install anything."""
        apt = self.folder / "bin" / "apt-get"
        apt.write_text(APT_GET.format(folder=self.folder, installs=str(installs).lower()))
        apt.chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """What apt-get was asked, line by line."""
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Its search path is one empty folder, and so is all else that is looked into."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(program, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(postgresql, "DEBIAN_VERSIONS", tmp_path / "postgresql")
    monkeypatch.setattr(prepare, "CHINESE_FONTS", tmp_path / "fonts")
    monkeypatch.setattr(prepare, "START_POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Machine(tmp_path)


def test_everything_the_tests_need_is_here() -> None:
    assert prepare.missing() == []


def test_whoever_may_not_install_is_told_what_to_install(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.has_apt()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert prepare.main() == 2

    assert f"as root, run:\n  apt-get install --no-install-recommends {PACKAGES}\n" in capsys.readouterr().err
    assert not (machine.folder / "asked").exists()


def test_the_program_ends_with_what_is_missing_and_how_to_install_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.prepare", "chromium"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.endswith("  apt-get install --no-install-recommends chromium\n")


def test_whoever_may_gets_what_is_missing_installed(machine: Machine) -> None:
    machine.has_apt()

    assert prepare.main() == 0

    assert machine.asked == [
        "noninteractive update --quiet",
        f"noninteractive install --yes --quiet --no-install-recommends {PACKAGES}",
    ]
    assert (machine.folder / "policy-then").read_text() == prepare.START_NOTHING
    assert not (machine.folder / "policy-rc.d").exists()


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.has_apt()
    for name in ("initdb", "nginx"):
        (machine.folder / "bin" / name).symlink_to(sys.executable)

    assert prepare.main(["postgresql", "rabbitmq-server"]) == 0

    assert machine.asked[1].endswith(" --no-install-recommends rabbitmq-server")


@pytest.mark.parametrize("has_apt", [True, False])
def test_what_could_not_be_installed_is_named(
    machine: Machine, capsys: pytest.CaptureFixture[str], *, has_apt: bool
) -> None:
    if has_apt:
        machine.has_apt(installs=False)

    assert prepare.main() == 2

    assert f"apt-get install --no-install-recommends {PACKAGES}" in capsys.readouterr().err
    assert not (machine.folder / "policy-rc.d").exists()


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
