"""Documents stay true: links lead somewhere, decisions are numbered and listed, the changelog has room."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, text_of

DECISIONS = Path("docs/decisions")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DECISION_LINES_MAX = 60  # one page
DECISION_HEADINGS = ["Context", "Decision", "Rejected", "Consequences"]


def documents() -> list[Path]:
    """Every document of the project."""
    return [path for path in files() if path.suffix == ".md"]


def decisions() -> list[Path]:
    """Every decision record, in order."""
    return [path for path in documents() if path.parent == DECISIONS and re.match(r"\d{4}-", path.name)]


@pytest.mark.parametrize("path", documents(), ids=str)
def test_a_document_has_one_title_and_links_that_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", text_of(path), flags=re.MULTILINE | re.DOTALL)

    broken = [link for link in LINK.findall(prose) if not (ROOT / path.parent / link).exists()]

    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
    assert broken == []


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_record_is_one_page_of_four_parts(path: Path) -> None:
    text = text_of(path)

    assert text.startswith(f"# {path.name[:4]}: ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == DECISION_HEADINGS
    assert len(text.splitlines()) <= DECISION_LINES_MAX


def test_decision_records_are_numbered_without_a_gap_and_listed() -> None:
    index = text_of(DECISIONS / "README.md")

    numbers = [int(path.name[:4]) for path in decisions()]

    assert numbers == list(range(1, len(numbers) + 1))
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", index) == [path.name for path in decisions()]


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## [Unreleased]\n" in text_of(Path("CHANGELOG.md"))
