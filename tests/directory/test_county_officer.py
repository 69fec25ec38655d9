"""The first county officer comes from the command line."""

import pytest
from sqlalchemy import Engine

from services.directory import commands
from shared import db
from shared.values import Refused
from tests.directory.register import NOW
from tests.signed_in import Door, said_in

PASSWORD = "a-first-Word-9"


def created(engine: Engine, *, username: str = "zhou", password: str = PASSWORD) -> None:
    with db.transaction(engine) as session:
        commands.create_county_officer(session, name="周科长", username=username, password=password, now=NOW)


def test_a_created_county_officer_chooses_a_password_and_sees_the_county(door: Door) -> None:
    created(door.engine)

    token = said_in(door.anonymous().post("/sign-in", {"username": "zhou", "password": PASSWORD}))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    chosen = {"new_password": "Three-cranes-8"}
    token = said_in(door.client.post("/api/directory/v1/change-password", json=chosen, headers=headers))[
        "token"
    ]

    answer = door.client.get("/api/directory/v1/schools", headers={"Authorization": f"Bearer {token}"})
    assert len(said_in(answer)["items"]) == 2


def test_a_username_somebody_has_is_refused_and_nothing_is_written(door: Door) -> None:
    before = door.rows("people")

    with pytest.raises(Refused) as refused:
        created(door.engine, username="LIN")

    assert refused.value.code == "username_taken"
    assert door.rows("people") == before


def test_a_weak_password_is_refused(door: Door) -> None:
    with pytest.raises(Refused) as refused:
        created(door.engine, password="12345678901")

    assert refused.value.code == "weak_password"


def test_whom_nobody_else_can_help_is_helped_from_the_command_line(door: Door) -> None:
    created(door.engine)
    initial = commands.make_initial()

    with db.transaction(door.engine) as session:
        handed = commands.reset_county_officer(session, username="ZHOU", initial=initial, now=NOW)

    answer = door.anonymous().post("/sign-in", {"username": "zhou", "password": handed.initial_password})
    assert answer.status_code == 200
    with db.transaction(door.engine) as session, pytest.raises(Refused):
        commands.reset_county_officer(session, username="lin", initial=initial, now=NOW)
