"""Every event version has one golden message, which is never edited and is understood for ever (PR17)."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events.catalogue import CATALOGUE
from shared.events.codec import Envelope, UnreadableEvent, data_of, school_of, subject_of
from shared.events.document import DISPLAY_NAME, json_schema
from shared.events.schemas import schema_for

HERE = Path(__file__).parent
GOLDEN = sorted(HERE.glob("*.v[0-9]*.json"))


def golden(key: str) -> Any:
    """The golden message of that type, as JSON."""
    return json.loads((HERE / f"{key}.json").read_text(encoding="utf-8"))


def encoded(message: Any) -> bytes:
    return json.dumps(message).encode()


def test_every_type_has_its_golden_message_and_no_other_is_kept() -> None:
    assert {path.stem for path in GOLDEN} == set(CATALOGUE)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_message_loads_and_is_said_again_as_it_was(path: Path) -> None:
    envelope = Envelope.decode(path.read_bytes())

    event = envelope.event(CATALOGUE[path.stem])

    assert type(event) is CATALOGUE[path.stem]
    assert json.loads(envelope.encode()) == golden(path.stem)
    assert json.loads(data_of(event)) == envelope.data
    assert subject_of(event) == envelope.subject
    assert school_of(event) == envelope.school_id


@pytest.mark.parametrize("key", CATALOGUE)
def test_what_a_newer_producer_adds_is_ignored(key: str) -> None:
    message = golden(key)
    as_it_was = Envelope.decode(encoded(message)).event(CATALOGUE[key])

    message["hereafter"] = "an attribute of the envelope"
    message["data"]["hereafter"] = {"more": [1, 2]}
    for parts in [value for value in message["data"].values() if isinstance(value, list)]:
        parts[0]["hereafter"] = True

    assert Envelope.decode(encoded(message)).event(CATALOGUE[key]) == as_it_was


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_message_that_lacks_a_required_field_is_refused(key: str) -> None:
    for name in json_schema(CATALOGUE[key])["required"]:
        message = golden(key)
        del message["data"][name]

        with pytest.raises(UnreadableEvent, match=name):
            Envelope.decode(encoded(message)).event(CATALOGUE[key])


@pytest.mark.parametrize("key", CATALOGUE)
def test_erasing_a_person_leaves_it_the_same_event(key: str) -> None:
    message, erased = golden(key), golden(key)
    properties = json_schema(CATALOGUE[key])["properties"]
    for name in [name for name, described in properties.items() if described.get(DISPLAY_NAME)]:
        erased["data"][name] = "已注销"
    changed = golden(key)
    changed["data"][CATALOGUE[key].SUBJECT] = "019a8f00-0000-7000-8000-0000000fffff"

    def digest(said: Any) -> bytes:
        return Envelope.decode(encoded(said)).digest(CATALOGUE[key])

    assert digest(erased) == digest(message)
    assert digest(changed) != digest(message)


@pytest.mark.parametrize("key", CATALOGUE)
def test_display_names_stand_where_the_digest_looks_for_them(key: str) -> None:
    parts = [field for field in schema_for(CATALOGUE[key]).fields.values() if hasattr(field, "inner")]

    deep = [
        name
        for part in parts
        for name, field in part.inner.schema.fields.items()
        if field.metadata.get("shown")
    ]

    assert deep == []
