"""A password is changed by its owner, who says the old one; every other sign-in ends."""

from uuid import uuid4

from werkzeug.test import TestResponse

from shared.events.directory import AccessRevoked
from tests.directory.register import PASSWORD
from tests.signed_in import CHEN, LIN, Door, code_of, said_in, wrong_fields

NEW = "Three-cranes-8"
CHANGE = {"old_password": PASSWORD, "new_password": NEW}


def sign_in(door: Door, password: str) -> TestResponse:
    return door.anonymous().post("/sign-in", {"username": "lin", "password": password})


def test_a_changed_password_ends_every_other_sign_in(door: Door) -> None:
    """ATK22."""
    here, there = door.as_(LIN), door.as_(LIN)
    door.later(seconds=1)

    token = said_in(here.post("/change-password", CHANGE))["token"]

    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    assert door.client.get("/api/directory/v1/me", headers=headers).status_code == 200
    assert code_of(there.get("/me")) == (401, "token_revoked")
    assert code_of(sign_in(door, PASSWORD)) == (401, "wrong_credentials")
    assert sign_in(door, NEW).status_code == 200
    assert [type(event) for event in door.said()] == [AccessRevoked]


def test_the_old_password_is_asked_and_guesses_at_it_are_counted(door: Door) -> None:
    """ATK24: who finds a browser open does not guess on."""
    lin = door.as_(LIN)
    for number in range(5):
        guess = lin.post("/change-password", {**CHANGE, "old_password": f"guess-number-{number}"})
        assert code_of(guess) == (409, "wrong_password")

    assert code_of(lin.post("/change-password", CHANGE)) == (429, "too_many_tries")
    assert code_of(lin.post("/change-password", {"new_password": NEW})) == (429, "too_many_tries")


def test_a_weak_password_costs_no_try(door: Door) -> None:
    lin = door.as_(LIN)
    for _ in range(6):
        weak = lin.post("/change-password", {**CHANGE, "new_password": "password2026"})
        assert code_of(weak) == (409, "weak_password")
    assert code_of(lin.post("/change-password", {**CHANGE, "new_password": PASSWORD})) == (
        409,
        "same_password",
    )

    assert lin.post("/change-password", CHANGE).status_code == 200


def test_who_is_nobody_changes_nothing(door: Door) -> None:
    assert code_of(door.anonymous().post("/change-password", CHANGE)) == (401, "not_signed_in")
    assert code_of(door.as_(CHEN).post("/change-password", CHANGE)) == (401, "token_revoked")
    assert set(wrong_fields(door.as_(LIN).post("/change-password", {"new": "x"}))) == {"new_password", "new"}
