"""The AsyncAPI document is valid, complete, and describes what really travels."""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from shared.events.activities import AttendanceConfirmed
from shared.events.catalogue import CATALOGUE
from shared.events.credits import HoursAccrued
from shared.events.document import Consumers, asyncapi, markdown, read_samples, write_documents

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RULES = json.loads((HERE / "asyncapi" / "schema-3.0.0.json").read_text(encoding="utf-8"))
CONSUMERS: Consumers = {"credits": (AttendanceConfirmed,), "notify": (HoursAccrued,)}


def test_the_document_is_valid_asyncapi() -> None:
    wrong = [error.message for error in Draft7Validator(RULES).iter_errors(asyncapi(CONSUMERS))]

    assert wrong == []


@pytest.mark.parametrize("spoilt", ["action", "channel"])
def test_a_spoilt_document_is_not_valid(spoilt: str) -> None:
    document = deepcopy(asyncapi(CONSUMERS))
    del document["operations"]["credits-acts-on-activities.attendance.confirmed.v1"][spoilt]

    assert not Draft7Validator(RULES).is_valid(document)


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi(CONSUMERS)

    for reference in references(document):
        assert resolved(document, reference)


def test_the_owner_sends_and_whoever_acts_receives() -> None:
    operations = asyncapi(CONSUMERS)["operations"]

    sent = operations["activities-sends-activities.attendance.confirmed.v1"]
    heard = operations["credits-acts-on-activities.attendance.confirmed.v1"]

    assert (sent["action"], sent["tags"]) == ("send", [{"name": "activities"}])
    assert (heard["action"], heard["tags"]) == ("receive", [{"name": "credits"}])
    assert sent["channel"] == heard["channel"]
    assert "notify-acts-on-activities.attendance.confirmed.v1" not in operations


def test_the_signals_are_there_with_those_who_say_them() -> None:
    channels = asyncapi(CONSUMERS)["channels"]

    assert channels["stream.head.v1"]["address"] == "{speaker}.stream.head.v1"
    assert channels["stream.head.v1"]["parameters"]["speaker"]["enum"] == sorted(
        {cls.owner() for cls in CATALOGUE.values()}
    )
    assert channels["stream.gap.v1"]["parameters"]["speaker"]["enum"] == ["credits", "notify"]


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_golden_message_is_as_described(key: str) -> None:
    message = json.loads((HERE / f"{key}.json").read_text(encoding="utf-8"))
    described = payload(CATALOGUE[key].__name__)

    assert [error.message for error in described.iter_errors(message)] == []
    assert not described.is_valid(message | {"seq": 0})
    assert not described.is_valid(message | {"source": "urn:yanxun:demo:nobody"})
    assert not described.is_valid(message | {"data": {}})


def test_the_page_names_every_type_with_its_owner_its_fields_and_who_acts() -> None:
    page = markdown(CONSUMERS, samples=read_samples(ROOT))

    assert all(f"\n### `{key}`\n" in page for key in CATALOGUE)
    assert "(`AttendanceConfirmed`) about its `activity_id`. Acted on by credits." in page
    assert "| `attendees[].minutes` | integer: minutes |  |" in page
    assert "| `entries[].hours_hundredths` | integer: hundredths of a credit hour |  |" in page
    assert "| `attendees` |" not in page
    assert "| `plan_item_id` | uuid | may be null |" in page


def test_both_documents_are_written_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    samples = tmp_path / "tests" / "contracts"
    samples.parent.mkdir()
    samples.symlink_to(HERE)

    write_documents(tmp_path, CONSUMERS)

    assert (tmp_path / "docs/events.md").read_text(encoding="utf-8").startswith("# Events\n")
    assert json.loads((tmp_path / "docs/asyncapi.json").read_text(encoding="utf-8")) == asyncapi(CONSUMERS)


def payload(name: str) -> Draft7Validator:
    """What checks a whole message of that name."""
    document = asyncapi(CONSUMERS)
    schema = document["components"]["messages"][name]["payload"] | {"components": document["components"]}
    return Draft7Validator(schema, format_checker=FormatChecker())


def references(part: Any) -> list[str]:
    if isinstance(part, Mapping):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def resolved(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document
