"""Who says and hears what: the READMEs and the drawing tell exactly what the code does."""

import re
from importlib import import_module
from pathlib import Path

from shared.events.catalogue import CATALOGUE
from shared.events.codec import Event
from tests.house.tree import domain_services, imports_of, in_rooms, text_of, tree_of

TYPE = re.compile(r"`([a-z]+\.[a-z_]+\.[a-z_]+\.v\d+)`")
STREAM = re.compile(r"^ *([a-z]+)(?:\[[^\]]*\])? *-->\|([^|]+)\| *([a-z]+)", re.MULTILINE)


def test_a_readme_names_what_its_service_hears(service: str) -> None:
    assert types_under("Hears", service) == heard_by(service)


def test_a_readme_names_what_its_service_says(service: str) -> None:
    assert types_under("Says", service) == said_by(service)


def test_a_service_says_only_its_own(service: str) -> None:
    assert {event_type.split(".")[0] for event_type in said_by(service)} <= {service}


def test_everything_in_the_catalogue_is_said_by_somebody() -> None:
    said = {event_type for service in domain_services() for event_type in said_by(service)}

    assert said == set(CATALOGUE)


def test_the_drawing_shows_every_stream_and_no_other() -> None:
    drawn = {
        (producer, spoken.strip(), consumer)
        for producer, label, consumer in STREAM.findall(text_of(Path("docs/architecture.md")))
        for spoken in label.split(",")
    }

    assert drawn == {
        (producer, f"{subject}.{verbed}", consumer)
        for consumer in domain_services()
        for producer, subject, verbed, _version in (heard.split(".") for heard in heard_by(consumer))
    }


def types_under(heading: str, service: str) -> set[str]:
    """The event types a README names under one of its headings."""
    readme = text_of(Path("services") / service / "README.md")
    part = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    return set(TYPE.findall(part.group(1))) if part else set()


def heard_by(service: str) -> set[str]:
    """The types in the service's table of handlers."""
    return {event.TYPE for event in import_module(f"services.{service}.handlers").HANDLERS}


def said_by(service: str) -> set[str]:
    """The types of the events the service's commands import in order to say them."""
    own = import_module(f"shared.events.{service}") if service in producers() else None
    imported = {
        name.rsplit(".", 1)[1]
        for path in in_rooms("commands")
        if path.parts[1] == service
        for name in imports_of(tree_of(path))
        if name.startswith(f"shared.events.{service}.")
    }
    found = (getattr(own, name) for name in imported)
    return {event.TYPE for event in found if isinstance(event, type) and issubclass(event, Event)}


def producers() -> set[str]:
    """The services that say anything."""
    return {event_type.split(".")[0] for event_type in CATALOGUE}
