"""What PostgreSQL adds to an error, and the log must not repeat."""

from collections.abc import Iterator

import pytest
import structlog

from shared import log
from tests.fixtures_databases import Databases
from tests.signed_in import LIN, Door, opened_at
from tests.web.conftest import NOW
from tests.web.toy import SERVICE


@pytest.fixture
def door(databases: Databases) -> Iterator[Door]:
    """The toy beside the kernel's tables of a real service, logging as in life."""
    with opened_at(databases("directory").owner_url, SERVICE, now=NOW) as door:
        SERVICE.metadata.create_all(door.engine)
        yield door
    structlog.reset_defaults()


def test_the_row_the_database_refused_is_not_in_the_log(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    lin = door.as_(LIN)
    made = lin.post("/things", {"name": "doubled 保密的名字"})

    said = capsys.readouterr().err

    assert made.status_code == 409
    assert "UniqueViolation" in said
    assert "DETAIL" not in said
    assert "保密的名字" not in said
