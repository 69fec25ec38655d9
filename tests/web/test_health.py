"""Alive is the process; ready is the database at the code's schema. The rest is told and decides nothing."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.directory.service import SERVICE
from shared import db, heartbeat, migrations
from tests.signed_in import QIAN, Door, migrated_file, opened_door
from tests.web.conftest import NOW

SCHOOL = {"name": "双桥镇中学", "stage": "junior", "township": "双桥镇", "opened_on": "2026-09-01"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of a service that has a history."""
    return migrated_file(tmp_path_factory.mktemp("health"), SERVICE)


@pytest.fixture
def real(migrated: Path, tmp_path: Path) -> Iterator[Door]:
    """Its door."""
    path = shutil.copy(migrated, tmp_path / "real.sqlite")
    with opened_door(Path(path), SERVICE, now=NOW) as door:
        yield door


def test_a_service_at_rest_is_ready(real: Door) -> None:
    answer = real.client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": True,
        "migrated": True,
        "oldest_unpublished_seconds": None,
        "seconds_since": {},
    }


def test_the_age_of_what_has_not_left_and_the_last_sign_of_life_are_told(real: Door) -> None:
    real.as_(QIAN).post("/schools", SCHOOL)
    with db.transaction(real.engine) as session:
        heartbeat.beat(session, "worker", now=NOW + timedelta(seconds=4))
    real.later(seconds=10)

    told = real.client.get("/api/directory/readyz").json

    assert told is not None
    assert told["ready"] is True
    assert told["oldest_unpublished_seconds"] == 10
    assert told["seconds_since"] == {"worker": 6}


def test_a_database_behind_the_code_is_not_ready(real: Door) -> None:
    migrations.downgrade(real.engine, SERVICE.migrations, to="base")

    answer = real.client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "migrated": False}


def test_no_database_is_not_ready_but_alive(tmp_path: Path) -> None:
    with opened_door(tmp_path / "no" / "such" / "folder.sqlite", SERVICE, now=NOW) as door:
        answer = door.client.get("/readyz")

        assert answer.status_code == 503
        assert answer.json == {"ready": False, "database": False, "migrated": False}
        assert door.client.get("/livez").json == {"alive": True}
