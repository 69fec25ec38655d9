"""The list of promises stays true: each is named by a test it lists, all of these are there and are run."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules, text_of

PROMISES = Path("docs/promises.md")
ROW = re.compile(r"^\| ((?:PR|INV|F|FACT)\d+) \| .+ \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)`")
IN_FULL = re.compile(r"^\t\$\(PYTEST\) (.*) --full\b", re.MULTILINE)
TRIED = re.compile(r"^@pytest\.mark\.trials\(", re.MULTILINE)


def rows() -> dict[str, list[Path]]:
    """Every id of the list, with the files that show it."""
    return {row[1]: [Path(name) for name in TEST.findall(row[0])] for row in ROW.finditer(text_of(PROMISES))}


def is_named(promise: str, text: str) -> bool:
    """Whether a docstring, a comment or the name of a test says the id."""
    return re.search(rf"\b{promise}\b|_{promise.lower()}_", text) is not None


@pytest.mark.parametrize("promise", rows())
def test_a_promise_is_named_by_tests_that_are_there(promise: str) -> None:
    shown_by = rows()[promise]

    absent = [path for path in shown_by if not (ROOT / path).exists()]
    naming = [path for path in shown_by if path not in absent and is_named(promise, text_of(path))]

    assert absent == []
    assert naming, f"no test named by {PROMISES} says {promise}"
    assert any(path.name.startswith("test_") for path in shown_by), f"{PROMISES}: nothing runs for {promise}"


def test_make_faults_reaches_every_test_of_many_trials() -> None:
    run = [Path(path) for found in IN_FULL.findall(text_of(Path("Makefile"))) for path in found.split()]

    tried = [path for path in modules("tests") if TRIED.search(text_of(path))]

    assert [path for path in tried if not {path, *path.parents} & set(run)] == []


def test_every_row_of_the_list_is_understood() -> None:
    text = text_of(PROMISES)

    begun = re.findall(r"^\| (?!Id )(\w+\d+) ", text, re.MULTILINE)

    assert list(rows()) == begun


@pytest.mark.parametrize(
    ("text", "named"),
    [("F1 and F2", True), ("def test_f1_a_web", True), ("F10", False), ("test_f10_a", False)],
)
def test_an_id_is_not_mistaken_for_another(text: str, named: bool) -> None:  # noqa: FBT001  a case
    assert is_named("F1", text) is named
