"""Another system reads with an API key: the same doors, as far as its scopes reach, while it counts."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from shared.auth import Actor
from shared.events.directory import AccessRevoked
from tests.signed_in import HU, LIN, QIAN, SCHOOL, ZHAO, Door, code_of, said_in, wrong_fields

KEY = {
    "name": "省级平台",
    "scopes": ["read_schools", "read_people"],
    "expires_at": "2027-01-01T00:00:00+08:00",
}


def made(door: Door, **other: Any) -> Any:
    return said_in(door.as_(QIAN).post("/api-keys", {**KEY, **other}))


def exchanged(door: Door, credential: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {credential}"}
    return door.client.post("/api/directory/v1/token", headers=headers)


def get(door: Door, token: str, path: str) -> TestResponse:
    return door.client.get(f"/api/directory/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_key_is_exchanged_for_a_token_that_reads(door: Door) -> None:
    key = made(door)

    answer = said_in(exchanged(door, key["api_key"]))

    assert key["api_key"].startswith("yxk_")
    assert answer["expires_at"] == "2026-10-14T06:15:00+00:00"
    assert len(said_in(get(door, answer["token"], "/schools"))["items"]) == 2
    assert said_in(get(door, answer["token"], f"/schools/{SCHOOL}/teachers"))["items"]
    (listed,) = said_in(door.as_(QIAN).get("/api-keys"))["items"]
    assert listed["last_used_at"] == "2026-10-14T06:00:00+00:00"
    assert listed["scopes"] == ["read_people", "read_schools"]
    assert "api_key" not in listed


def test_a_key_of_one_school_reads_that_school(door: Door) -> None:
    token = said_in(exchanged(door, made(door, school_id=str(SCHOOL))["api_key"]))["token"]

    assert [one["school_id"] for one in said_in(get(door, token, "/schools"))["items"]] == [str(SCHOOL)]
    assert code_of(get(door, token, f"/schools/{HU.school_id}/teachers")) == (404, "not_found")


def test_a_system_is_no_person_and_a_person_no_system(door: Door) -> None:
    """ATK28."""
    token = said_in(exchanged(door, made(door)["api_key"]))["token"]
    person = door.as_(LIN).token() or ""

    assert code_of(get(door, token, "/me")) == (401, "person_needed")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    renewing = door.client.post("/api/directory/v1/renew-token", headers=headers)
    assert code_of(renewing) == (401, "person_needed")
    assert code_of(exchanged(door, person)) == (401, "api_key_needed")
    assert code_of(exchanged(door, token)) == (401, "api_key_needed")
    assert code_of(get(door, made(door)["api_key"], "/schools")) == (401, "not_signed_in")


def test_a_revoked_key_and_its_tokens_end_at_once_and_it_is_said(door: Door) -> None:
    key = made(door)
    token = said_in(exchanged(door, key["api_key"]))["token"]
    door.later(seconds=1)

    for _ in range(2):
        assert door.as_(QIAN).post(f"/api-keys/{key['api_key_id']}/revoke").status_code == 204

    assert code_of(exchanged(door, key["api_key"])) == (401, "api_key_needed")
    assert code_of(get(door, token, "/schools")) == (401, "token_revoked")
    (said,) = door.said()
    assert isinstance(said, AccessRevoked)
    assert str(said.person_id) == key["api_key_id"]


def test_a_key_ends_by_itself(door: Door) -> None:
    key = made(door, expires_at=(door.now + timedelta(days=1)).isoformat())

    door.later(days=1)

    assert code_of(exchanged(door, key["api_key"])) == (401, "api_key_needed")


@pytest.mark.parametrize("text", ["", "yxk_", "yxk_" + "a" * 43, "yxk_" + "é" * 20, "yxk_" + "a" * 4_000])
def test_a_guess_opens_nothing(door: Door, text: str) -> None:
    made(door)

    headers = {"Authorization": f"Bearer {text}".encode().decode("latin-1")}
    answer = door.client.post("/api/directory/v1/token", headers=headers)

    assert code_of(answer) == (401, "api_key_needed")


def test_the_key_itself_is_kept_nowhere(door: Door) -> None:
    """ATK29."""
    key = made(door)["api_key"]

    with door.engine.connect() as connection:
        dump = "\n".join(connection.connection.iterdump())
    assert key not in dump
    assert "省级平台" in dump


@pytest.mark.parametrize("somebody", [LIN, ZHAO, HU])
def test_only_the_county_office_makes_sees_and_revokes_keys(door: Door, somebody: Actor) -> None:
    key = made(door)

    assert code_of(door.as_(somebody).post("/api-keys", KEY)) == (403, "forbidden")
    assert code_of(door.as_(somebody).get("/api-keys")) == (403, "forbidden")
    assert code_of(door.as_(somebody).post(f"/api-keys/{key['api_key_id']}/revoke")) == (403, "forbidden")
    assert code_of(door.anonymous().post("/api-keys", KEY)) == (401, "not_signed_in")


def test_what_a_key_may_be_is_bounded(door: Door) -> None:
    wrong = {"name": "", "scopes": ["write_all"], "expires_at": "2027-01-01", "roles": ["county_officer"]}
    fields = wrong_fields(door.as_(QIAN).post("/api-keys", wrong))
    assert {field.split(".")[0] for field in fields} == {"name", "scopes", "expires_at", "roles"}

    for days in (-1, 400):
        until = (door.now + timedelta(days=days)).isoformat()
        answer = door.as_(QIAN).post("/api-keys", {**KEY, "expires_at": until})
        assert code_of(answer) == (409, "expiry_out_of_range")
    elsewhere = door.as_(QIAN).post("/api-keys", {**KEY, "school_id": str(uuid4())})
    assert code_of(elsewhere) == (404, "not_found")
    assert code_of(door.as_(QIAN).post(f"/api-keys/{uuid4()}/revoke")) == (404, "not_found")
