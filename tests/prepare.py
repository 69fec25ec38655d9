"""Looks for the programs the tests need, installs what is missing where it may, else says what to install.

`make test` runs it first, so that no test is ever left out silently for want of a server.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.servers import ProgramMissing, postgresql, program, rabbitmq

CHINESE_FONTS = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
START_POLICY = Path("/usr/sbin/policy-rc.d")
START_NOTHING = "#!/bin/sh\nexit 101\n"
BAD_USE = 2


@dataclass(frozen=True, slots=True)
class Need:
    """A Debian package, and how to see whether what it brings is there."""

    package: str
    is_there: Callable[[], bool]


def _found(find: Callable[[], object]) -> bool:
    try:
        find()
    except ProgramMissing:
        return False
    return True


NEEDS = (
    Need("postgresql", lambda: _found(lambda: postgresql.tool("initdb"))),
    Need("rabbitmq-server", lambda: _found(lambda: rabbitmq.tool("rabbitmq-server"))),
    Need("nginx", lambda: _found(lambda: program.find_program("nginx", package="nginx"))),
    Need("chromium", lambda: shutil.which("chromium") is not None),
    Need("fonts-noto-cjk", lambda: CHINESE_FONTS.exists()),  # noqa: PLW0108  found when asked, not before
)


def missing() -> list[str]:
    """The packages whose programs are not there."""
    return [need.package for need in NEEDS if not need.is_there()]


def _missing_of(wanted: Collection[str]) -> list[str]:
    return [package for package in missing() if not wanted or package in wanted]


@contextlib.contextmanager
def no_service_starts() -> Iterator[None]:
    """Debian's packages start their servers when installed; the tests bring up their own."""
    before = START_POLICY.read_text() if START_POLICY.exists() else None
    START_POLICY.write_text(START_NOTHING)
    START_POLICY.chmod(0o755)
    try:
        yield
    finally:
        if before is None:
            START_POLICY.unlink()
        else:
            START_POLICY.write_text(before)


def install(packages: Sequence[str]) -> int:
    """Install them with apt; its exit code."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    subprocess.run(["apt-get", "update", "--quiet"], env=environment, check=False)
    with no_service_starts():
        return subprocess.run(command, env=environment, check=False).returncode


def main(wanted: Collection[str] = ()) -> int:
    """0 when everything is there, or all that is `wanted`; 2 with one line that says what to install."""
    packages = _missing_of(wanted)
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stdout.write(f"安装测试所需的软件包 / installing for the tests: {' '.join(packages)}\n")
        sys.stdout.flush()
        install(packages)
        packages = _missing_of(wanted)
    if packages:
        sys.stderr.write(
            "测试缺少以下程序，请以管理员身份安装 / the tests need these programs; as root, run:\n"
            f"  apt-get install --no-install-recommends {' '.join(packages)}\n"
        )
        return BAD_USE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
