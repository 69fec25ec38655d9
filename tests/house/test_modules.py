"""What every module owes its reader: a sentence, a name of its own, a reason beside each ignore."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, modules, text_of, tree_of

JUNK_DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
IGNORE = re.compile(r"#\s*(noqa\b|type:\s*ignore\b|pragma:)")
# mypy wants a second mark before the reason, ruff and coverage take it as it comes.
IGNORE_WITH_REASON = re.compile(
    r"#\s*((noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|pragma: no cover)\s+(# )?|type: ignore\[[a-z, -]+\]\s+# )\w\S* \S+"
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_lives_there(package: str) -> None:
    silent = [str(path) for path in modules(package) if not ast.get_docstring(tree_of(path))]

    assert silent == []


def test_nothing_is_called_after_a_junk_drawer() -> None:
    named_so = [str(path) for path in modules() if JUNK_DRAWERS & set(path.with_suffix("").parts)]

    assert named_so == []


def test_every_ignore_has_its_reason_beside_it() -> None:
    bare = [
        f"{path}:{line}"
        for path in modules()
        for line, comment in comments_of(path)
        if IGNORE.search(comment) and not IGNORE_WITH_REASON.search(comment)
    ]

    assert bare == []


def test_a_bare_ignore_is_recognised() -> None:
    assert IGNORE.search("# noqa: S101")
    assert not IGNORE_WITH_REASON.search("# noqa: S101")
    assert IGNORE_WITH_REASON.search("# noqa: S101  a test asserts")
    assert IGNORE_WITH_REASON.search("# type: ignore[attr-defined]  # untyped library")


def comments_of(path: Path) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text_of(path)).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
