"""Sizes are guides: what is larger stands in exceptions.toml with its own limit and its reason."""

import ast
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house.tree import is_migration_step, modules, text_of, tree_of

FUNCTION_LINES_MAX = 50
MODULE_LINES_MAX = 400
EXCEPTIONS = Path(__file__).with_name("exceptions.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A function or a module with its number of lines; a module has no name of its own."""

    path: str
    name: str
    lines: int


def test_what_is_large_says_why() -> None:
    complaints = complaints_about(
        functions=measured_functions(),
        modules=measured_modules(),
        exceptions=tomllib.loads(EXCEPTIONS.read_text()),
    )

    assert complaints == []


def test_what_is_large_and_has_no_exception_is_a_complaint() -> None:
    complaints = complaints_about(
        functions=[
            Measured(path="shared/bus.py", name="Bus.take", lines=FUNCTION_LINES_MAX + 1),
            Measured(path="shared/bus.py", name="Bus.settle", lines=FUNCTION_LINES_MAX),
        ],
        modules=[
            Measured(path="shared/bus.py", name="", lines=MODULE_LINES_MAX + 1),
            Measured(path="shared/db.py", name="", lines=MODULE_LINES_MAX),
        ],
        exceptions={},
    )

    assert complaints == [
        "shared/bus.py Bus.take: 51 lines, the guide is 50",
        "shared/bus.py: 401 lines, the guide is 400",
    ]


def test_an_exception_for_what_is_gone_is_a_complaint() -> None:
    entry = {"path": "shared/gone.py", "limit": 420, "why": "It was long once."}

    complaints = complaints_about(functions=[], modules=[], exceptions={"module": [entry]})

    assert complaints == ["shared/gone.py: is not there"]


def test_an_exception_nobody_needs_is_a_complaint() -> None:
    small = Measured(path="shared/values.py", name="new_id", lines=6)
    entry = {"path": small.path, "name": small.name, "limit": 60, "why": "It was long once, and is not now."}

    complaints = complaints_about(functions=[small], modules=[], exceptions={"function": [entry]})

    assert complaints == ["shared/values.py new_id: 6 lines need no exception"]


def test_an_exception_has_its_own_limit_and_a_reason() -> None:
    large = Measured(path="deploy/cli.py", name="", lines=450)
    entry = {"path": large.path, "limit": 420, "why": ""}

    complaints = complaints_about(functions=[], modules=[large], exceptions={"module": [entry]})

    assert complaints == [
        "deploy/cli.py: 450 lines, its exception ends at 420",
        "deploy/cli.py: an exception says why",
    ]


def complaints_about(
    *,
    functions: Iterable[Measured],
    modules: Iterable[Measured],
    exceptions: Mapping[str, list[dict[str, Any]]],
) -> list[str]:
    """Everything too large without an entry, beyond its entry, or with an entry it does not need."""
    return [
        *_complaints(functions, FUNCTION_LINES_MAX, exceptions.get("function", [])),
        *_complaints(modules, MODULE_LINES_MAX, exceptions.get("module", [])),
    ]


def _complaints(measured: Iterable[Measured], guide: int, entries: list[dict[str, Any]]) -> list[str]:
    allowed = {(entry["path"], entry.get("name", "")): entry for entry in entries}
    complaints = []
    for thing in measured:
        entry = allowed.pop((thing.path, thing.name), None)
        complaints += _complaints_about_one(thing, guide, entry)
    return complaints + [f"{path} {name}".strip() + ": is not there" for path, name in allowed]


def _complaints_about_one(thing: Measured, guide: int, entry: Mapping[str, Any] | None) -> list[str]:
    label = f"{thing.path} {thing.name}".strip()
    if entry is None:
        return [f"{label}: {thing.lines} lines, the guide is {guide}"] if thing.lines > guide else []
    if thing.lines <= guide:
        return [f"{label}: {thing.lines} lines need no exception"]
    complaints = []
    if thing.lines > entry["limit"]:
        complaints.append(f"{label}: {thing.lines} lines, its exception ends at {entry['limit']}")
    if not entry["why"].strip():
        complaints.append(f"{label}: an exception says why")
    return complaints


def measured_modules() -> list[Measured]:
    """Every module with its lines."""
    return [Measured(path=str(path), name="", lines=len(text_of(path).splitlines())) for path in measurable()]


def measured_functions() -> list[Measured]:
    """Every function with its lines, a method under Class.name."""
    return [found for path in measurable() for found in _functions_in(str(path), tree_of(path), prefix="")]


def measurable() -> list[Path]:
    """All code but the steps of the migrations, which are tables of columns."""
    return [path for path in modules() if not is_migration_step(path)]


def _functions_in(path: str, node: ast.AST, *, prefix: str) -> list[Measured]:
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (child.end_lineno or child.lineno) - child.lineno + 1
            found.append(Measured(path=path, name=prefix + child.name, lines=lines))
        inner = f"{prefix}{child.name}." if isinstance(child, ast.ClassDef | ast.FunctionDef) else prefix
        found += _functions_in(path, child, prefix=inner)
    return found


def test_the_measure_finds_functions_and_methods() -> None:
    code = ast.parse(
        "class Ledger:\n  def append(self):\n    pass\n\ndef outer():\n  def inner():\n    pass\n"
    )

    found = {(measured.name, measured.lines) for measured in _functions_in("x.py", code, prefix="")}

    assert found == {("Ledger.append", 2), ("outer", 3), ("outer.inner", 2)}
