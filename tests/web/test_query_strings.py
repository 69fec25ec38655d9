"""A query string holds what the route knows, each once, and nothing else."""

import pytest

from tests.signed_in import LIN, Door, code_of, wrong_fields


def test_a_page_is_asked_for_by_limit_and_cursor(door: Door) -> None:
    answer = door.as_(LIN).get("/things?limit=200&cursor=018f0000-0000-7000-8000-000000000000")

    assert answer.json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("limit", ["-1", "0", "201", "1000000", "1_0", "\uff11\uff12", "²", "x", ""])
def test_a_limit_that_is_none_is_refused(door: Door, limit: str) -> None:
    assert set(wrong_fields(door.as_(LIN).get(f"/things?limit={limit}"))) == {"limit"}


def test_a_broken_cursor_is_refused(door: Door) -> None:
    assert set(wrong_fields(door.as_(LIN).get("/things?cursor=../x"))) == {"cursor"}


@pytest.mark.parametrize("path", ["/things?limt=3", "/forbidden?limit=3"])
def test_an_unknown_parameter_is_refused(door: Door, path: str) -> None:
    answer = door.as_(LIN).get(path)

    assert code_of(answer) == (400, "unknown_parameter")
    assert answer.json is not None
    assert len(answer.json["errors"]) == 1


def test_a_parameter_said_twice_is_refused(door: Door) -> None:
    assert code_of(door.as_(LIN).get("/things?limit=1&limit=2")) == (400, "repeated_parameter")
