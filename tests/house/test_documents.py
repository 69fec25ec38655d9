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
    prose = prose_of(text_of(path))

    assert titles(prose) == 1
    assert broken_links(prose, home=ROOT / path.parent) == []


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_record_is_one_page_of_four_parts(path: Path) -> None:
    assert is_a_record(text_of(path), number=path.name[:4])


def test_decision_records_are_numbered_without_a_gap_and_listed() -> None:
    index = text_of(DECISIONS / "README.md")

    numbers = [int(path.name[:4]) for path in decisions()]

    assert numbers == list(range(1, len(numbers) + 1))
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", index) == [path.name for path in decisions()]


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert "\n## [Unreleased]\n" in text_of(Path("CHANGELOG.md"))


def test_a_broken_link_and_a_second_title_are_seen(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    links = "[a](there.md#part) [b](gone.md) [c](https://example.org) [d](#part)"

    prose = prose_of(f"# One\n{links}\n```\n# [e](code.md)\n```\n")

    assert broken_links(prose, home=tmp_path) == ["gone.md"]
    assert titles(prose) == 1
    assert titles(f"{prose}# Two\n") == 2


RECORD = "# 0007: One queue\n## Context\n## Decision\n## Rejected\n## Consequences\n"


@pytest.mark.parametrize(
    ("text", "fair"),
    [
        (RECORD, True),
        (RECORD.replace("0007", "0008"), False),
        (RECORD.replace("## Rejected\n", ""), False),
        (RECORD + "\n" * DECISION_LINES_MAX, False),
    ],
)
def test_a_record_in_another_form_is_seen(text: str, fair: bool) -> None:  # noqa: FBT001  a case
    assert is_a_record(text, number="0007") is fair


def prose_of(text: str) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def titles(prose: str) -> int:
    """How many titles it has."""
    return len(re.findall(r"^# ", prose, re.MULTILINE))


def broken_links(prose: str, *, home: Path) -> list[str]:
    """The links that lead nowhere from this folder."""
    return [link for link in LINK.findall(prose) if not (home / link).exists()]


def is_a_record(text: str, *, number: str) -> bool:
    """Whether it has its number, the four parts in their order, and fits one page."""
    return (
        text.startswith(f"# {number}: ")
        and re.findall(r"^## (.+)$", text, re.MULTILINE) == DECISION_HEADINGS
        and len(text.splitlines()) <= DECISION_LINES_MAX
    )
