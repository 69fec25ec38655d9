"""A token is renewed while the sign-in behind it counts."""

from datetime import date

from sqlalchemy import insert, update

from services.directory.commands import facts
from services.directory.domain.periods import Period
from services.directory.models import Account, Post
from shared import db
from shared.values import new_id
from shared.vocabulary import Role
from tests.signed_in import CHEN, LIN, SCHOOL, Door, code_of, said_in


def test_a_renewed_token_lives_as_long_as_a_new_one(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(minutes=10)

    renewed = said_in(lin.post("/renew-token"))

    assert renewed["expires_at"] == "2026-10-14T06:25:00+00:00"
    headers = {"Authorization": f"Bearer {renewed['token']}"}
    assert door.client.get("/api/directory/v1/me", headers=headers).status_code == 200


def test_it_ends_with_the_sign_in_at_the_latest(door: Door) -> None:
    lin = door.as_(LIN)
    door.later(hours=11, minutes=50)

    assert said_in(lin.post("/renew-token"))["expires_at"] == "2026-10-14T18:00:00+00:00"


def test_a_token_that_ran_out_during_a_rest_is_renewed(door: Door) -> None:
    headers = {"Authorization": f"Bearer {door.as_(LIN).token()}"}
    door.later(hours=2)

    renewed = door.client.post("/api/directory/v1/renew-token", headers=headers)

    assert renewed.status_code == 200


def test_a_token_that_ran_out_is_good_for_nothing_else(door: Door) -> None:
    headers = {"Authorization": f"Bearer {door.as_(LIN).token()}"}
    door.later(hours=1)
    door.client.post("/api/directory/v1/renew-token", headers=headers)

    asked = door.client.get("/api/directory/v1/me", headers=headers)

    assert code_of(asked) == (401, "token_expired")


def test_after_too_long_a_rest_the_password_is_asked_for(door: Door) -> None:
    headers = {"Authorization": f"Bearer {door.as_(LIN).token()}"}
    door.later(hours=2, minutes=16)

    renewed = door.client.post("/api/directory/v1/renew-token", headers=headers)

    assert code_of(renewed) == (401, "token_expired")


def test_a_new_post_shows_in_the_renewed_token(door: Door) -> None:
    lin = door.as_(LIN)
    post = {
        "id": new_id(door.now),
        "person_id": LIN.person_id,
        "school_id": SCHOOL,
        "role": Role.GROUP_LEADER,
        "starts_on": date(2026, 10, 14),
        "recorded_at": door.now,
    }
    with db.transaction(door.engine) as session:
        session.execute(insert(Post), [post])

    assert said_in(lin.post("/renew-token"))["person"]["roles"] == ["group_leader", "teacher"]


def test_a_post_that_has_ended_ends_the_renewing(door: Door) -> None:
    lin = door.as_(LIN)
    with db.transaction(door.engine) as session:
        facts.record(
            session,
            Post,
            of={"person_id": LIN.person_id},
            period=Period(starts_on=date(2026, 10, 14), ends_on=None),
            become=lambda _: None,
            now=door.now,
        )

    assert code_of(lin.post("/renew-token")) == (401, "token_revoked")


def test_a_disabled_account_renews_nothing(door: Door) -> None:
    with db.transaction(door.engine) as session:
        session.execute(update(Account).values(disabled_at=door.now))

    assert code_of(door.as_(LIN).post("/renew-token")) == (401, "token_revoked")


def test_who_has_no_account_renews_nothing(door: Door) -> None:
    assert code_of(door.as_(CHEN).post("/renew-token")) == (401, "token_revoked")


def test_who_is_not_signed_in_renews_nothing(door: Door) -> None:
    assert code_of(door.anonymous().post("/renew-token")) == (401, "not_signed_in")
