"""A token counts if the directory's key signed it, for this county, until it ends or is ended: not else."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import select

from shared import auth, db
from shared.auth import Supporter
from shared.kernel_tables import revoked_access
from shared.vocabulary import Role
from tests.signed_in import CHEN, DEPLOYMENT, KEY, LIN, Door, code_of
from tests.web.conftest import NOW
from tests.web.forge import claims_at, signed, signed_by_hmac_of_the_public_key, unsigned

OTHER = OKPKey.generate_key("Ed25519", auto_kid=True)


def sent(door: Door, token: str) -> tuple[int, str]:
    answer = door.client.get("/api/toy/v1/things", headers={"Authorization": f"Bearer {token}"})
    return (200, "") if answer.status_code == 200 else code_of(answer)


def test_a_token_of_the_directory_counts(door: Door) -> None:
    assert sent(door, signed(claims_at(NOW))) == (200, "")


FORGED: dict[str, Callable[[], str]] = {
    "nothing": str,
    "no token": lambda: "x",
    "three parts of nothing": lambda: "..",
    "no method": lambda: unsigned(claims_at(NOW), alg="none"),
    "no method, oddly written": lambda: unsigned(claims_at(NOW), alg="nOnE"),
    "no signature": lambda: unsigned(claims_at(NOW), alg="Ed25519"),
    "the public key as a secret": lambda: signed_by_hmac_of_the_public_key(claims_at(NOW)),
    "another key under our name": lambda: signed(claims_at(NOW), key=OTHER),
    "another key under its name": lambda: signed(claims_at(NOW), key=OTHER, kid=OTHER.kid),
    "a key brought along": lambda: signed(
        claims_at(NOW), key=OTHER, kid=OTHER.kid, jwk=OTHER.as_dict(private=False)
    ),
    "our key, but a key brought along": lambda: signed(claims_at(NOW), jwk=OTHER.as_dict(private=False)),
    "a place to fetch a key": lambda: signed(claims_at(NOW), jku="https://evil.example/jwks"),
    "a certificate's place": lambda: signed(claims_at(NOW), x5u="https://evil.example/x5u"),
    "a path as key": lambda: signed(claims_at(NOW), kid="../../dev/null"),
    "a query as key": lambda: signed(claims_at(NOW), kid="' OR 1=1 --"),
    "no name of a key": lambda: signed(claims_at(NOW), kid=...),
    "another type": lambda: signed(claims_at(NOW), typ="JWT"),
    "no type": lambda: signed(claims_at(NOW), typ=...),
    "another county": lambda: signed(claims_at(NOW, iss="yanxun:elsewhere")),
    "no issuer": lambda: signed(claims_at(NOW, iss=...)),
    "another audience": lambda: signed(claims_at(NOW, aud="broker")),
    "several audiences": lambda: signed(claims_at(NOW, aud=["yanxun", "broker"])),
    "no audience": lambda: signed(claims_at(NOW, aud=...)),
    "nobody": lambda: signed(claims_at(NOW, sub=...)),
    "no person": lambda: signed(claims_at(NOW, sub="../x")),
    "a school that is none": lambda: signed(claims_at(NOW, school_id="all")),
    "no word of a school": lambda: signed(claims_at(NOW, school_id=...)),
    "an empty school": lambda: signed(claims_at(NOW, school_id="")),
    "an unknown role": lambda: signed(claims_at(NOW, roles=["root"])),
    "a role as text": lambda: signed(claims_at(NOW, roles="teacher")),
    "no end": lambda: signed(claims_at(NOW, exp=...)),
    "an end that is no number": lambda: signed(claims_at(NOW, exp="tomorrow")),
    "an end after all time": lambda: signed(claims_at(NOW, exp=10**30)),
    "issued in the future": lambda: signed(claims_at(NOW, iat=int(NOW.timestamp()) + 60)),
    "not valid yet": lambda: signed(claims_at(NOW, nbf=int(NOW.timestamp()) + 60)),
    "no sign-in": lambda: signed(claims_at(NOW, auth_time=...)),
    "a sign-in that is no number": lambda: signed(claims_at(NOW, auth_time=None)),
    "no kind": lambda: signed(claims_at(NOW, kind=...)),
    "an unknown kind": lambda: signed(claims_at(NOW, kind="root")),
    "an unknown scope": lambda: signed(claims_at(NOW, kind="service", scope="write_all")),
    "borrowed eyes of nobody": lambda: signed(claims_at(NOW, act={"name": "x"})),
    "borrowed eyes that are none": lambda: signed(claims_at(NOW, act="me")),
    "no object": lambda: signed(b"[1]"),
    "no JSON": lambda: signed(b"\xff"),
    "half a token": lambda: signed(claims_at(NOW))[:-10],
    "a very long one": lambda: signed(claims_at(NOW, name="x" * 10_000)),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_does_not_count(door: Door, forged: str) -> None:
    assert sent(door, FORGED[forged]()) == (401, "not_signed_in")


@pytest.mark.parametrize("said", ["", "Bearer", "Basic bGluOng=", "bearer x", "Token x"])
def test_who_says_anything_else_is_not_signed_in(door: Door, said: str) -> None:
    answer = door.client.get("/api/toy/v1/things", headers={"Authorization": said})

    assert code_of(answer) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="yanxun"'


def test_a_token_in_the_address_is_no_sign_in(door: Door) -> None:
    answer = door.client.get(f"/api/toy/v1/things?access_token={signed(claims_at(NOW))}")

    assert code_of(answer) == (401, "not_signed_in")


def test_a_token_ends_and_says_so(door: Door) -> None:
    token = signed(claims_at(NOW))
    assert sent(door, token) == (200, "")

    door.later(minutes=15)

    answer = door.client.get("/api/toy/v1/things", headers={"Authorization": f"Bearer {token}"})
    assert code_of(answer) == (401, "token_expired")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_that_ended_before_it_was_first_seen_says_so(door: Door) -> None:
    token = signed(claims_at(NOW))

    door.later(minutes=20)

    assert sent(door, token) == (401, "token_expired")


def test_a_sign_in_is_not_renewed_beyond_half_a_day() -> None:
    late = NOW + timedelta(hours=11, minutes=55)

    _, expires_at = auth.issue_token(
        LIN, signing_key=KEY.as_dict(private=True), deployment=DEPLOYMENT, signed_in_at=NOW, now=late
    )

    assert expires_at == NOW + timedelta(hours=12)


def test_the_old_key_counts_beside_the_new_one_during_rotation(door: Door) -> None:
    both = auth.Verifier(KeySet([OTHER, KEY]).as_dict(private=False), deployment=DEPLOYMENT)

    for key in (KEY, OTHER):
        token = signed(claims_at(NOW), key=key, kid=key.thumbprint())
        assert both.verify(token, now=door.now).actor.person_id == LIN.person_id


def test_a_rotated_list_of_keys_is_read_again_without_a_restart(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "jwks"
    file.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    verifier = auth.Verifier(json.loads(file.read_text()), deployment=DEPLOYMENT, file=file)
    old, new = signed(claims_at(NOW)), signed(claims_at(NOW), key=OTHER, kid=OTHER.thumbprint())
    assert verifier.verify(old, now=door.now).actor == LIN

    file.write_text(json.dumps(KeySet([OTHER, KEY]).as_dict(private=False)))
    door.later(seconds=1)
    assert verifier.verify(new, now=door.now).actor == LIN
    assert verifier.verify(old, now=door.now).actor == LIN

    file.write_text("half a li")
    door.later(seconds=1)
    assert verifier.verify(new, now=door.now).actor == LIN

    file.write_text(json.dumps(KeySet([OTHER]).as_dict(private=False)))
    door.later(seconds=1)
    assert verifier.verify(new, now=door.now).actor == LIN
    with pytest.raises(auth.NotSignedIn):
        verifier.verify(old, now=door.now)


def test_who_borrowed_eyes_loses_them_with_her_own_access(door: Door) -> None:
    officer = replace(LIN, seen_by=auth.Supporter(person_id=CHEN.person_id, name=CHEN.name))
    looking = door.as_(officer)
    assert looking.get("/things").status_code == 200

    with db.transaction(door.engine) as session:
        ended = Ended(person_id=CHEN.person_id, issued_before=NOW + timedelta(seconds=1))
        auth.note_revocation(session, ended, now=door.now)

    assert code_of(looking.get("/things")) == (401, "token_revoked")


def test_no_more_than_so_many_verified_tokens_are_remembered(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "VERIFIED_MAX", 3)
    verifier = auth.Verifier(KeySet([KEY]).as_dict(private=False), deployment=DEPLOYMENT)

    for number in range(10):
        verifier.verify(signed(claims_at(NOW, name=str(number))), now=door.now)

    assert len(verifier._verified) == 3


# --- ended before its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the directory says when it ends somebody's sign-ins."""

    person_id: UUID
    issued_before: datetime


def end(door: Door, *moments: datetime) -> None:
    for moment in moments:
        with db.transaction(door.engine) as session:
            event = Ended(person_id=LIN.person_id, issued_before=moment)
            auth.note_revocation(session, event, now=door.now)


def test_an_ended_sign_in_is_out_at_the_next_request(door: Door) -> None:
    lin = door.as_(LIN)
    assert lin.get("/things").status_code == 200

    end(door, NOW + timedelta(microseconds=1))

    assert code_of(lin.get("/things")) == (401, "token_revoked")
    assert code_of(lin.post("/things", {"name": "一"})) == (401, "token_revoked")
    assert door.as_(CHEN).get("/things").status_code == 200


def test_a_renewed_token_ends_with_the_sign_in_it_came_from(door: Door) -> None:
    end(door, NOW + timedelta(seconds=1))
    door.later(minutes=5)

    renewed = signed(claims_at(door.now, auth_time=NOW.timestamp()))

    assert sent(door, renewed) == (401, "token_revoked")


def test_a_later_sign_in_counts_to_the_microsecond(door: Door) -> None:
    end(door, NOW + timedelta(microseconds=7))

    door.now += timedelta(microseconds=6)
    assert code_of(door.as_(LIN).get("/things")) == (401, "token_revoked")

    door.now += timedelta(microseconds=1)
    assert door.as_(LIN).get("/things").status_code == 200


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 3)])
def test_the_latest_end_wins_in_any_order(door: Door, order: tuple[int, ...]) -> None:
    end(door, *(NOW + timedelta(seconds=seconds) for seconds in order))

    with door.engine.connect() as connection:
        assert connection.execute(select(revoked_access.c.issued_before)).scalars().all() == [
            NOW + timedelta(seconds=3)
        ]


def test_a_token_carries_as_many_schools_as_a_district_may_have() -> None:
    schools = frozenset(UUID(int=0x5000 + number) for number in range(auth.SCHOOLS_BEYOND_MAX))
    officer = replace(
        LIN,
        name="欧阳" * 32,
        roles=frozenset(Role),
        beyond=schools,
        seen_by=Supporter(person_id=CHEN.person_id, name="陈" * 64),
    )

    text, _ = auth.issue_token(
        officer,
        signing_key=KEY.as_dict(private=True),
        deployment=DEPLOYMENT,
        signed_in_at=NOW,
        now=NOW,
    )

    verifier = auth.Verifier(KeySet([KEY]).as_dict(private=False), deployment=DEPLOYMENT)
    assert len(text) <= auth.TOKEN_CHARACTERS_MAX
    assert verifier.verify(text, now=NOW).actor == officer
