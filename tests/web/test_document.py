"""The document of a service's API says what is on the wire; its page needs nothing from anywhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.signed_in import LIN, Door, said_in


@pytest.fixture
def document(door: Door) -> Any:
    """The toy's OpenAPI document."""
    return said_in(door.client.get("/api/toy/openapi.json"))


def test_it_is_openapi_3_1_of_every_route(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "研训 · 玩具"
    assert set(document["paths"]) == {
        "/api/toy/v1/things",
        "/api/toy/v1/things/{thing_id}",
        "/api/toy/v1/forbidden",
        "/api/toy/v1/declined",
        "/api/toy/v1/open-things",
        "/api/toy/v1/audit-entries",
        "/api/toy/v1/me/acts",
        "/api/toy/v1/me/looks",
        "/api/toy/v1/people/{person_id}/holdings",
    }


def test_a_creating_post_asks_for_its_key(document: dict[str, Any]) -> None:
    things = document["paths"]["/api/toy/v1/things"]

    assert [one["name"] for one in things["post"]["parameters"]] == ["Idempotency-Key"]
    assert [one["name"] for one in things["get"]["parameters"]] == ["limit", "cursor"]


def test_a_token_is_asked_for_but_where_the_door_is_public(document: dict[str, Any]) -> None:
    assert document["security"] == [{"bearer": []}]
    assert document["paths"]["/api/toy/v1/declined"]["post"]["security"] == []
    assert "security" not in document["paths"]["/api/toy/v1/things"]["post"]


def test_every_error_is_a_problem_in_the_document_too(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]

    assert responses
    for response in responses.values():
        assert set(response["content"]) == {"application/problem+json"}


def test_limits_stand_in_the_document(document: dict[str, Any]) -> None:
    thing = document["components"]["schemas"]["ThingIn"]

    assert thing["properties"]["name"]["maxLength"] == 64
    assert thing["properties"]["minutes"] | {"minimum": 1, "maximum": 1440} == thing["properties"]["minutes"]
    assert thing["required"] == ["name"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def test_the_page_shows_every_route_and_loads_nothing(door: Door, document: dict[str, Any]) -> None:
    answer = door.client.get("/api/toy/docs")

    assert answer.content_type == "text/html; charset=utf-8"
    for path in document["paths"]:
        assert path in answer.text
    assert not re.search(r"<script|<link|<img|src=|https?://", answer.text)
    assert "style-src 'unsafe-inline'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/toy/docs", "/api/toy/openapi.json", "/livez", "/api/toy/v1/things"])
def test_every_answer_keeps_to_itself(door: Door, path: str) -> None:
    headers = {"Authorization": f"Bearer {door.as_(LIN).token()}"}

    told = door.client.get(path, headers=headers).headers

    assert told["Cache-Control"] == "no-store"
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["Referrer-Policy"] == "no-referrer"
    assert told["Content-Security-Policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in told["Content-Security-Policy"]


def references(node: Any) -> Iterator[str]:
    """Every $ref in the document."""
    if isinstance(node, dict):
        for name, below in node.items():
            if name == "$ref":
                yield below
            else:
                yield from references(below)
    elif isinstance(node, list):
        for below in node:
            yield from references(below)
