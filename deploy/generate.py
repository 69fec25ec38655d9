"""Writes the committed files that are made from the registry: `python -m deploy.generate`."""

import sys
from pathlib import Path

from deploy import compose, proxy, units

ROOT = Path(__file__).resolve().parent.parent


def committed_files() -> dict[str, str]:
    """Path from the root of the project to text."""
    return {
        "docker-compose.yml": compose.render(),
        "deploy/nginx/containers.conf": proxy.render(proxy.IN_CONTAINER),
        "deploy/nginx/host.conf": proxy.render(proxy.ON_HOST),
        **{f"deploy/systemd/{name}": text for name, text in units.units().items()},
    }


def write() -> None:
    """Bring the files up to date."""
    for path, text in committed_files().items():
        (ROOT / path).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    write()
