"""The first drawing of the architecture page shows the floors and rooms that import-linter keeps."""

import re
import tomllib
from itertools import pairwise, product
from pathlib import Path

from shared.events.catalogue import CATALOGUE
from tests.house.test_speech import heard_by
from tests.house.tree import domain_services, text_of

PAGE = Path("docs/architecture.md")
DRAWING = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
ARROW = re.compile(r"^ *(\w+)(?:\[[^\]]*\])? *--> *(\w+)", re.MULTILINE)


def layers(contract_id: str) -> list[list[str]]:
    """The layers of a contract from the top, each with the modules that stand beside one another."""
    contracts = tomllib.loads(text_of(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    (found,) = (contract for contract in contracts if contract["id"] == contract_id)
    return [re.findall(r"\w+", layer) for layer in found["layers"]]


def test_the_drawing_has_an_arrow_from_every_layer_to_the_next_and_no_other() -> None:
    drawing = DRAWING.findall(text_of(PAGE))[0]

    arrows = ARROW.findall(drawing)

    assert len(set(arrows)) == len(arrows)
    assert set(arrows) == {
        arrow
        for contract_id in ("floors", "rooms")
        for upper, lower in pairwise(layers(contract_id))
        for arrow in product(upper, lower)
    }


def test_the_page_names_every_event_that_nobody_follows() -> None:
    heard = {event_type for service in domain_services() for event_type in heard_by(service)}
    unheard = {event_type.rsplit(".", 1)[0] for event_type in set(CATALOGUE) - heard}

    said = re.search(r"Nobody follows\n?(.*?) yet", text_of(PAGE), re.DOTALL)

    assert set(re.findall(r"`([^`]+)`", said[1]) if said else ()) == unheard
