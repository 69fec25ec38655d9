"""`yanxun up` as a process of its own, as whoever looks at the platform starts it."""

import subprocess
import sys
from pathlib import Path

from deploy.processes import ROOT


def start_up(folder: Path, *, port: int, log: Path, begin_with: str = "county") -> "subprocess.Popen[bytes]":
    """Start it on a data folder, without waiting for it; what it says is added to `log`."""
    command = [sys.executable, "-m", "deploy.cli", "up", "--begin-with", begin_with]
    with log.open("ab") as said:
        return subprocess.Popen(
            [*command, "--data", str(folder), "--port", str(port)], cwd=ROOT, stdout=said, stderr=said
        )
