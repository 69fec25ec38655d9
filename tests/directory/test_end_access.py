"""Access ends: signed out everywhere, or the account disabled."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.auth import Actor
from shared.events.directory import AccessRevoked
from shared.vocabulary import Role
from tests.directory.register import PASSWORD
from tests.signed_in import CHEN, HU, LIN, QIAN, SCHOOL, WU, ZHAO, Door, code_of

DISABLE_LIN = f"/people/{LIN.person_id}/disable-account"
RIGHT = {"username": "lin", "password": PASSWORD}


def revoked(door: Door, somebody: Actor) -> AccessRevoked:
    return AccessRevoked(person_id=somebody.person_id, school_id=somebody.school_id, issued_before=door.now)


# --- signed out everywhere


def test_signed_out_everywhere_is_out_at_once_and_said(door: Door) -> None:
    here, there = door.as_(LIN), door.as_(LIN)
    door.later(seconds=1)

    assert here.post("/sign-out-everywhere").status_code == 204

    assert code_of(here.get("/me")) == (401, "token_revoked")
    assert code_of(there.get("/me")) == (401, "token_revoked")
    assert code_of(there.post("/renew-token")) == (401, "token_revoked")
    assert door.said() == [revoked(door, LIN)]


def test_who_signed_out_everywhere_signs_in_again(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(seconds=1)
    lin.post("/sign-out-everywhere")
    door.later(seconds=1)

    assert door.anonymous().post("/sign-in", RIGHT).status_code == 200
    assert door.as_(LIN).get("/me").status_code == 200


def test_a_sign_in_that_overtook_the_signing_out_is_out_too(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(seconds=5)
    overtaking = door.anonymous().post("/sign-in", RIGHT)
    assert overtaking.json is not None
    door.now -= timedelta(seconds=2)

    lin.post("/sign-out-everywhere")

    door.later(seconds=3)
    headers = {"Authorization": f"Bearer {overtaking.json['token']}"}
    answer = door.client.get("/api/directory/v1/me", headers=headers)
    assert code_of(answer) == (401, "token_revoked")


def test_who_is_not_signed_in_signs_nobody_out(door: Door) -> None:
    assert code_of(door.anonymous().post("/sign-out-everywhere")) == (401, "not_signed_in")


def test_who_has_no_account_has_nothing_to_sign_out_of(door: Door) -> None:
    assert code_of(door.as_(CHEN).post("/sign-out-everywhere")) == (401, "token_revoked")


# --- disabled


@pytest.mark.parametrize("somebody", [ZHAO, QIAN])
def test_a_disabled_account_is_out_at_once_and_said(door: Door, somebody: Actor) -> None:
    lin = door.as_(LIN)
    door.later(seconds=1)

    assert door.as_(somebody).post(DISABLE_LIN).status_code == 204

    assert code_of(lin.get("/me")) == (401, "token_revoked")
    assert code_of(door.anonymous().post("/sign-in", RIGHT)) == (401, "wrong_credentials")
    assert door.said() == [revoked(door, LIN)]


def test_an_account_disabled_twice_is_disabled_once(door: Door) -> None:
    for _ in range(2):
        assert door.as_(ZHAO).post(DISABLE_LIN).status_code == 204

    assert len(door.said()) == 1


def test_who_is_not_signed_in_disables_nobody(door: Door) -> None:
    assert code_of(door.anonymous().post(DISABLE_LIN)) == (401, "not_signed_in")


def test_another_schools_account_and_none_look_the_same(door: Door) -> None:
    another = door.as_(HU).post(DISABLE_LIN)
    none = door.as_(HU).post(f"/people/{uuid4()}/disable-account")

    assert code_of(another) == (404, "not_found")
    assert another.json == none.json
    assert door.said() == []


def test_who_has_no_account_has_none_to_disable(door: Door) -> None:
    assert code_of(door.as_(ZHAO).post(f"/people/{CHEN.person_id}/disable-account")) == (404, "not_found")


@pytest.mark.parametrize("somebody", [CHEN, WU])
def test_a_teacher_disables_nobody(door: Door, somebody: Actor) -> None:
    assert code_of(door.as_(somebody).post(DISABLE_LIN)) == (403, "forbidden")


def test_nobody_disables_an_account_above_their_own(door: Door) -> None:
    office = Actor(
        person_id=WU.person_id, name="吴老师", school_id=SCHOOL, roles=frozenset({Role.ACADEMIC_OFFICE})
    )

    assert code_of(door.as_(office).post(f"/people/{ZHAO.person_id}/disable-account")) == (403, "forbidden")
    assert code_of(door.as_(ZHAO).post(f"/people/{QIAN.person_id}/disable-account")) == (404, "not_found")


def test_nobody_locks_themselves_out(door: Door) -> None:
    answer = door.as_(ZHAO).post(f"/people/{ZHAO.person_id}/disable-account")

    assert code_of(answer) == (409, "own_account")
