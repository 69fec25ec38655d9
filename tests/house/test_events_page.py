"""The page of events is what the code says today."""

from pathlib import Path

from shared.events import document
from tests.house.tree import text_of


def test_the_page_of_events_is_fresh() -> None:
    assert text_of(Path("docs/events.md")) == document.markdown(), "run make docs"
