"""The documents about events are what the code says today."""

from pathlib import Path

import pytest

from deploy.services import SERVICES
from shared.events.document import ASYNCAPI, PAGE, rendered
from tests.house.tree import ROOT, text_of


@pytest.mark.parametrize("path", [PAGE, ASYNCAPI], ids=str)
def test_a_document_about_events_is_fresh(path: Path) -> None:
    consumers = {service.name: tuple(service.handlers) for service in SERVICES}

    assert text_of(path) == rendered(ROOT, consumers)[path], "run make docs"
