"""One answer a key: sent again, answered again; with another body, refused; twins come out as one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from shared.kernel_tables import idempotency_keys
from tests.signed_in import CHEN, LIN, Door, code_of
from tests.web import toy
from tests.web.knock import bearer


def keys_of(door: Door) -> list[str]:
    with door.engine.connect() as connection:
        return [row.key for row in connection.execute(select(idempotency_keys))]


def test_the_same_submission_sent_again_gets_the_same_answer(door: Door) -> None:
    first = door.as_(LIN).post("/things", {"name": "一"}, key="k")
    second = door.as_(LIN).post("/things", {"name": "一"}, key="k")

    assert (second.status_code, second.data) == (first.status_code, first.data)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(door.rows("things")) == 1


def test_a_key_used_for_something_else_is_refused(door: Door) -> None:
    door.as_(LIN).post("/things", {"name": "一"}, key="k")

    assert code_of(door.as_(LIN).post("/things", {"name": "二"}, key="k")) == (422, "idempotency_key_reused")
    assert len(door.rows("things")) == 1


def test_a_key_belongs_to_one_person(door: Door) -> None:
    door.as_(LIN).post("/things", {"name": "一"}, key="k")
    answer = door.as_(CHEN).post("/things", {"name": "一"}, key="k")

    assert answer.status_code == 201
    assert len(door.rows("things")) == 2


def test_a_refusal_stores_nothing_so_that_the_key_may_be_used_again(door: Door) -> None:
    door.as_(LIN).post("/things", {"name": "refused"}, key="k")
    door.as_(LIN).post("/things", {"name": "broken"}, key="k")
    door.as_(LIN).post("/things", {"name": "declined"}, key="k")
    assert keys_of(door) == []

    assert door.as_(LIN).post("/things", {"name": "一"}, key="k").status_code == 201


def test_a_creating_post_without_a_key_is_refused(door: Door) -> None:
    answer = door.client.post("/api/toy/v1/things", json={"name": "一"}, headers=bearer(door, LIN))

    assert code_of(answer) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", "a b", "k" * 101, "k" * 300, "键"])
def test_a_key_that_is_none_is_refused(door: Door, key: str) -> None:
    headers = bearer(door, LIN) | {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = door.client.post("/api/toy/v1/things", json={"name": "一"}, headers=headers)

    assert code_of(answer) == (400, "idempotency_key_invalid")


def test_a_post_that_makes_nothing_new_needs_no_key(door: Door) -> None:
    answer = door.client.post(
        "/api/toy/v1/things/018f0000-0000-7000-8000-000000000000", headers=bearer(door, LIN)
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("twins", [2, 8])
def test_twins_at_the_same_moment_come_out_as_one(
    door: Door, twins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy, "gate", [Barrier(2)])
    headers = bearer(door, LIN) | {"Idempotency-Key": "k"}

    def send(_: int) -> TestResponse:
        client = Client(door.client.application)
        return client.post("/api/toy/v1/things", json={"name": "一"}, headers=headers)

    with ThreadPoolExecutor(twins) as pool:
        answers = list(pool.map(send, range(twins)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == twins - 1
    assert len(door.rows("things")) == 1
