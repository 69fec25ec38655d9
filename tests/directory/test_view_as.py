"""ATK19: the county office looks with somebody's eyes, read-only, for a reason, and she sees that it did."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from shared.auth import Actor
from tests.signed_in import CHEN, HU, LIN, QIAN, ZHAO, Door, code_of, said_in, wrong_fields

VIEW_LIN = f"/people/{LIN.person_id}/view-as"
WHY = {"reason": "来电反映学时不对"}


def looked(door: Door, token: str, path: str, *, method: str = "GET") -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return door.client.open(f"/api/directory/v1{path}", method=method, headers=headers)


def test_borrowed_eyes_read_what_she_reads_and_name_both(door: Door) -> None:
    given = said_in(door.as_(QIAN).post(VIEW_LIN, WHY))

    me = said_in(looked(door, given["token"], "/me"))

    assert me["person_id"] == str(LIN.person_id)
    assert me["seen_by"] == {"person_id": str(QIAN.person_id), "name": "钱科长"}
    assert len(said_in(looked(door, given["token"], "/schools"))["items"]) == 1
    assert given["expires_at"] == "2026-10-14T06:15:00+00:00"


@pytest.mark.parametrize("path", ["/renew-token", "/sign-out-everywhere", "/change-password", "/pairings"])
def test_borrowed_eyes_change_nothing_and_last_no_longer(door: Door, path: str) -> None:
    token = said_in(door.as_(QIAN).post(VIEW_LIN, WHY))["token"]

    assert code_of(looked(door, token, path, method="POST")) == (403, "acting_reads_only")


def test_she_sees_who_looked_and_why(door: Door) -> None:
    said_in(door.as_(QIAN).post(VIEW_LIN, WHY))

    (view,) = said_in(door.as_(LIN).get("/me/views"))["items"]

    assert (view["officer_name"], view["reason"]) == ("钱科长", "来电反映学时不对")
    assert view["granted_at"] == "2026-10-14T06:00:00+00:00"
    assert said_in(door.as_(CHEN).get("/me/views"))["items"] == []
    assert len(said_in(door.as_(QIAN).get("/views"))["items"]) == 1
    assert code_of(door.as_(ZHAO).get("/views")) == (403, "forbidden")


def test_borrowed_eyes_close_when_the_officer_is_out(door: Door) -> None:
    """ATK12."""
    token = said_in(door.as_(QIAN).post(VIEW_LIN, WHY))["token"]
    door.later(seconds=1)
    door.as_(QIAN).post("/sign-out-everywhere")

    assert code_of(looked(door, token, "/me")) == (401, "token_revoked")


@pytest.mark.parametrize("change", ["UPDATE view_grants SET reason = 'x'", "DELETE FROM view_grants"])
def test_a_look_is_never_unsaid(door: Door, change: str) -> None:
    said_in(door.as_(QIAN).post(VIEW_LIN, WHY))

    with door.engine.connect() as connection, pytest.raises(IntegrityError, match="append-only table"):
        connection.execute(text(change))


@pytest.mark.parametrize(("somebody", "answer"), [(ZHAO, 403), (CHEN, 403), (HU, 404)])
def test_nobody_else_borrows_eyes(door: Door, somebody: Actor, answer: int) -> None:
    assert code_of(door.as_(somebody).post(VIEW_LIN, WHY))[0] == answer
    assert code_of(door.anonymous().post(VIEW_LIN, WHY)) == (401, "not_signed_in")
    assert door.rows("view_grants") == []


def test_nobody_borrows_the_eyes_of_the_county_office(door: Door) -> None:
    answer = door.as_(QIAN).post(f"/people/{QIAN.person_id}/view-as", WHY)

    assert code_of(answer) == (403, "forbidden")


def test_a_reason_is_given(door: Door) -> None:
    assert set(wrong_fields(door.as_(QIAN).post(VIEW_LIN, {"reason": "看"}))) == {"reason"}
