"""The first drawing of the architecture page shows the imports that occur in the tree, and no other."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from shared.events.catalogue import CATALOGUE
from tests.house.test_speech import heard_by
from tests.house.tree import CONSOLE, ROOMS, domain_services, dotted, imports_of, modules, text_of, tree_of

Arrow = tuple[str, str]

PAGE = Path("docs/architecture.md")
DRAWING = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
IMPORT = re.compile(r"^ *(\w+)(?:\[[^\]]*\])? *--> *(\w+)", re.MULTILINE)
REQUEST = re.compile(r"^ *(\w+)(?:\[[^\]]*\])? *-\. HTTP \.-> *(\w+)", re.MULTILINE)
FLOORS = ("shared", "services", "deploy")
CLIENT = "shared.client"


def drawn(kind: re.Pattern[str]) -> list[Arrow]:
    """The arrows of one kind in the first drawing."""
    arrows: list[Arrow] = kind.findall(DRAWING.findall(text_of(PAGE))[0])
    return arrows


def place_of(name: str) -> str | None:
    """Where in the drawing a module stands; None for the packages around rooms."""
    floor, *inner = name.split(".")
    if floor != "services":
        return floor
    if inner[:1] == [CONSOLE]:
        return CONSOLE
    return inner[1] if len(inner) > 1 else None


def occurring() -> dict[Arrow, str]:
    """Every import from one place of the drawing into another, with a module that has it."""
    found: dict[Arrow, str] = {}
    for path in modules(*FLOORS):
        here = place_of(dotted(path))
        for there in {place_of(name) for name in imports_of(tree_of(path)) if name.split(".")[0] in FLOORS}:
            if here and there and here != there:
                found.setdefault((here, there), str(path))
    return found


def along(arrows: list[Arrow]) -> set[Arrow]:
    """From every place to whatever its arrows lead to, at once or further on."""
    onward = defaultdict(set)
    for start, end in arrows:
        onward[start].add(end)

    def reached(place: str) -> set[str]:
        return onward[place] | {further for end in onward[place] for further in reached(end)}

    return {(start, end) for start in list(onward) for end in reached(start)}


def test_every_arrow_is_an_import_that_occurs() -> None:
    arrows = drawn(IMPORT)

    assert len(set(arrows)) == len(arrows)
    assert set(arrows) - occurring().keys() == set()


def test_every_import_that_occurs_lies_along_the_arrows() -> None:
    covered = along(drawn(IMPORT))

    assert {arrow: module for arrow, module in occurring().items() if arrow not in covered} == {}


def test_every_dotted_arrow_starts_where_the_services_are_asked_over_http() -> None:
    asking = {
        place_of(dotted(path))
        for path in modules("services", "deploy")
        if any(name == CLIENT or name.startswith(f"{CLIENT}.") for name in imports_of(tree_of(path)))
    }

    assert set(drawn(REQUEST)) == {(place, "api") for place in asking}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("deploy.cli", "deploy"),
        ("shared.events.codec.Event", "shared"),
        ("services.credits", None),
        ("services.credits.domain.Entry", "domain"),
        ("services.console.pages.me", "console"),
    ],
)
def test_a_module_stands_where_it_is_drawn(name: str, place: str | None) -> None:
    assert place_of(name) == place
    assert place in {None, *ROOMS, *FLOORS, CONSOLE}


def test_the_page_names_every_event_that_nobody_follows() -> None:
    heard = {event_type for service in domain_services() for event_type in heard_by(service)}
    unheard = {event_type.rsplit(".", 1)[0] for event_type in set(CATALOGUE) - heard}

    said = re.search(r"Nobody follows\n?(.*?) yet", text_of(PAGE), re.DOTALL)

    assert set(re.findall(r"`([^`]+)`", said[1]) if said else ()) == unheard
