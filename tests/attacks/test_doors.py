"""Each kind of token at each kind of door (ATK12, ATK19, ATK26, ATK27, ATK28)."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.auth import Actor, Kind, Supporter
from shared.db import kernel
from shared.vocabulary import ApiScope
from tests.signed_in import LIN, QIAN, Door, Person, code_of, opened_door
from tests.web.conftest import NOW
from tests.web.toy import SERVICE

ROWS = tomllib.loads(Path(__file__).with_name("doors.toml").read_text(encoding="utf-8"))["row"]


def _system(*scopes: ApiScope) -> Actor:
    return Actor(
        person_id=UUID(int=0xA1),
        name="省平台",
        school_id=None,
        roles=frozenset(),
        kind=Kind.SERVICE,
        api_scopes=frozenset(scopes),
    )


WHO = {
    "a teacher": LIN,
    "a system with the scope": _system(ApiScope.READ_SCHOOLS),
    "a system without the scope": _system(ApiScope.READ_HOURS),
    "an officer with borrowed eyes": replace(LIN, seen_by=Supporter(person_id=QIAN.person_id, name="钱科长")),
    "a teacher with an initial password": replace(LIN, must_change_password=True),
}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened_door(tmp_path / "toy.sqlite", SERVICE, now=NOW) as door:
        kernel.create_all(door.engine)
        SERVICE.metadata.create_all(door.engine)
        yield door


def comes(door: Door, who: str) -> Person:
    if who in WHO:
        return door.as_(WHO[who])
    return Person(door=door, token=lambda: "yxk_" + "a" * 43)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['id']} {row['who']}")
@pytest.mark.parametrize("kind", ["reads", "writes", "open"])
def test_a_token_opens_what_it_is_for_and_nothing_else(door: Door, row: dict[str, Any], kind: str) -> None:
    somebody = comes(door, row["who"])

    match kind:
        case "reads":
            answer = somebody.get("/things")
        case "writes":
            answer = somebody.post("/things", {"name": "一"})
        case _:
            answer = somebody.get("/open-things")

    wanted = row[kind]
    got = answer.status_code if isinstance(wanted, int) else list(code_of(answer))
    assert got == wanted
    if isinstance(wanted, list):
        assert door.rows("things") == []
