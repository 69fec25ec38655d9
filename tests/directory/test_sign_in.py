"""Somebody signs in: the right password opens, everything else looks the same and is counted (PR21)."""

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import func, select, update
from werkzeug.test import Client

from services.directory.commands import passwords
from services.directory.models import Account, SignInTries
from shared import auth, db
from tests.directory.register import PASSWORD
from tests.signed_in import DEPLOYMENT, LIN, QIAN, SCHOOL, ZHAO, Door, code_of, said_in, wrong_fields

RIGHT = {"username": "lin", "password": PASSWORD}
WRONG = {"username": "lin", "password": "not-her-Word-1"}
NOBODYS = {"username": "nobody", "password": PASSWORD}


def _keep(door: Door, password_hash: str) -> None:
    """Of Lin's password."""
    with db.transaction(door.engine) as session:
        session.execute(update(Account).where(Account.username == "lin").values(password_hash=password_hash))


def test_the_right_password_opens_every_door_for_a_quarter_of_an_hour(door: Door) -> None:
    signed_in = said_in(door.anonymous().post("/sign-in", RIGHT))

    assert signed_in["expires_at"] == "2026-10-14T06:15:00+00:00"
    assert signed_in["person"] == {
        "person_id": str(LIN.person_id),
        "name": "林老师",
        "school_id": str(SCHOOL),
        "roles": ["teacher"],
    }
    keys = said_in(door.anonymous().get("/jwks"))
    token = auth.Verifier(keys, deployment=DEPLOYMENT).verify(signed_in["token"], now=door.now)
    assert token.actor == LIN


def test_the_county_office_has_no_school(door: Door) -> None:
    signed_in = said_in(door.anonymous().post("/sign-in", {"username": "qian", "password": PASSWORD}))

    assert signed_in["person"]["school_id"] is None
    assert signed_in["person"]["roles"] == ["county_officer"]


@pytest.mark.parametrize("username", ["LIN", " lin ", "ｌｉｎ"])  # noqa: RUF001  full-width letters are meant
def test_a_username_is_found_however_it_was_typed(door: Door, username: str) -> None:
    assert door.anonymous().post("/sign-in", RIGHT | {"username": username}).status_code == 200


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_look_the_same(door: Door) -> None:
    door.as_(QIAN).post(f"/people/{ZHAO.person_id}/disable-account")
    disabled = {"username": "zhao", "password": PASSWORD}

    answers = [door.anonymous().post("/sign-in", said) for said in (WRONG, NOBODYS, disabled)]

    assert {code_of(answer) for answer in answers} == {(401, "wrong_credentials")}
    assert len({answer.text for answer in answers}) == 1


def test_they_take_the_same_time(door: Door) -> None:
    def seconds(said: dict[str, Any]) -> float:
        began = perf_counter()
        door.anonymous().post("/sign-in", said)
        return perf_counter() - began

    _keep(door, PasswordHasher.from_parameters(passwords.COST).hash(PASSWORD))
    known = median(seconds(WRONG) for _ in range(3))
    unknown = median(seconds(NOBODYS | {"username": f"nobody{number}"}) for number in range(3))

    assert 1 / 3 < known / unknown < 3


def test_the_hash_of_nobody_costs_what_a_hash_costs_in_a_county() -> None:
    """OWASP asks for a third of this memory and two rounds."""
    cost = passwords.COST

    assert extract_parameters(passwords.NOBODYS) == cost
    assert (cost.type, cost.memory_cost, cost.time_cost) == (Type.ID, 65_536, 3)


@pytest.mark.parametrize("said", [WRONG, NOBODYS])
def test_after_five_failures_even_the_right_password_waits_a_quarter_of_an_hour(
    door: Door, said: dict[str, Any]
) -> None:
    for _ in range(5):
        assert code_of(door.anonymous().post("/sign-in", said)) == (401, "wrong_credentials")

    answer = door.anonymous().post("/sign-in", said | {"password": PASSWORD})

    assert code_of(answer) == (429, "too_many_tries")
    assert answer.headers["Retry-After"] == "900"
    assert answer.json is not None
    assert "15分钟" in answer.json["title"]


def test_guesses_made_at_the_same_moment_are_counted_one_by_one(door: Door) -> None:
    def guess(number: int) -> int:
        said = {"username": "lin", "password": f"guess-{number}"}
        return Client(door.client.application).post("/api/directory/v1/sign-in", json=said).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(12)))

    assert sorted(statuses) == [401] * 5 + [429] * 7


def test_then_it_may_be_tried_again_until_ten_in_a_day(door: Door) -> None:
    for _ in range(5):
        door.anonymous().post("/sign-in", WRONG)
    door.later(minutes=15)
    for _ in range(5):
        assert code_of(door.anonymous().post("/sign-in", WRONG)) == (401, "wrong_credentials")

    door.later(minutes=20)
    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (429, "too_many_tries")

    door.later(hours=24)
    assert door.anonymous().post("/sign-in", RIGHT).status_code == 200


def test_a_success_forgets_the_failures(door: Door) -> None:
    for _ in range(4):
        door.anonymous().post("/sign-in", WRONG)
    door.anonymous().post("/sign-in", RIGHT)

    for _ in range(4):
        assert code_of(door.anonymous().post("/sign-in", WRONG)) == (401, "wrong_credentials")


def test_guesses_at_names_do_not_fill_the_table_for_ever(door: Door) -> None:
    for number in range(3):
        door.anonymous().post("/sign-in", NOBODYS | {"username": f"nobody{number}"})
    door.later(days=2)
    door.anonymous().post("/sign-in", NOBODYS)

    with db.transaction(door.engine) as session:
        assert session.scalar(select(func.count()).select_from(SignInTries)) == 1


def test_a_hash_of_weaker_settings_is_made_anew_on_the_way_in(door: Door) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    _keep(door, weak)

    door.anonymous().post("/sign-in", RIGHT)

    with db.transaction(door.engine) as session:
        kept = session.get(Account, LIN.person_id)
        assert kept is not None
        assert not passwords.is_outdated(kept.password_hash)


def test_a_broken_hash_opens_nothing(door: Door) -> None:
    _keep(door, "x")

    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (401, "wrong_credentials")


def test_every_wrong_field_of_a_sign_in_is_named(door: Door) -> None:
    answer = door.anonymous().post("/sign-in", {"username": "", "password": "x" * 129, "remember": True})

    assert set(wrong_fields(answer)) == {"username", "password", "remember"}


def test_the_public_keys_hold_nothing_private(door: Door) -> None:
    (key,) = said_in(door.anonymous().get("/jwks"))["keys"]

    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"} & set(key)
    assert "d" not in key


def test_one_is_told_who_one_is(door: Door) -> None:
    me = said_in(door.as_(LIN).get("/me"))

    assert UUID(me["person_id"]) == LIN.person_id
    assert code_of(door.anonymous().get("/me")) == (401, "not_signed_in")
