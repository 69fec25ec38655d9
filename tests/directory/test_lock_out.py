"""Guessing shuts out whoever guesses, from where she does, not the person whose name she tries (PR21)."""

from dataclasses import replace

import pytest

from shared import web
from tests.directory.register import PASSWORD
from tests.directory.test_open_account import running_of
from tests.signed_in import HU, LIN, QIAN, WU, ZHAO, Door, code_of

GUESS = "no-Guess-is-right"
UNLOCK_ZHAO = f"/people/{ZHAO.person_id}/unlock-account"


@pytest.fixture
def behind(door: Door) -> Door:
    """The directory behind one proxy of ours, which says where people are."""
    running = running_of(door)
    settings = replace(running.settings, trusted_proxies=1)
    app = web.create_app(replace(running, settings=settings), clock=lambda: door.now)
    door.client = app.test_client()
    return door


def tried(door: Door, address: str, *, username: str = "zhao", password: str = GUESS) -> int:
    body = {"username": username, "password": password}
    headers = {"X-Forwarded-For": address}
    return door.client.post("/api/directory/v1/sign-in", json=body, headers=headers).status_code


def test_guesses_from_elsewhere_do_not_shut_out_the_principal(behind: Door) -> None:
    """ATK25: per account and address."""
    assert tried(behind, "10.1.1.1", password=PASSWORD) == 200

    guesses = [tried(behind, f"198.51.100.{place}") for place in range(4) for _ in range(6)]

    assert guesses.count(401) == 15
    assert guesses.count(429) == 9
    assert tried(behind, "198.51.100.77", password=PASSWORD) == 429
    assert tried(behind, "10.1.1.1", password=PASSWORD) == 200


def test_where_she_never_signed_in_she_waits_or_is_unlocked(behind: Door) -> None:
    """ATK25: an unlock by her own administrator."""
    for place in range(3):
        for _ in range(5):
            tried(behind, f"198.51.100.{place}")
    assert tried(behind, "10.1.1.1", password=PASSWORD) == 429
    county = behind.as_(QIAN)
    assert county.get(f"/people/{ZHAO.person_id}/account").json["locked_until"]  # type: ignore[index]  # a body

    assert county.post(UNLOCK_ZHAO).status_code == 204

    assert tried(behind, "10.1.1.1", password=PASSWORD) == 200
    assert county.get(f"/people/{ZHAO.person_id}/account").json["locked_until"] is None  # type: ignore[index]  # a body


def test_one_address_does_not_spray_over_all_accounts(behind: Door) -> None:
    """ATK24: a limit an address, whatever the usernames."""
    with_limit = [tried(behind, "198.51.100.9", username=f"user{number}") for number in range(61)]

    assert with_limit == [401] * 60 + [429]
    assert tried(behind, "198.51.100.9", username="lin", password=PASSWORD) == 429
    assert tried(behind, "198.51.100.10", username="lin", password=PASSWORD) == 200


def test_a_claimed_address_changes_nothing_where_there_is_no_proxy(door: Door) -> None:
    """ATK38."""
    guesses = [tried(door, f"198.51.100.{number}") for number in range(6)]

    assert guesses == [401] * 5 + [429]


def test_who_may_not_unlocks_nobody(door: Door) -> None:
    path = f"/people/{LIN.person_id}/unlock-account"

    assert code_of(door.anonymous().post(path)) == (401, "not_signed_in")
    assert code_of(door.as_(HU).post(path)) == (404, "not_found")
    assert code_of(door.as_(WU).post(path)) == (403, "forbidden")
    assert door.as_(ZHAO).post(path).status_code == 204
