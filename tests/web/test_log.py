"""The log is JSON that can be read, names ids only, and follows a request into the events it says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from services.directory.service import SERVICE
from shared import log
from shared.kernel_tables import outbox
from tests.signed_in import LIN, QIAN, Door, migrated_file, opened_door
from tests.web.conftest import NOW

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def _as_in_life() -> Iterator[None]:
    log.configure()
    yield
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_request_is_one_line_that_names_ids_only(door: Door, capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    door.as_(LIN).post("/things", {"name": "保密的名字"})

    (line,) = lines(capsys)

    assert line["event"] == "request"
    assert (line["service"], line["method"], line["status"]) == ("toy", "POST", 201)
    assert (line["route"], line["actor"]) == ("/api/toy/v1/things", str(LIN.person_id))
    assert not {"保密的名字", LIN.name} & {str(value) for value in line.values()}


def test_a_defect_is_logged_without_the_values_around_it(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    door.as_(LIN).post("/things", {"name": "broken"})

    failed, request = lines(capsys)

    assert failed["event"] == "request failed"
    assert failed["exception"][0]["exc_type"] == "ValueError"
    assert "locals" not in failed["exception"][0]["frames"][0]
    assert failed["trace"] == request["trace"]


def test_what_the_database_refuses_is_logged_without_what_it_was_given(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    assert door.as_(LIN).post("/things", {"name": "doubled 保密的名字"}).status_code == 409

    said = capsys.readouterr().err

    assert "IntegrityError" in said
    assert "保密的名字" not in said


def test_a_request_carries_on_the_trace_it_came_with_into_what_it_says(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = migrated_file(tmp_path_factory.mktemp("log"), SERVICE)
    with opened_door(path, SERVICE, now=NOW) as door:
        headers = {
            "Authorization": f"Bearer {door.as_(QIAN).token()}",
            "Idempotency-Key": "k",
            "traceparent": TRACEPARENT,
        }
        school = {"name": "双桥镇中学", "stage": "junior", "township": "双桥镇", "opened_on": "2026-09-01"}
        door.client.post("/api/directory/v1/schools", json=school, headers=headers)

        with door.engine.connect() as connection:
            (said,) = connection.execute(select(outbox.c.traceparent)).scalars()
    assert said is not None
    assert said.startswith(f"00-{TRACE}-")
    assert said != TRACEPARENT


@pytest.mark.parametrize(
    "incoming", [None, "", "x", "00-" + "0" * 32 + "-b7ad6b7169203331-01", TRACEPARENT + "-x"]
)
def test_a_trace_that_is_none_begins_anew(incoming: str | None) -> None:
    with log.bound_trace(incoming) as trace:
        assert trace != TRACE
        assert log.TRACEPARENT.fullmatch(log.traceparent() or "")


def test_outside_of_a_trace_there_is_none() -> None:
    with log.bound_trace(TRACEPARENT):
        with log.bound_trace(None):
            assert TRACE not in (log.traceparent() or "")
        assert TRACE in (log.traceparent() or "")

    assert log.traceparent() is None


def test_a_service_called_in_this_thread_leaves_the_callers_facts_alone(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    log.configure()
    with log.bound(service="console"):
        door.as_(LIN).get("/things")
        log.logger().info("afterwards")

    request, afterwards = lines(capsys)

    assert (request["service"], afterwards["service"]) == ("toy", "console")
    assert "actor" not in afterwards
