"""Asking for many at once: PostgreSQL is sent one array, SQLite a list, and both find the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, select

from services.activities.models import KnownSchool
from services.activities.service import SERVICE
from shared import db, migrations
from shared.db import among, make_engine
from shared.inserts import insert_new
from tests.fixtures_databases import Databases

MANY = [UUID(int=number) for number in range(2_000)]


@pytest.fixture(params=["postgresql", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The tables of activities, on either."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{tmp_path}/activities.sqlite3")
        migrations.upgrade(made, SERVICE.migrations)
    else:
        databases: Databases = request.getfixturevalue("databases")
        made = make_engine(databases("activities").app_url)
    yield made
    made.dispose()


def asked_for(engine: Engine, wanted: list[UUID]) -> tuple[list[UUID], Any]:
    """Which of the even ones are found, and with what the database was asked."""
    sent: list[Any] = []
    with db.transaction(engine) as session:
        rows = [{"school_id": one, "name": "学校", "version": 0} for one in MANY[::2]]
        insert_new(session, KnownSchool, rows)
        event.listen(engine, "before_cursor_execute", lambda *facts: sent.append(facts[3]))
        query = select(KnownSchool.school_id).where(among(session, KnownSchool.school_id, wanted))
        found = list(session.scalars(query.order_by(KnownSchool.school_id)))
    return found, sent[0]


def test_of_many_those_that_are_there_are_found(engine: Engine) -> None:
    found, sent = asked_for(engine, MANY)

    assert found == MANY[::2]
    assert len(sent) == (1 if engine.dialect.name == "postgresql" else len(MANY))


def test_of_none_nothing_is_found(engine: Engine) -> None:
    found, _ = asked_for(engine, [])

    assert found == []
