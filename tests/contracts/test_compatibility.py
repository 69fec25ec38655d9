"""An event version only grows by optional fields; each way of breaking one is caught."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from shared.events.catalogue import CATALOGUE
from shared.events.document import DISPLAY_NAME, json_schema
from tests.contracts.compatibility import RECORDED, breaks, recorded

Change = Callable[[Any], object]

OLD = {
    "type": "object",
    "required": ["name", "stage", "people"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 64, DISPLAY_NAME: True},
        "stage": {"type": "string", "enum": ["primary", "junior"]},
        "opened_on": {"type": "string", "format": "date"},
        "people": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "type": "object",
                "required": ["minutes"],
                "properties": {"minutes": {"type": "integer"}},
            },
        },
    },
}
MINUTES = "data.people[].minutes"


def test_every_type_has_its_recorded_schema_and_no_other_is_kept() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == set(CATALOGUE)


@pytest.mark.parametrize("key", CATALOGUE)
def test_no_recorded_version_is_broken(key: str) -> None:
    assert list(breaks(recorded(key), json_schema(CATALOGUE[key]))) == []


@pytest.mark.parametrize("key", CATALOGUE)
def test_what_was_added_is_recorded(key: str) -> None:
    assert json_schema(CATALOGUE[key]) == recorded(key), "run python -m tests.contracts.compatibility"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda new: new["properties"].pop("opened_on"), "data.opened_on: dropped"),
        (lambda new: new["properties"]["stage"].update(type="integer"), "data.stage: type changed"),
        (lambda new: new["properties"]["stage"].update(type=["string", "null"]), "data.stage: type changed"),
        (
            lambda new: new["properties"]["opened_on"].update(format="date-time"),
            "data.opened_on: format changed",
        ),
        (lambda new: new["properties"]["stage"].update(enum=["primary"]), "data.stage: enum lost junior"),
        (lambda new: new["properties"]["name"].update(enum=["A"]), "data.name: enum narrows what was free"),
        (lambda new: new["properties"]["name"].update(maxLength=32), "data.name: maxLength tightened"),
        (lambda new: new["properties"]["name"].update(minLength=2), "data.name: minLength tightened"),
        (lambda new: new["properties"]["people"].update(minItems=1), "data.people: minItems tightened"),
        (lambda new: new["properties"]["people"].update(maxItems=100), "data.people: maxItems tightened"),
        (lambda new: new["required"].append("opened_on"), "data.opened_on: became required"),
        (lambda new: new["required"].remove("name"), "data.name: may be left out now"),
        (lambda new: new["properties"]["name"].pop(DISPLAY_NAME), f"data.name: {DISPLAY_NAME} changed"),
        (lambda new: _minutes(new).update(type="number"), f"{MINUTES}: type changed"),
        (lambda new: _minutes(new).update(maximum=600), f"{MINUTES}: maximum tightened"),
    ],
)
def test_each_way_of_breaking_a_version_is_caught(change: Change, line: str) -> None:
    new = deepcopy(OLD)
    change(new)

    assert list(breaks(OLD, new)) == [line]


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["properties"].update(motto={"type": "string"}),
        lambda new: new["properties"]["stage"]["enum"].append("senior"),
        lambda new: new["properties"]["name"].update(maxLength=128),
        lambda new: new["properties"]["people"].update(maxItems=1000),
        lambda new: _minutes(new).update(description="how long"),
    ],
)
def test_growing_is_allowed(change: Change) -> None:
    new = deepcopy(OLD)
    change(new)

    assert list(breaks(OLD, new)) == []


def _minutes(schema: Any) -> Any:
    return schema["properties"]["people"]["items"]["properties"]["minutes"]
