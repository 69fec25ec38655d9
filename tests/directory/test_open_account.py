"""An account is opened, or given a new password, by one's own administrator; then its owner chooses one."""

from dataclasses import replace
from typing import cast
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.directory import commands
from services.directory.commands import facts
from services.directory.domain.periods import Period
from services.directory.models import Post
from shared import db, web
from shared.auth import Actor
from shared.events.directory import AccessRevoked
from shared.service import Running
from tests.directory.register import PASSWORD, TODAY
from tests.signed_in import CHEN, HU, LIN, QIAN, WU, ZHAO, Door, code_of, said_in, wrong_fields

OPEN_CHEN = f"/people/{CHEN.person_id}/account"
RESET_LIN = f"/people/{LIN.person_id}/reset-password"
CHEN_IS = {"username": "chen"}


def sign_in(door: Door, username: str, password: str) -> TestResponse:
    return door.anonymous().post("/sign-in", {"username": username, "password": password})


def running_of(door: Door) -> Running:
    """What the door's app runs on, for a second process over the same database."""
    app = cast("Flask", door.client.application)
    running: Running = app.extensions["yanxun"].running
    return running


def as_token(door: Door, token: str, method: str, path: str, body: object = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    return door.client.open(f"/api/directory/v1{path}", method=method, json=body, headers=headers)


def test_an_initial_password_opens_once_and_only_to_choose_another(door: Door) -> None:
    """ATK26: forced change, single use."""
    handed = said_in(door.as_(ZHAO).post(OPEN_CHEN, CHEN_IS))
    assert handed["username"] == "chen"
    assert handed["initial_until"] == "2026-10-28T06:00:00+00:00"

    token = said_in(sign_in(door, "chen", handed["initial_password"]))["token"]
    again = sign_in(door, "chen", handed["initial_password"])

    assert code_of(again) == (403, "initial_password_used")
    assert as_token(door, token, "GET", "/me").json["must_change_password"] is True  # type: ignore[index]  # it has a body
    assert code_of(as_token(door, token, "GET", "/schools")) == (403, "password_change_required")
    renewed = said_in(as_token(door, token, "POST", "/renew-token"))["token"]
    assert code_of(as_token(door, renewed, "GET", "/schools")) == (403, "password_change_required")

    changed = said_in(as_token(door, token, "POST", "/change-password", {"new_password": "Three-cranes-8"}))
    assert as_token(door, changed["token"], "GET", "/schools").status_code == 200
    assert code_of(as_token(door, token, "GET", "/me")) == (401, "token_revoked")
    assert sign_in(door, "chen", "Three-cranes-8").status_code == 200
    assert code_of(sign_in(door, "chen", handed["initial_password"])) == (401, "wrong_credentials")


def test_an_initial_password_is_good_for_a_fortnight(door: Door) -> None:
    handed = said_in(door.as_(QIAN).post(OPEN_CHEN, CHEN_IS))

    door.later(days=14)

    assert code_of(sign_in(door, "chen", handed["initial_password"])) == (403, "initial_password_expired")


def test_the_initial_password_cannot_be_chosen_again(door: Door) -> None:
    handed = said_in(door.as_(ZHAO).post(OPEN_CHEN, CHEN_IS))
    token = said_in(sign_in(door, "chen", handed["initial_password"]))["token"]

    answer = as_token(door, token, "POST", "/change-password", {"new_password": handed["initial_password"]})

    assert code_of(answer) == (409, "same_password")


def test_a_reset_ends_every_sign_in_and_the_old_password(door: Door) -> None:
    """ATK14, ATK22."""
    lin = door.as_(LIN)
    door.later(seconds=1)

    handed = said_in(door.as_(ZHAO).post(RESET_LIN))

    assert code_of(lin.get("/me")) == (401, "token_revoked")
    assert code_of(sign_in(door, "lin", PASSWORD)) == (401, "wrong_credentials")
    assert sign_in(door, "lin", handed["initial_password"]).status_code == 200
    assert [type(event) for event in door.said()] == [AccessRevoked]


def test_a_second_reset_makes_the_first_worthless(door: Door) -> None:
    """ATK14: an old slip of paper."""
    first = said_in(door.as_(ZHAO).post(RESET_LIN))
    second = said_in(door.as_(ZHAO).post(RESET_LIN))

    assert first["initial_password"] != second["initial_password"]
    assert code_of(sign_in(door, "lin", first["initial_password"])) == (401, "wrong_credentials")


def test_a_disabled_account_is_enabled_with_the_password_it_had(door: Door) -> None:
    door.as_(ZHAO).post(f"/people/{LIN.person_id}/disable-account")
    door.later(seconds=1)
    assert code_of(sign_in(door, "lin", PASSWORD)) == (401, "wrong_credentials")

    assert door.as_(ZHAO).post(f"/people/{LIN.person_id}/enable-account").status_code == 204

    assert sign_in(door, "lin", PASSWORD).status_code == 200


def test_no_initial_password_is_kept_anywhere(door: Door) -> None:
    """ATK29: a repeated request cannot be answered from a store, since there is none."""
    handed = said_in(door.as_(ZHAO).post(OPEN_CHEN, CHEN_IS))

    with door.engine.connect() as connection:
        dump = "\n".join(connection.connection.iterdump())
    assert handed["initial_password"] not in dump
    assert "chen" in dump


@pytest.mark.parametrize("path", [OPEN_CHEN, RESET_LIN])
def test_who_may_not_and_who_must_see_nothing(door: Door, path: str) -> None:
    body = CHEN_IS if path == OPEN_CHEN else None

    assert code_of(door.anonymous().post(path, body)) == (401, "not_signed_in")
    assert code_of(door.as_(HU).post(path, body)) == (404, "not_found")
    assert code_of(door.as_(WU).post(path, body)) == (403, "forbidden")
    assert door.said() == []


@pytest.mark.parametrize(("somebody", "whose"), [(ZHAO, ZHAO), (QIAN, QIAN)])
def test_nobody_resets_their_own(door: Door, somebody: Actor, whose: Actor) -> None:
    answer = door.as_(somebody).post(f"/people/{whose.person_id}/reset-password")

    assert code_of(answer) == (409, "own_account")


def test_the_old_school_of_somebody_who_left_resets_nothing(door: Door) -> None:
    """ATK13: her account is the next school's to look after."""
    with db.transaction(door.engine) as session:
        facts.record(
            session,
            Post,
            of={"person_id": LIN.person_id},
            period=Period(starts_on=TODAY, ends_on=None),
            become=lambda _: None,
            now=door.now,
        )

    assert code_of(door.as_(ZHAO).post(RESET_LIN)) == (404, "not_found")


def test_access_that_ends_while_a_password_is_hashed_writes_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ATK16: what was checked before is checked again in the transaction that writes."""
    slow = commands.make_initial
    running = running_of(door)
    other_process = web.create_app(running, clock=lambda: door.now).test_client()

    def meanwhile() -> commands.Initial:
        replace(door, client=other_process).as_(QIAN).post(f"/people/{ZHAO.person_id}/disable-account")
        return slow()

    zhao = door.as_(ZHAO)
    door.later(seconds=1)
    monkeypatch.setattr(commands, "make_initial", meanwhile)

    assert code_of(zhao.post(RESET_LIN)) == (401, "token_revoked")
    assert sign_in(door, "lin", PASSWORD).status_code == 200


def test_an_account_is_opened_once_under_a_name_nobody_has(door: Door) -> None:
    assert code_of(door.as_(ZHAO).post(OPEN_CHEN, {"username": "lin"})) == (409, "username_taken")
    said_in(door.as_(ZHAO).post(OPEN_CHEN, CHEN_IS))
    assert code_of(door.as_(ZHAO).post(OPEN_CHEN, CHEN_IS)) == (409, "account_exists")


def test_a_username_is_letters_and_digits(door: Door) -> None:
    assert set(wrong_fields(door.as_(ZHAO).post(OPEN_CHEN, {"username": "陈"}))) == {"username"}


def test_the_accounts_of_a_school_are_listed_for_those_who_keep_them(door: Door) -> None:
    items = said_in(door.as_(ZHAO).get(f"/schools/{ZHAO.school_id}/accounts"))["items"]

    assert {one["name"]: one["username"] for one in items} == {
        "林老师": "lin",
        "陈老师": None,
        "吴老师": None,
        "赵校长": "zhao",
    }
    assert code_of(door.as_(HU).get(f"/schools/{ZHAO.school_id}/accounts")) == (404, "not_found")
    assert code_of(door.as_(LIN).get(f"/schools/{ZHAO.school_id}/accounts")) == (403, "forbidden")


def test_one_account_is_shown_to_those_who_keep_it(door: Door) -> None:
    assert said_in(door.as_(ZHAO).get(f"/people/{LIN.person_id}/account"))["username"] == "lin"
    assert code_of(door.as_(HU).get(f"/people/{LIN.person_id}/account")) == (404, "not_found")
    assert code_of(door.as_(CHEN).get(f"/people/{LIN.person_id}/account")) == (403, "forbidden")
