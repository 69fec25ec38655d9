"""Every error is a problem: media type, stable code, Chinese title, each wrong field."""

import json
import sqlite3
from contextlib import ExitStack, closing
from http import HTTPStatus
from uuid import uuid4

import pytest
from sqlalchemy import QueuePool, event

from shared.web import wording
from tests.signed_in import LIN, Door, code_of, wrong_fields


def test_a_problem_is_of_rfc_9457(door: Door) -> None:
    answer = door.as_(LIN).post("/things", {"name": "refused"})

    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "/problems/no_such_name",
        "title": "不能叫“refused”",
        "status": 409,
        "code": "no_such_name",
    }


def test_each_of_the_domains_noes_has_its_status(door: Door) -> None:
    lin = door.as_(LIN)

    assert code_of(lin.post("/things", {"name": "refused"})) == (409, "no_such_name")
    assert code_of(lin.post(f"/things/{uuid4()}")) == (404, "not_found")
    assert code_of(lin.get("/forbidden")) == (403, "forbidden")


def test_all_wrong_fields_are_named_at_once(door: Door) -> None:
    answer = door.as_(LIN).post(
        "/things",
        {
            "minutes": "90",
            "made_on": "2025-02-30",
            "made_at": "2026-10-14T14:00:00",
            "kind": "Teacher",
            "whole": "true",
            "owner_id": 7,
            "sizes": [1, "2", True],
            "parts": [{"name": "a", "count": 1}, {"name": "", "count": 10, "colour": "red"}],
            "school_id": "x",
        },
    )

    assert wrong_fields(answer) == {
        "name": "required",
        "minutes": "not_a_number",
        "made_on": "not_a_date",
        "made_at": "not_a_moment",
        "kind": "not_a_choice",
        "whole": "not_yes_or_no",
        "owner_id": "not_an_id",
        "sizes.1": "not_a_number",
        "sizes.2": "not_a_number",
        "parts.1.name": "wrong_length",
        "parts.1.count": "out_of_range",
        "parts.1.colour": "unknown_field",
        "school_id": "unknown_field",
    }


@pytest.mark.parametrize(
    "message", ["Missing data for required field.", "Not a valid list.", "Longer than maximum length 3."]
)
def test_what_marshmallow_says_is_said_in_chinese(message: str) -> None:
    said = wording.of_message(message)

    assert said.text != message
    assert said.code != "invalid"


def test_a_wrong_address_is_404_and_a_wrong_method_405_with_what_is_allowed(door: Door) -> None:
    deleted = door.client.delete("/api/toy/v1/things")

    assert code_of(door.as_(LIN).get("/nothing")) == (404, "not_found")
    assert code_of(door.as_(LIN).post("/things/not-an-id")) == (404, "not_found")
    assert code_of(deleted) == (405, "method_not_allowed")
    assert set(deleted.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_defect_is_500_without_a_detail_and_leaves_nothing(door: Door) -> None:
    answer = door.as_(LIN).post("/things", {"name": "broken"})

    assert code_of(answer) == (500, "internal_error")
    assert "secret" not in answer.text
    assert door.rows("things") == []


def test_a_refusal_leaves_nothing(door: Door) -> None:
    door.as_(LIN).post("/things", {"name": "refused"})

    assert door.rows("things") == []


def test_a_returned_problem_keeps_what_was_noted(door: Door) -> None:
    answer = door.anonymous().post("/declined", {"name": "note"})

    assert code_of(answer) == (403, "declined")
    assert len(door.rows("things")) == 1


@pytest.mark.parametrize("status", [status for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST])
def test_every_status_has_words(status: HTTPStatus) -> None:
    said = wording.of_status(status)

    assert said.code
    assert not said.text.isascii()


def test_a_locked_database_is_busy_and_says_when_to_come_again(door: Door) -> None:
    event.listen(door.engine, "checkout", lambda one, *_: one.execute("PRAGMA busy_timeout=1"))
    with closing(sqlite3.connect(str(door.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = door.as_(LIN).post("/things", {"name": "一"})

    assert code_of(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "5"


def test_a_key_taken_at_the_same_moment_is_a_conflict_and_nothing_is_stored(door: Door) -> None:
    answer = door.as_(LIN).post("/things", {"name": "doubled"})

    assert code_of(answer) == (409, "taken_at_the_same_moment")
    assert door.rows("things") == []


def test_any_other_constraint_that_does_not_hold_is_a_defect(door: Door) -> None:
    assert code_of(door.as_(LIN).post("/things", {"name": "nameless"})) == (500, "internal_error")


def test_a_pool_without_a_connection_left_is_busy(door: Door) -> None:
    assert isinstance(door.engine.pool, QueuePool)
    door.engine.pool._timeout = 0.01
    headers = {"Authorization": f"Bearer {door.as_(LIN).token()}"}

    with ExitStack() as stack:
        for _ in range(door.engine.pool.size() + door.engine.pool._max_overflow):
            stack.enter_context(door.engine.connect())
        answer = door.client.get("/api/toy/v1/things", headers=headers)

    assert code_of(answer) == (503, "busy")


def test_a_statement_the_database_does_not_understand_is_a_defect_and_not_busy(door: Door) -> None:
    with door.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE things")

    assert code_of(door.as_(LIN).get("/things")) == (500, "internal_error")


def test_the_error_of_a_field_is_never_longer_than_it_need_be(door: Door) -> None:
    answer = door.as_(LIN).post("/things", {"name": "a", "x" * 10_000: 1})

    assert len(json.dumps(answer.json)) < 1_000
