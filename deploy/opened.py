"""Every service's database at once, for those who look after a platform: of a data folder or a county."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from deploy.registry import DOMAIN, app_url_variable
from shared.db import make_engine


class NothingToOpen(Exception):
    """There is no such folder and no address of a database; the message says what to give."""


@contextmanager
def databases(data: Path) -> Iterator[Mapping[str, Engine]]:
    """An engine a domain service; closed again at the end."""
    engines = {name: make_engine(url, pool_size=1) for name, url in _urls(data).items()}
    try:
        yield engines
    finally:
        for engine in engines.values():
            engine.dispose()


def _urls(data: Path) -> dict[str, str]:
    told = {
        deployed.name: Path(os.environ[app_url_variable(deployed.name)]).read_text(encoding="utf-8").strip()
        for deployed in DOMAIN
        if app_url_variable(deployed.name) in os.environ
    }
    if told:
        return told
    files = {deployed.name: data / f"{deployed.name}.sqlite3" for deployed in DOMAIN}
    if absent := [str(file) for file in files.values() if not file.exists()]:
        variable = app_url_variable(DOMAIN[0].name)
        raise NothingToOpen(f"没有找到数据 / no data: {absent[0]} (--data FOLDER, or {variable} ...)")
    return {name: f"sqlite:///{file}" for name, file in files.items()}
