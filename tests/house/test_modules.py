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
    silent = [str(path) for path in modules(package) if is_silent(tree_of(path))]

    assert silent == []


@pytest.mark.parametrize(
    ("code", "silent"),
    [
        ('"""What lives here."""\n', False),
        ("", True),
        ('import ast\n"""Too late."""\n', True),
        ('""" """\n', True),
    ],
)
def test_a_silent_module_is_recognised(code: str, silent: bool) -> None:  # noqa: FBT001  a case
    assert is_silent(ast.parse(code)) is silent


def test_nothing_is_called_after_a_junk_drawer() -> None:
    assert [str(path) for path in modules() if is_junk_drawer(path)] == []


@pytest.mark.parametrize(
    ("path", "junk"),
    [
        ("shared/utils.py", True),
        ("services/credits/helpers/rules.py", True),
        ("services/credits/domain/rules.py", False),
        ("shared/database.py", False),
    ],
)
def test_a_junk_drawer_is_recognised(path: str, junk: bool) -> None:  # noqa: FBT001  a case
    assert is_junk_drawer(Path(path)) is junk


def test_every_ignore_has_its_reason_beside_it() -> None:
    bare = [f"{path}:{line}" for path in modules() for line in bare_ignores(text_of(path))]

    assert bare == []


@pytest.mark.parametrize(
    ("comment", "bare"),
    [
        ("# noqa: S101", True),
        ("# noqa: S101  a test asserts", False),
        ("# noqa", True),
        ("# noqa  all of it is fine", True),
        ("# type: ignore", True),
        ("# type: ignore[attr-defined]", True),
        ("# type: ignore[attr-defined]  # untyped library", False),
        ("# pragma: no cover", True),
        ("# pragma: no cover  never on this machine", False),
        ("# which noqa is this", False),
    ],
)
def test_a_bare_ignore_is_recognised(comment: str, bare: bool) -> None:  # noqa: FBT001  a case
    assert bare_ignores(f"first = 1\nsecond = 2  {comment}\n") == ([2] if bare else [])


def is_silent(tree: ast.Module) -> bool:
    """Whether a module does not say what lives in it."""
    return not ast.get_docstring(tree)


def is_junk_drawer(path: Path) -> bool:
    """Whether a module, or a folder it stands in, has a name under which anything could be."""
    return not JUNK_DRAWERS.isdisjoint(path.with_suffix("").parts)


def bare_ignores(text: str) -> list[int]:
    """The lines with an ignore that gives no reason."""
    return [
        line
        for line, comment in comments_of(text)
        if IGNORE.search(comment) and not IGNORE_WITH_REASON.search(comment)
    ]


def comments_of(text: str) -> list[tuple[int, str]]:
    """Every comment of a module, with its line."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
