"""What `yanxun migrate` does: databases and roles first, then each service's schema, as its owner."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy import database
from deploy.registry import CONSOLE, app_url_variable, owner_url_variable
from deploy.services import SERVICES
from services.console import service as console
from shared import db, migrations

HISTORIES = {service.name: service.migrations for service in SERVICES} | {CONSOLE.name: console.migrations}


def run(names: Sequence[str]) -> Iterator[str]:
    """Bring these services up to date, one after the other, and say so. Saying it twice changes nothing."""
    admin_url = _told("YANXUN_ADMIN_DATABASE_URL_FILE")
    for name in names:
        owner_url = _told(owner_url_variable(name))
        mine = database.ServiceDatabase.of(app_url=_told(app_url_variable(name)), owner_url=owner_url)
        database.provision(admin_url, mine)
        upgrade(name, owner_url=owner_url, app_role=mine.app.role)
        yield f"{name}: 数据库已是最新"


def upgrade(name: str, *, owner_url: str, app_role: str) -> None:
    """One service's schema, and what its app role must not do there."""
    engine = db.make_engine(owner_url, pool_size=1)
    try:
        migrations.upgrade(engine, HISTORIES[name])
    finally:
        engine.dispose()
    database.take_back(owner_url, app_role=app_role)


def _told(variable: str) -> str:
    """A missing variable is named by the KeyError, a missing file by the OSError."""
    return Path(os.environ[variable]).read_text(encoding="utf-8").strip()
