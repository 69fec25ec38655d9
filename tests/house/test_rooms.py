"""One shape, repeated: the same rooms in every domain service, and in each room only what belongs there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import (
    ROOMS,
    ROOT,
    dotted,
    imports_of,
    in_rooms,
    modules,
    text_of,
    tree_of,
)

README_HEADINGS = ["Owns", "Hears", "Says", "Never"]
README_LINES_MAX = 60  # one screen
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
WITHOUT_A_CLOCK = ("domain", "commands", "queries", "handlers", "models")
AROUND_CREDIT = ("domain", "commands", "queries", "handlers", "models", "schemas")


def test_every_domain_service_has_the_same_rooms(service: str) -> None:
    home = ROOT / "services" / service

    missing = [room for room in ROOMS if not (home / room).is_dir() and not (home / f"{room}.py").is_file()]

    assert missing == []


def test_every_readme_says_owns_hears_says_never_on_one_screen(service: str) -> None:
    readme = text_of(Path("services") / service / "README.md")

    assert re.findall(r"^## (.+)$", readme, re.MULTILINE) == README_HEADINGS
    assert len(readme.splitlines()) <= README_LINES_MAX


def test_nobody_commits_but_the_hosts_of_the_doors() -> None:
    committing = [place for path in modules("services", "deploy") for place in calls_of(path, {"commit"})]

    assert committing == []


def test_rooms_that_decide_never_read_the_clock() -> None:
    reading = [place for path in in_rooms(*WITHOUT_A_CLOCK) for place in calls_of(path, CLOCKS)]

    assert reading == []


def test_no_float_comes_near_credit() -> None:
    floating = [place for path in in_rooms(*AROUND_CREDIT) for place in floats_in(path)]

    assert floating == []


def test_a_handler_is_named_by_what_it_does() -> None:
    vague = [
        f"{path}: {node.name}"
        for path in in_rooms("handlers")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and re.match(r"(on|handle|process)_", node.name)
    ]

    assert vague == []


def test_only_the_bus_knows_the_brokers_library() -> None:
    knowing = {
        dotted(path)
        for path in modules("shared", "services", "deploy")
        if any(name.split(".")[0] in {"kombu", "amqp"} for name in imports_of(path))
    }

    assert {name for name in knowing if not re.match(r"shared\.bus(\.|$)", name)} == set()


def test_every_shared_module_has_two_users_or_runs_every_service() -> None:
    lonely = {
        name: sorted(users)
        for name, users in users_of_shared().items()
        if len(users) < 2 and not any(user.startswith("deploy.") for user in users)
    }

    assert lonely == {}


def users_of_shared() -> dict[str, set[str]]:
    """Each module of shared with who imports it: services by name, deploy, and its neighbours in shared."""
    shared = {part_of(dotted(path)) for path in modules("shared")} - {"shared"}
    users: dict[str, set[str]] = {name: set() for name in shared}
    for path in modules("shared", "services", "deploy"):
        user = part_of(dotted(path))
        for imported in {part_of(name) for name in imports_of(path)} & shared - {user}:
            users[imported].add(user)
    return users


def part_of(name: str) -> str:
    """The service, or the module of shared or deploy, that a module belongs to."""
    return ".".join(name.split(".")[:2])


def calls_of(path: Path, names: set[str]) -> Iterator[str]:
    """Where a method or a function of a module by one of these names is called."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield f"{path}:{node.lineno}"


def floats_in(path: Path) -> Iterator[str]:
    """Where a float is written, named or made by a true division."""
    for node in ast.walk(tree_of(path)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        named = isinstance(node, ast.Name) and node.id in {"float", "Float"}
        divided = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if isinstance(node, ast.expr) and (literal or named or divided):
            yield f"{path}:{node.lineno}"
